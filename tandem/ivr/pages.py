"""The pages that links have opened, and where the call goes on when one of them is over."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from tandem.ivr import everywhere
from tandem.ivr.events import PageEnded
from tandem.ivr.values import Value, kind_of

if TYPE_CHECKING:
    from tandem.ivr.nodes.link import Link
    from tandem.ivr.turn import Next, Turn


OFFERS, SETTLED = "tandem-offers", "settled"
"""The flow built in that sees to what queues offer (standard.py), and its node for who is done."""


class Page(msgspec.Struct, frozen=True):
    """The link node that a page came from: `node` of flow `running`, called by `depth` others."""

    node: str
    running: str
    depth: int


def remember(turn: "Turn") -> None:
    """The link node at hand has sent its newest link, to a page of its own."""
    session = turn.session
    session.pages[session.links] = Page(session.node, session.running, len(session.frames))


def ended(turn: "Turn", event: PageEnded) -> "Next":
    """Where the call goes on, with the page's results kept; None: it stays, for the page is none of this call's."""
    session, page = turn.session, turn.session.pages.get(event.link)
    if page is not None and page.running == OFFERS:
        return _settled(turn, event)
    if page is None or not _still_running(turn, page):
        return None
    if event.outcome == "done":
        del session.pages[event.link]
    while len(session.frames) > page.depth:
        turn.leave()
    link: Link = turn.flow.nodes[page.node]  # type: ignore[assignment]  # remember() is called by links alone
    lacking = _keep(turn, link, event.results)
    if event.outcome == "done" and not lacking:
        return link.done
    if event.outcome == "done":  # a page that broke off: nothing that `done` says would be true
        turn.fault(f"link {link.purpose}: the page is over without {', '.join(lacking)}")
    return _to_an_agent(turn, link)


def _settled(turn: "Turn", event: PageEnded) -> "Next":
    """The page was the queue's own offer: whoever is done there, and still waits, has been served."""
    if event.outcome != "done" or turn.session.waiting is None:
        return None
    del turn.session.pages[event.link]
    turn.call(OFFERS, turn.given({}), {}, turn.to_the_queue())
    return SETTLED


def _still_running(turn: "Turn", page: Page) -> bool:
    """Whether the flow of the page's link node is not over."""
    return turn.running[page.depth : page.depth + 1] == [page.running]


def _keep(turn: "Turn", link: "Link", results: Mapping[str, Value]) -> list[str]:
    """Keep the results that are as the page's flow declares them; those that are not there."""
    lacking = []
    for here, there in link.results.items():
        if _fits(turn, link, there, results.get(there)):
            turn.set(here, results[there])
        else:
            lacking.append(there)
    return lacking


def _fits(turn: "Turn", link: "Link", result: str, value: Value | None) -> bool:
    wanted = turn.flow_named(link.page or "").results.get(result)
    return value is not None and kind_of(value) == wanted


def _to_an_agent(turn: "Turn", link: "Link") -> "Next":
    if link.stuck or everywhere.has_agent(turn):
        return link.stuck or everywhere.follow(turn, "agent")
    turn.fault(f"link {link.purpose}: the caller asks for an agent, and no flow has one")
    return None
