"""What the interfaces for admins share: who asks, and bodies longer than others may send."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from aiohttp import web

from tandem.cti.answers import body_as
from tandem.cti.contract import Handler, takes
from tandem.cti.identity import IDENTITY, PROGRAM

BODY_LIMIT = 8 * 2**20
"""Bytes: forty flows of the longest kind, or the settings of a very large centre."""

Author = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Words = Annotated[str, msgspec.Meta(max_length=500)]


class ByWhom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a wish that needs no more."""

    author: Author
    message: Words = ""


T = TypeVar("T")


async def wish_of(request: web.Request, kind: type[T]) -> T:
    """The body as `kind`. Its author, where it has one, is who signed in; a program says whom it speaks for."""
    wish = await body_as(_longer(request), kind)
    who = request.get(IDENTITY, PROGRAM)
    if who is PROGRAM or not hasattr(wish, "author"):
        return wish
    return msgspec.structs.replace(wish, author=who.name)  # type: ignore[type-var]


def wishes(kind: Any) -> Callable[[Handler], Handler]:
    """Marks a handler that takes a wish, as `wish_of` has it."""
    return takes(kind, read=wish_of)


async def body_of(request: web.Request) -> bytes:
    """What admins send is longer than what all others may."""
    return await _longer(request).read()


def _longer(request: web.Request) -> web.BaseRequest:
    return request.clone(client_max_size=BODY_LIMIT)
