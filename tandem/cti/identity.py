"""Who asks, and what they may."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from tandem.store.users import ROLES, Role

_NEEDED = "_needed_role"
_READS = "_only_reads"
_BY_RIGHT = "_by_right"
Handler = TypeVar("Handler", bound=Callable[..., Any])


class Identity(msgspec.Struct, frozen=True):
    """Somebody who signed in, or a program with the operators' token. `agent`: whom they work as, empty for nobody.

    `session` is the key of their session, empty for a program; who `must_change` may only change their password.
    `hears_recordings` is a right of its own, that no role has.
    """

    name: str
    role: Role
    agent: str = ""
    session: str = ""
    must_change: bool = False
    hears_recordings: bool = False

    def may(self, role: Role) -> bool:
        """Whether they may what `role` may."""
        return ROLES.index(self.role) >= ROLES.index(role)

    def by_for(self, agent: str) -> str:
        """Who it is that does something for the agent; empty for the agent, and for a program, which is theirs."""
        return self.name if self.session and agent != self.agent else ""

    def may_act_as(self, agent: str) -> bool:
        """Whether they may do what that agent does: their own, or a supervisor's."""
        return agent == self.agent or self.may("supervisor")


PROGRAM = Identity("operators' token", "admin", hears_recordings=True)
IDENTITY = web.RequestKey("identity", Identity)
"""Where a request has who asks, once the guard has let it in."""
DETAIL = web.RequestKey("detail", str)
"""Where a handler may put what the audit log is to say besides the path."""


def needs(role: Role) -> Callable[[Handler], Handler]:
    """Marks a handler: who has this role may ask it. One without a mark is for admins.

    One whose path names an `{agent}` is, for an agent, only theirs.
    """

    def mark(handler: Handler) -> Handler:
        setattr(handler, _NEEDED, role)
        return handler

    return mark


def needed_for(handler: object) -> Role:
    """The role that a handler was marked with."""
    role: Role = getattr(handler, _NEEDED, "admin")
    return role


def by_right(handler: Handler) -> Handler:
    """Marks a handler that is for those who may hear recordings, whatever their role."""
    setattr(handler, _BY_RIGHT, True)
    return handler


def needs_right(handler: object) -> bool:
    """Whether a handler was marked so."""
    return getattr(handler, _BY_RIGHT, False)


def only_reads(handler: Handler) -> Handler:
    """Marks a handler that changes nothing although it is asked by POST: the audit log does not tell of it."""
    setattr(handler, _READS, True)
    return handler


def reads_only(handler: object) -> bool:
    """Whether a handler was marked so."""
    return getattr(handler, _READS, False)


def identity_of(request: web.Request) -> Identity:
    """Who asks; KeyError where everybody may."""
    return request[IDENTITY]
