"""What the plane knows of those who read a flow: on a page that a link leads to, or in an agent's guide."""

import msgspec

from tandem.ivr.face import Face
from tandem.ivr.session import Session
from tandem.ivr.values import Value


class Reader(msgspec.Struct):
    """Somebody who reads `flow` in `version`.

    `subject` is their id, `contact` whom they belong to (a call's id; it may be over, or empty), `timeline` the id that
    their steps are recorded under. `forms` is what stands in each form. `outcome` is empty until they are through:
    `done`, or `stuck` when they need a person.
    """

    subject: str
    contact: str
    timeline: str
    flow: str
    version: str
    face: Face
    forms: dict[str, dict[str, str]] = {}
    steps: int = 0
    outcome: str = ""

    @property
    def session(self) -> Session:
        """The session that is read."""
        return self.face.session


class Page(msgspec.Struct):
    """The page of link number `link` of `call`, which may be over; it is there until `expires_at` (epoch seconds).

    With `running` it walks that sub-flow of `flow` (in `version`), beginning with `variables`, once it is opened; its
    `reader` is None until then. Without, it follows the call: it shows what the voice asks, and answers for it.
    """

    call: str
    link: int
    purpose: str
    language: str
    flow: str
    version: str
    expires_at: float
    running: str = ""
    variables: dict[str, Value] = {}
    reader: Reader | None = None

    @property
    def subject(self) -> str:
        """The page's id."""
        return subject(self.call, self.link)


def subject(call: str, link: int) -> str:
    """The id of the page of a link."""
    return f"{call}/{link}"
