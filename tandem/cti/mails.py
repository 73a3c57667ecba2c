"""Mail over REST: systems outside tell of it, agents take it on their desks."""

from typing import Annotated

import msgspec
from aiohttp import web

from tandem.control.events import MailCame, MailWithdrawn
from tandem.control.mail.mail import MailShown
from tandem.cti.answers import Refused, answer
from tandem.cti.backend import Backend
from tandem.cti.contract import asks, gives, takes, verbs
from tandem.cti.desks import Wait, tell_of, wait_for_news
from tandem.cti.identity import needs
from tandem.cti.shapes import MailState
from tandem.cti.verbs import CONTACTS

KEY = r"[A-Za-z0-9._~@-]{1,100}"
"""An idempotency key: the sender's own name for the mail."""


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of PUT /mails/{key}. `reference`: where it stands, a number or an address; with `sticky`, the agent who
    is asked first, for `sticky_seconds`."""

    queue: Annotated[str, msgspec.Meta(max_length=100)]
    subject: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    sender: Annotated[str, msgspec.Meta(max_length=200)] = ""
    reference: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    priority: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    sticky: str = ""
    sticky_seconds: Annotated[float, msgspec.Meta(ge=0, le=604800)] = 900.0


class Mails:
    """One method a route."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.put(f"/mails/{{key:{KEY}}}", self.come),
            web.delete(f"/mails/{{key:{KEY}}}", self.withdraw),
            web.get("/agents/{agent}/mails", self.look),
            web.post("/agents/{agent}/mails/{mail}/{verb}", self.tell),
        ]

    @takes(Told)
    @gives(MailState, 201)
    @gives(MailState)
    async def come(self, request: web.Request, given: Told) -> web.Response:
        """A mail is to be answered. 201, or 200 when it was told of before: the key makes it one."""
        mail = f"mail-{request.match_info['key']}"
        readers = self._backend.readers
        if readers.mail(mail) is not None:
            return answer({"mail": mail, "state": readers.mail(mail)})
        if not readers.can_serve(given.queue):
            raise Refused(422, "bad_queue", f"There is no queue {given.queue!r}, or no agent has what it needs.")
        if given.sticky and given.sticky not in self._backend.agents():
            raise Refused(422, "unknown_agent", f"There is no agent {given.sticky!r}.")
        await self._backend.tell(mail, MailCame(mail, **msgspec.structs.asdict(given)))
        return answer({"mail": mail, "state": readers.mail(mail)}, 201)

    @gives(MailState)
    async def withdraw(self, request: web.Request) -> web.Response:
        """The mail needs no agent any more."""
        mail = f"mail-{request.match_info['key']}"
        backend = self._backend
        if (state := backend.readers.mail(mail)) is None:
            raise Refused(404, "unknown_mail", "There is no such mail.")
        if state != "ended":
            await backend.tell(mail, MailWithdrawn(mail))
        return answer({"mail": mail, "state": backend.readers.mail(mail)})

    @needs("agent")
    @asks(Wait)
    @gives(list[MailShown])
    async def look(self, request: web.Request, waiting: Wait) -> web.Response:
        """The agent's mails; with `?wait=<seconds>`, once something is new, or the time is up."""
        await wait_for_news(self._backend, request, waiting)
        return answer(self._backend.readers.mails(request.match_info["agent"]))

    @needs("agent")
    @verbs(CONTACTS)
    @gives(list[MailShown])
    async def tell(self, request: web.Request) -> web.Response:
        """A verb about a mail on the agent's desk; 409 when it does not stand there like that any more."""
        agent = await tell_of(self._backend, request, request.match_info["mail"])
        return answer(self._backend.readers.mails(agent))
