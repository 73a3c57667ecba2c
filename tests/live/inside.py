"""A centre whose controller runs inside the test, so that a test can put its own words into the flow's mouth."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events
from tandem.ivr import session as flow_session
from tandem.ivr.flow import Flow
from tandem.ivr.session import Session
from tandem.service.app import Controller, controller
from tests.live.centre import CENTRE, LiveCentre, live_centre

Answer = Callable[[Session, ivr_events.Event], list[ivr.Command] | None]


def speak_for_the_flow(patch: pytest.MonkeyPatch, answer: Answer) -> None:
    """Let `answer` say what a session does about an event; where it says None, its flow does."""
    handle = flow_session.handle

    def instead(session: Session, flow: Flow, event: ivr_events.Event, now: float) -> list[ivr.Command]:
        made_up = answer(session, event)
        return handle(session, flow, event, now) if made_up is None else made_up

    patch.setattr(flow_session, "handle", instead)


@asynccontextmanager
async def centre_inside(home: Path, centre: str = CENTRE) -> AsyncIterator[tuple[LiveCentre, Controller]]:
    """A centre and its controller."""
    async with live_centre(home, centre) as running:
        await running.controller.stop()
        async with controller(running.config) as inside:
            await running.until(lambda state: state["switch_up"], "the switch")
            yield running, inside
            await running.check_books()
