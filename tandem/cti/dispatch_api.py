"""The handlers for operators who act within the quarter-hour: forecast, proposals, and the loans that come of them."""

import re
from collections.abc import Mapping
from typing import Protocol

import msgspec
from aiohttp import web

from tandem.control.dispatch.loan import Loan, Proposal
from tandem.control.dispatch.outlook import Outlook
from tandem.control.events import Event, LoanTakenBack, ProposalApplied
from tandem.cti.answers import Refused, answer
from tandem.cti.backend import Backend
from tandem.cti.contract import gives, takes
from tandem.cti.identity import DETAIL, identity_of, needs
from tandem.cti.shapes import Accepted

_NUMBER = re.compile("[0-9]{1,15}")


class Dispatch(Protocol):
    """Where outlooks are made. `failed`: why the last try came to nothing, else empty."""

    outlook: Outlook | None
    failed: str

    @property
    def working(self) -> bool: ...
    def ask(self) -> None: ...
    def proposal(self, number: int, /) -> Proposal | None: ...
    def loans(self) -> Mapping[str, Loan]: ...


class Looked(msgspec.Struct, frozen=True):
    """What `GET /dispatch` tells; `outlook` is None until there is one."""

    now: float
    outlook: Outlook | None
    working: bool
    failed: str
    loans: tuple[Loan, ...]


class DispatchApi:
    """One method a route."""

    def __init__(self, dispatch: Dispatch, backend: Backend) -> None:
        self._dispatch = dispatch
        self._backend = backend

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.get("/dispatch", self.look),
            web.post("/dispatch", self.ask),
            web.post("/dispatch/{number}/apply", self.apply),
            web.post("/dispatch/loans/{number}/take-back", self.take_back),
        ]

    @needs("supervisor")
    @gives(Looked)
    async def look(self, _: web.Request) -> web.Response:
        """The newest outlook, and the loans. The first who looks has one made."""
        dispatch = self._dispatch
        if dispatch.outlook is None and not dispatch.failed:
            dispatch.ask()
        loans = tuple(dispatch.loans().values())
        return answer(Looked(self._backend.clock(), dispatch.outlook, dispatch.working, dispatch.failed, loans))

    @needs("supervisor")
    @takes(None)
    @gives(Accepted, 202)
    async def ask(self, _: web.Request) -> web.Response:
        """Have a new outlook made; boards are told when it is there."""
        self._dispatch.ask()
        return answer({"accepted": True}, 202)

    @needs("supervisor")
    @takes(None)
    @gives(Accepted, 202)
    async def apply(self, request: web.Request) -> web.Response:
        """Lend agents as a proposal of the newest outlook says."""
        number = _number(request)
        proposal = None if number is None else self._dispatch.proposal(number)
        if str(number) in self._dispatch.loans():
            raise Refused(409, "already_applied", "Somebody has applied this proposal already.")
        if proposal is None:
            raise Refused(404, "unknown_proposal", "There is no such proposal any more; look at the newest ones.")
        if proposal.until <= self._backend.clock():
            raise Refused(409, "over", "The time of this proposal is over.")
        return self._told(request, ProposalApplied(proposal, identity_of(request).name), proposal)

    @needs("supervisor")
    @takes(None)
    @gives(Accepted, 202)
    async def take_back(self, request: web.Request) -> web.Response:
        """End a loan before its time."""
        number = _number(request)
        loan = self._dispatch.loans().get(str(number))
        if number is None or loan is None:
            raise Refused(404, "unknown_loan", "There is no such loan.")
        if loan.ended is not None:
            raise Refused(409, "over", "This loan is over.")
        return self._told(request, LoanTakenBack(number, identity_of(request).name), loan.proposal)

    def _told(self, request: web.Request, event: Event, proposal: Proposal) -> web.Response:
        """Tell the plane; the audit log has the proposal in words."""
        self._backend.take(event)
        request[DETAIL] = proposal.words.get("en", "")
        return answer({"accepted": True}, 202)


def _number(request: web.Request) -> int | None:
    """The number in the path; None when it is none that there could be."""
    given = request.match_info["number"]
    return int(given) if _NUMBER.fullmatch(given) else None
