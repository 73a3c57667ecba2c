"""What the HTTP side answers with, what it refuses, and the bodies it is sent: JSON throughout."""

from typing import TypeVar

import msgspec
from aiohttp import web

from tandem.cti.words.findings import ENGLISH, in_language

T = TypeVar("T")


class Refused(Exception):  # noqa: N818 - no error of ours
    """What was asked is not done: `code` for programs, the text for people, and the problems found where it has some.

    `status` is that of HTTP: 400 can't be understood, 404 there is no such thing, 409 not as things stand, 412 they
    have changed, 422 what was written is not right, 503 not now. Raised by a handler, the guard answers with it.
    """

    def __init__(self, status: int, code: str, message: str, problems: object = None) -> None:
        super().__init__(message)
        self.status, self.code, self.problems = status, code, problems

    def answer(self, language: str = ENGLISH) -> web.Response:
        """What is answered; the problems in `language`."""
        told: dict[str, object] = {"error": {"code": self.code, "message": str(self)}}
        return answer(told if self.problems is None else told | {"problems": self.problems}, self.status, language)


def answer(content: object, status: int = 200, language: str = ENGLISH) -> web.Response:
    """`content` as JSON; what is said of mistakes in it is in `language`."""
    body = msgspec.json.encode(content, enc_hook=lambda of: in_language(of, language))
    return web.Response(body=body, status=status, content_type="application/json")


def refusal(status: int, code: str, message: str) -> web.Response:
    """An error as JSON: a `code` for programs, a `message` for people."""
    return Refused(status, code, message).answer()


async def body_as(request: web.BaseRequest, kind: type[T]) -> T:
    """The body as `kind`; none at all is an empty object. Refused: it is not one."""
    try:
        return msgspec.json.decode(await request.read() or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, "bad_json", str(error)) from None
