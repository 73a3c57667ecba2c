"""Who asks for the agent of the last time gets them, if they come in time; what is remembered is bounded."""

from typing import Any

import msgspec
import pytest

from tandem.control import commands, events, last_agents
from tests.control.desk import FLOW, NUMBER, settings
from tests.control.playbook import Playbook, one, these

DAY = 86400.0
STICKY = FLOW.replace("boost: 7, while", "boost: 7, sticky: {agent: last, seconds: 20, within_days: 10}, while")


class Regular(Playbook):
    """A customer who talked with 1002 some days ago, and calls again; 1001 is longer idle."""

    def __init__(self, flow: str = STICKY, days: float = 1.0, **changes: Any) -> None:
        super().__init__(msgspec.structs.replace(settings(), **changes), flow)
        self.talks("c0", "1002")
        self.agent_ready("1001")
        self.pass_time(days * DAY)
        self.tell(events.AgentPaused("1002", "lunch"))
        self.tell(events.AgentWentReady("1002"), 60.0)

    def talks(self, call: str, agent: str, caller: str = NUMBER) -> None:
        """Somebody calls, and talks with this agent, who comes for it."""
        self.call(call, caller)
        self.press("2", call)
        leg = one(commands.RingAgent, self.agent_ready(agent)).leg
        self.tell(events.LegAnswered(leg))
        self.tell(events.Bridged(call, leg))
        self.tell(events.LegEnded(leg))
        self.tell(events.CallEnded(call))

    def calls_again(self, caller: str = NUMBER) -> list[str]:
        """The phones that ring for them at once."""
        self.call("c1", caller)
        return [ring.device for ring in these(commands.RingAgent, self.press("2"))]

    def occupy(self) -> None:
        """The agent of the last time talks with somebody else."""
        self.tell(events.AgentPaused("1001", "lunch"))
        self.call("cx", "13800000009")
        leg = one(commands.RingAgent, self.press("2", "cx")).leg
        self.tell(events.LegAnswered(leg))
        self.tell(events.Bridged("cx", leg))
        self.tell(events.AgentWentReady("1001"))


def test_the_agent_of_the_last_time_is_rung_although_another_is_longer_idle() -> None:
    book = Regular()
    assert book.calls_again() == ["PJSIP/1002"]
    details = [step.detail for step in these(commands.RecordStep, book.history[-1][2])]
    assert "tech, first 1002 for 20 s" in details
    assert Regular(FLOW).calls_again() == ["PJSIP/1001"]


def test_after_the_sticky_seconds_somebody_else_is_rung() -> None:
    book = Regular()
    book.occupy()
    assert book.calls_again() == []
    assert these(commands.RingAgent, book.pass_time(19.0)) == []
    assert one(commands.RingAgent, book.pass_time(1.0)).device == "PJSIP/1001"


def test_nobody_waits_for_an_agent_who_is_not_at_work() -> None:
    book = Regular()
    book.tell(events.AgentSignedOut("1002"))
    assert book.calls_again() == ["PJSIP/1001"]


@pytest.mark.parametrize(("days", "caller"), [(11.0, NUMBER), (1.0, "13800000002"), (1.0, "")])
def test_a_talk_too_long_ago_or_of_another_number_does_not_count(days: float, caller: str) -> None:
    assert Regular(days=days).calls_again(caller) == ["PJSIP/1001"]


@pytest.mark.parametrize(("wanted", "rung"), [("'1002'", "1002"), ("'{who}'", "1002"), ("'1009'", "1001")])
def test_an_agent_can_be_wanted_by_name_or_by_a_variable(wanted: str, rung: str) -> None:
    flow = STICKY.replace("agent: last", f"agent: {wanted}").replace("start: known", "start: set")
    flow = flow.replace("nodes:\n", "nodes:\n  set: {type: set, values: {who: '1002'}, next: known}\n")
    assert Regular(flow).calls_again("13800000008") == [f"PJSIP/{rung}"]


def test_a_callback_from_the_queue_waits_for_the_same_agent() -> None:
    book = Regular()
    book.occupy()
    book.tell(events.AgentPaused("1001", "lunch"))
    book.calls_again()
    book.press("1")
    book.tell(events.CallEnded("c1"))
    assert these(commands.RingAgent, book.tell(events.AgentWentReady("1001"))) == []
    assert one(commands.RingAgent, book.pass_time(20.0)).device == "PJSIP/1001"


def test_it_is_forgotten_after_the_days_that_an_admin_set() -> None:
    book = Regular(last_agent_days=2.0)
    assert book.plane.state.last_agents[NUMBER]["tech"].agent == "1002"
    book.pass_time(1.5 * DAY)
    assert book.plane.state.last_agents == {}
    assert not any(name.startswith(last_agents.TIMER) for name in book.plane.state.timers)


def test_an_admin_who_wants_nothing_kept_has_it_forgotten_at_once() -> None:
    book = Regular()
    book.tell(events.SettingsLoaded(msgspec.structs.replace(settings(), last_agent_days=0.0)))
    assert book.plane.state.last_agents == {}


def test_no_more_numbers_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_agents, "MOST", 2)
    book = Regular()
    for agent in ("1001", "1002"):
        book.tell(events.AgentSignedOut(agent))
    for last, agent in (("5", "1003"), ("1", "1001"), ("6", "1002")):
        book.talks(f"c{last}", agent, NUMBER[:-1] + last)
        book.tell(events.AgentSignedOut(agent))
        book.pass_time(60.0)
    assert list(book.plane.state.last_agents) == [NUMBER, NUMBER[:-1] + "6"]
    assert book.plane.state.last_agents[NUMBER]["tech"].agent == "1001"
