"""A recorded day, row by row, as a scenario."""

from typing import Any

import pytest
from msgspec.structs import replace

from tandem.acd.plan import Step
from tandem.acd.settings import AgentSettings, ChannelSettings, QueueSettings, Settings
from tandem.sim.as_recorded import figures_of
from tandem.sim.centre_day import Activity, Attempt, Callback, Contact, Day, Leg, Offer, Wait, scenario_of
from tandem.sim.scenario import Attempts, Break, Recorded, Scenario

MIDNIGHT = 1_000_000.0
SETTINGS = Settings(
    {
        "voice": QueueSettings("voice", plan=(Step(after=30, move="spare"),)),
        "spare": QueueSettings("spare"),
        "online": QueueSettings("online"),
        "unused": QueueSettings("unused"),
    },
    {
        "1001": AgentSettings("1001", {"tv": 3, "gas": 2}, "PJSIP/1001", certified_until={"gas": MIDNIGHT - 1}),
        "1002": AgentSettings("1002", {}, "PJSIP/1002"),
    },
)


def wait(call: str, at: float, until: float, outcome: str = "answered", queue: str = "voice", **more: Any) -> Wait:
    agent = "1001" if outcome in ("answered", "reached") else None
    since = MIDNIGHT + more.pop("since", at)
    priority, boost = more.pop("priority", 0), more.pop("boost", 0.0)
    return Wait(call, queue, MIDNIGHT + at, MIDNIGHT + until, outcome, agent, since, priority, boost)


def contact(call: str, outcome: str = "served", talk: float = 0.0, at: float = 0.0, tier: str = "") -> Contact:
    return Contact(call, "hotline", tier, MIDNIGHT + at, outcome, talk)


def leg(call: str, at: float, until: float) -> Leg:
    return Leg(call, "1001", MIDNIGHT + at, MIDNIGHT + until)


def activity(state: str, since: float, until: float, reason: str = "") -> Activity:
    return Activity("1001", MIDNIGHT + since, MIDNIGHT + until, state, reason)


def scenario(*waits: Wait, **rows: Any) -> Scenario:
    """`waits` and the other rows of a day by the names of Day's fields."""
    empty: dict[str, Any] = dict.fromkeys(Day.__struct_fields__, ())
    return scenario_of(Day(**empty | {"waits": waits} | rows), SETTINGS, {}, "day", MIDNIGHT, names=True)


def recorded(*waits: Wait, queue: str = "voice", **rows: Any) -> tuple[Recorded, ...]:
    return scenario(*waits, **rows).contacts[queue].recorded


def test_who_was_served_and_who_was_not() -> None:
    found = recorded(
        wait("a", 10, 15, priority=2, boost=30.0),
        wait("b", 20, 29, "abandoned"),
        wait("c", 30, 37, "self_served"),
        contacts=(contact("a", tier="gold"),),
        legs=(leg("a", 15, 75),),
    )
    assert found == (
        Recorded(10, endured=5, talk=60, tier="gold", priority=2, boost=30.0),
        Recorded(20, patience=9),
        Recorded(30, patience=7, leaves="self_served"),
    )


def test_a_chat_has_no_leg_but_its_talk_is_known() -> None:
    waits = wait("chat-1", 10, 15, queue="online"), wait("chat-1", 200, 230, queue="online")
    found = recorded(*waits, queue="online", contacts=(contact("chat-1", talk=240.0),))
    assert [one.talk for one in found] == [120, 120]


def test_a_talk_that_nobody_knows_is_a_usual_one() -> None:
    found = recorded(wait("a", 10, 15), wait("b", 20, 25), legs=(leg("a", 15, 75),))
    assert [one.talk for one in found] == [60, 60]
    assert recorded(wait("a", 10, 15))[0].talk == SETTINGS.queues["voice"].expected_handling_seconds


def test_whom_the_plan_moved_came_to_the_first_queue() -> None:
    waits = wait("a", 10, 40, "overflowed_out"), wait("a", 40, 70, "answered", "spare", since=10)
    day = scenario(*waits, legs=(leg("a", 70, 80),))
    assert list(day.contacts) == ["voice"]
    assert day.contacts["voice"].recorded == (Recorded(10, endured=60, talk=10),)
    assert list(day.queues) == ["voice", "spare"]


def test_whom_the_flow_moved_leaves_the_one_queue_and_brings_their_age_to_the_other() -> None:
    waits = wait("a", 10, 20, "overflowed_out", "online"), wait("a", 20, 30, "abandoned", "voice", since=10)
    day = scenario(*waits)
    assert day.contacts["online"].recorded == (Recorded(10, patience=10, leaves="overflowed_out"),)
    assert day.contacts["voice"].recorded == (Recorded(20, patience=10, since_before=10),)
    assert figures_of(day)["voice"]["mean wait of the abandoned"] == 20


def test_an_age_that_was_brought_is_part_of_the_wait() -> None:
    day = scenario(wait("a", 20, 30, since=10), legs=(leg("a", 30, 40),))
    assert figures_of(day)["voice"]["mean wait of the answered"] == 20


def test_a_callback_goes_on_for_who_booked_it_and_not_as_somebody_new() -> None:
    callbacks = (
        Callback("cb-1", "voice", "a", MIDNIGHT + 40, "tandem-callback-a-1-2"),
        Callback("cb-2", "voice", "b", MIDNIGHT + 50, ""),
    )
    found = scenario(
        wait("a", 10, 40, "called_back"),
        wait("tandem-callback-a-1-2", 90, 95, "reached", since=10),
        callbacks=callbacks,
        legs=(leg("tandem-callback-a-1-2", 95, 125),),
        attempts=(
            Attempt("cb-1", "no_answer"),
            Attempt("cb-1", "declined"),
            Attempt("cb-1", "agent_gone"),
            Attempt("cb-1", "reached"),
            Attempt("cb-2", "reached"),
        ),
    ).contacts["voice"]
    assert found.recorded == (
        Recorded(10, patience=30, talk=30, leaves="called_back"),
        Recorded(50, patience=0, leaves="called_back"),
    )
    assert found.callback_attempts == Attempts(busy=0.25, no_answer=0.25)


def test_a_voicemail_stays_until_it_is_heard() -> None:
    (found,) = recorded(wait("voicemail-a-1", 10, 500), legs=(leg("voicemail-a-1", 500, 520),))
    assert (found.leaves, found.patience, found.talk) == ("", None, 20)


def test_whom_the_flow_served_belongs_to_the_queue_that_its_callers_wait_in() -> None:
    contacts = (contact("a"), contact("b", "contained", at=5), contact("c", "left_menu", at=6))
    found = recorded(wait("a", 10, 15), contacts=contacts, legs=(leg("a", 15, 20),))
    assert [one.at for one in found if one.served_itself] == [5]


def test_the_day_of_an_agent() -> None:
    states = (
        activity("ready", -50, 100),
        activity("paused", 100, 200, "lunch"),
        activity("not_ready", 200, 230, "device"),
        activity("ready", 230, 300),
        activity("paused", 300, 420, "ring no answer"),
        activity("signed_out", 420, 500),
        activity("ready", 500, 600.25),
    )
    offers = tuple(
        Offer("1001", MIDNIGHT, MIDNIGHT + lasted, outcome)
        for lasted, outcome in ((4, "answered"), (6, "answered"), (20, "no_answer"), (1, "withdrawn"))
    )
    day = scenario(wait("a", 10, 15), activities=states, offers=offers)
    group = day.groups["1001"]
    assert (group.count, group.start, group.end) == (1, "00:00:00", "00:10:00.250")
    assert group.breaks == (Break("00:01:40", 130, reason="lunch"), Break("00:07:00", 80, reason="signed out"))
    assert group.no_answer == pytest.approx(1 / 3, abs=1e-6)
    assert (group.answer_after, group.returns_after) == (5, 120)
    assert group.skills == {"tv": 3}, "the certificate for the other has expired"
    assert day.groups["1002"].count == 0


def test_wrap_ups_are_as_long_as_they_were() -> None:
    states = activity("connected", 15, 75), activity("wrap_up", 75, 82), activity("ready", 82, 90)
    day = scenario(wait("a", 10, 15), activities=states, legs=(leg("a", 15, 75),))
    assert day.queues["voice"].wrap_up_seconds == 7


def test_agents_are_numbers_unless_their_names_are_asked_for() -> None:
    empty: dict[str, Any] = dict.fromkeys(Day.__struct_fields__, ())
    day = scenario_of(Day(**empty | {"waits": (wait("a", 1, 2),)}), SETTINGS, {}, "d", MIDNIGHT, names=False)
    assert list(day.groups) == ["agent 1", "agent 2"]


def test_what_contacts_take_of_an_agents_attention_is_that_of_the_centre() -> None:
    agents = {**SETTINGS.agents, "1002": replace(SETTINGS.agents["1002"], costs={"chat": 50})}
    channels = {**SETTINGS.channels, "chat": ChannelSettings(25), "fax": ChannelSettings(10, interruptible=True)}
    queues = {**SETTINGS.queues, "online": replace(SETTINGS.queues["online"], channel="chat")}
    chosen = replace(SETTINGS, agents=agents, channels=channels, queues=queues)
    empty: dict[str, Any] = dict.fromkeys(Day.__struct_fields__, ())
    present = (Activity("1002", MIDNIGHT, MIDNIGHT + 600, "ready", ""),)
    rows = empty | {"waits": (wait("a", 1, 2, queue="online"),), "activities": present}
    told = scenario_of(Day(**rows), chosen, {}, "d", MIDNIGHT, names=True).settings()
    assert told.channels == channels
    assert told.cost("1002 0", "chat") == 50
    assert told.queues["online"].channel == "chat"


def test_what_was_recorded_of_such_a_day() -> None:
    found = figures_of(scenario(wait("a", 10, 15), wait("b", 20, 60, "called_back"), wait("c", 20, 29, "abandoned")))
    own = found["voice"]
    assert (own["offered"], own["answered"], own["abandoned"], own["callbacks taken"]) == (3, 1, 1, 1)
    assert "callbacks kept" not in own


def test_a_day_on_which_nobody_waited_is_no_day() -> None:
    with pytest.raises(ValueError, match="nobody waited"):
        scenario()
