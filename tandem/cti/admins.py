"""What the interfaces for admins share: who asks, what is refused and why, bodies longer than others may send."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import msgspec
from aiohttp import web

from tandem.cti.guard import answer, refusal
from tandem.cti.identity import IDENTITY, PROGRAM

BODY_LIMIT = 8 * 2**20
"""Bytes: forty flows of the longest kind, or the settings of a very large centre."""

Author = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Words = Annotated[str, msgspec.Meta(max_length=500)]


class ByWhom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a wish that needs no more."""

    author: Author
    message: Words = ""


class Refused(Exception):  # noqa: N818 - no error of ours
    """What was wished for is not done: `code` for programs, the text for people, and the problems found, if any.

    `status` is that of HTTP: 404 there is no such thing, 409 not as things stand, 412 they have changed, 422 what was
    written is not right.
    """

    def __init__(self, status: int, code: str, message: str, problems: object = ()) -> None:
        super().__init__(message)
        self.status, self.code, self.problems = status, code, problems


Handler = Callable[[web.Request], Awaitable[web.Response]]
T = TypeVar("T")


def answers(ask: Callable[[web.Request], Awaitable[object]]) -> Handler:
    """A handler that gives what `ask` does as JSON, and says why where it refuses."""

    async def handle(request: web.Request) -> web.Response:
        try:
            told = await ask(request)
            return told if isinstance(told, web.Response) else answer(told)
        except Refused as error:
            refused = {"error": {"code": error.code, "message": str(error)}, "problems": error.problems}
            return answer(refused, error.status)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return refusal(400, "bad_json", str(error))

    return handle


async def wish_of(request: web.Request, kind: type[T]) -> T:
    """The body as `kind`. Its author is who signed in; a program says whom it speaks for."""
    wish = msgspec.json.decode(await body_of(request) or b"{}", type=kind)
    who = request.get(IDENTITY, PROGRAM)
    return wish if who is PROGRAM else msgspec.structs.replace(wish, author=who.name)  # type: ignore[type-var]


async def body_of(request: web.Request) -> bytes:
    """What admins send is longer than what all others may."""
    return await request.clone(client_max_size=BODY_LIMIT).read()
