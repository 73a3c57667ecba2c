"""A session that is read instead of heard: what drives pages, chats and guides."""

from collections.abc import Mapping

import msgspec

from tandem.ivr import events
from tandem.ivr.commands import Command, Listen
from tandem.ivr.everywhere import Meaning
from tandem.ivr.flow import Flow
from tandem.ivr.session import Session, handle
from tandem.ivr.shown import Shown, heard, offers_of, question_of, show
from tandem.ivr.turn import Turn

MOST_ANNOUNCEMENTS = 100
"""In a row; more never comes to a question."""


class Face(msgspec.Struct):
    """A session of a text face, and what it `said` since the last answer. `due` (epoch seconds) is when it wants to be
    told that nothing was pressed, None while nothing falls due: whoever reads has all the time they need."""

    session: Session
    said: list[str] = []
    due: float | None = None

    def shown(self, flow: Flow, now: float, place: events.Place | None = None) -> Shown:
        """What the session asks at `now` (epoch seconds); `place` is its contact's in a queue."""
        return show(self.session, flow, now, place, self.said)


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a reader answers, one of: the `key` of a choice, a `way` (repeat, back, agent), a `text`, or the `values`
    of a form, which stand there for now unless they are `submitted`."""

    key: str = ""
    way: Meaning | None = None
    text: str = ""
    values: Mapping[str, str] | None = None
    submitted: bool = False


def tell(face: Face, flow: Flow, event: events.Event, now: float) -> list[Command]:
    """Tell the session of an event at `now` (epoch seconds), and hear out what it announces.

    Gives what it wants done besides being heard.
    """
    if isinstance(event, ANSWERS) and question_of(face.session, flow):
        face.said = []
    wanted: list[Command] = []
    for _ in range(MOST_ANNOUNCEMENTS):
        listen = _handle(face, flow, event, now, wanted)
        if listen is None or question_of(face.session, flow) or listen.wait:
            return wanted
        event = events.Listened(None)
    return wanted + _give_up(face, flow, now)


def event_of(session: Session, flow: Flow, answer: Answer, place: events.Place | None = None) -> events.Event | None:
    """What `answer` tells the session, whose contact stands at `place` in a queue; None when nothing is asked that it
    could be an answer to."""
    if answer.key and answer.key in [offer.key for offer in offers_of(session, flow, place)]:
        return events.Listened(answer.key, place)
    if question_of(session, flow) is None:
        return None
    if answer.values is not None:
        values = dict(answer.values)
        return events.FormSubmitted(values) if answer.submitted else events.FormFilled(values)
    if answer.text:
        return events.Entered(answer.text)
    if answer.way:
        return events.Went(answer.way)
    return events.Listened(answer.key, place) if answer.key else None


ANSWERS = (events.Listened, events.Entered, events.Went, events.FormSubmitted)


def _handle(face: Face, flow: Flow, event: events.Event, now: float, wanted: list[Command]) -> Listen | None:
    """Tell the session once; its other commands go to `wanted`. None when it says nothing new."""
    commands = handle(face.session, flow, event, now)
    wanted += [command for command in commands if not isinstance(command, Listen)]
    listen = next((command for command in commands if isinstance(command, Listen)), None)
    if listen is not None:
        face.said += heard(face.session, flow)
        asked = question_of(face.session, flow) is not None
        face.due = now + listen.wait if listen.wait and not asked else None
    return listen


def _give_up(face: Face, flow: Flow, now: float) -> list[Command]:
    """The announcements go round in a circle: apologise, and end."""
    turn = Turn(face.session, flow, now)
    turn.fault(f"{MOST_ANNOUNCEMENTS} announcements without a question")
    turn.apologise()
    face.said = heard(face.session, flow)
    ended = handle(face.session, flow, events.Listened(None), now)
    return [command for command in turn.commands if not isinstance(command, Listen)] + ended
