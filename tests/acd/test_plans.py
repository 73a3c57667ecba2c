"""Plans: rings that widen, conditions with hysteresis, other ways, moves, and the longest wait."""

import msgspec
import pytest
from msgspec.structs import replace

from tandem.acd.commands import Offer, OfferToContact, RecordMove, RecordPlanStep, RecordWait
from tandem.acd.events import (
    AgentPaused,
    ContactConnected,
    ContactFinished,
    ContactLeft,
    ContactQueued,
    OfferFailed,
    OfferRinging,
    SettingsChanged,
    SwitchLost,
)
from tandem.acd.plan import Condition, Step, describe
from tandem.acd.settings import AgentSettings, QueueSettings, Settings
from tandem.acd.words import in_words, step_in_words, turn_in_words, waiting_in_words
from tests.acd.playbook import Playbook, offered_to

PEOPLE = (
    AgentSettings("expert", {"tv": 3}, "PJSIP/1"),
    AgentSettings("junior", {"tv": 1}, "PJSIP/2"),
    AgentSettings("blended", {}, "PJSIP/3", team="blended"),
    AgentSettings("outside", {}, "PJSIP/4", vendor="acme"),
)
RINGS = (Step(after=20, needs={"tv": 1}), Step(after=40, team="blended"), Step(after=60, vendor="acme"))


def centre(*queues: QueueSettings, people: tuple[AgentSettings, ...] = PEOPLE) -> Settings:
    return Settings({queue.name: queue for queue in queues}, {agent.name: agent for agent in people})


def tv(*plan: Step, **more: float) -> QueueSettings:
    return msgspec.convert(
        {"name": "tv", "needs": {"tv": 3}, "wrap_up_seconds": 0, "plan": plan, **more}, QueueSettings
    )


def offers_of(book: Playbook) -> list[tuple[str, str]]:
    return [(offer.contact, offer.way) for offer in book.recorded(OfferToContact)]


def test_rule_14_rings_widen_over_time() -> None:
    for name, seconds in (("junior", 20), ("blended", 40), ("outside", 60)):
        book = Playbook(centre(tv(*RINGS)), name)
        book.tell(ContactQueued("c1", "tv"))
        assert book.after(seconds - 0.5) == []
        assert offered_to(book.after(0.5)) == [("c1", name)]
    assert [step.what for step in book.recorded(RecordPlanStep)] == ["vendor acme"]


def test_each_ring_is_told_when_it_takes_force_and_asked_for_as_a_wakeup() -> None:
    book = Playbook(centre(tv(*RINGS)))
    book.tell(ContactQueued("c1", "tv"))
    told = []
    while (wakeup := book.router.next_wakeup()) is not None:
        book.after(wakeup - book.now)
        told += [(book.contact("c1").stage, step.what) for step in book.recorded(RecordPlanStep)]
    assert told == [(1, "needs tv >= 1"), (2, "team blended"), (3, "vendor acme")]


def test_an_age_brought_along_counts() -> None:
    book = Playbook(centre(tv(*RINGS)), "outside")
    assert offered_to(book.tell(ContactQueued("c1", "tv", enqueued_at=book.now - 60))) == [("c1", "outside")]


def test_the_ring_widens_while_a_phone_rings() -> None:
    book = Playbook(centre(tv(*RINGS)), "expert", "junior")
    book.after(10, ContactQueued("c1", "tv"))
    book.after(5, OfferRinging(1))
    book.after(15)
    assert (book.contact("c1").state, book.contact("c1").stage) == ("offered", 1)
    assert book.tell(OfferFailed(1, "declined")) == [Offer(2, "c1", "junior", 20.0)]


def test_a_changed_plan_holds_for_those_who_wait() -> None:
    book = Playbook(centre(tv()), "junior")
    book.tell(ContactQueued("c1", "tv"))
    book.after(30)
    assert offered_to(book.tell(SettingsChanged(centre(tv(*RINGS))))) == [("c1", "junior")]
    book = Playbook(centre(tv(*RINGS)), "outside")
    book.tell(ContactQueued("c1", "tv"))
    assert book.after(30, SettingsChanged(centre(tv()))) == []
    assert book.after(100) == []


LONG = Step(when=Condition("length", on=3, off=1), team="blended", priority=2)


def test_a_condition_has_hysteresis() -> None:
    book = Playbook(centre(tv(LONG)))
    book.tell(ContactQueued("c1", "tv"), ContactQueued("c2", "tv"))
    assert book.state.holding == {"tv": []}
    book.tell(ContactQueued("c3", "tv"))
    assert book.recorded(RecordPlanStep) == [RecordPlanStep("", "tv", 0, "team blended, priority +2", in_force=True)]
    book.tell(ContactLeft("c1", "abandoned"))
    assert book.state.holding == {"tv": [0]}
    book.tell(ContactLeft("c2", "abandoned"))
    assert book.recorded(RecordPlanStep) == [RecordPlanStep("", "tv", 0, "team blended, priority +2", in_force=False)]


def test_a_condition_goes_on_in_a_changed_plan_that_has_it_and_ends_with_one_that_has_not() -> None:
    book = Playbook(centre(tv(LONG)))
    book.tell(*(ContactQueued(name, "tv") for name in ("c1", "c2", "c3")), ContactLeft("c1", "abandoned"))
    book.tell(SettingsChanged(centre(tv(Step(after=600, team="night"), LONG))))
    assert (book.state.holding, book.recorded(RecordPlanStep)) == ({"tv": [1]}, [])
    book.tell(SettingsChanged(centre(tv(replace(LONG, when=Condition("length", on=3))))))
    assert book.recorded(RecordPlanStep) == [RecordPlanStep("", "tv", 1, "team blended, priority +2", in_force=False)]
    assert book.state.holding == {"tv": []}


def test_a_condition_opens_the_queue_to_those_who_are_ready_and_raises_its_class() -> None:
    other = QueueSettings("other", priority=1, wrap_up_seconds=0)
    book = Playbook(centre(tv(LONG), other), "blended")
    book.tell(ContactQueued("c0", "other"), ContactQueued("o1", "other"))
    book.tell(ContactQueued("c1", "tv"), ContactQueued("c2", "tv"), ContactConnected(1))
    book.tell(ContactQueued("c3", "tv"))
    assert offered_to(book.tell(ContactFinished("c0"))) == [("c1", "blended")]


def test_a_talk_that_was_longer_than_expected_raises_the_estimated_wait_at_once() -> None:
    plan = Step(when=Condition("estimated_wait", on=100), team="blended")
    queue = replace(tv(plan, expected_handling_seconds=10), wrap_up_seconds=30.0)
    book = Playbook(centre(queue), "expert")
    book.talk("c1", "tv")
    book.tell(ContactQueued("c2", "tv"))
    assert book.state.holding == {"tv": []}
    book.after(1000, ContactFinished("c1"))
    assert book.state.agents["expert"].state == "wrap_up"
    assert book.state.holding == {"tv": [0]}


@pytest.mark.parametrize("measure", ["agents_ready", "service_level", "estimated_wait"])
def test_every_measure_is_watched(measure: str) -> None:
    on = {"agents_ready": 0, "service_level": 0.5, "estimated_wait": 200.0}[measure]
    plan = Step(when=msgspec.convert({"measure": measure, "on": on}, Condition), team="blended")
    book = Playbook(centre(tv(plan, expected_handling_seconds=90)), "expert", "blended")
    book.tell(ContactQueued("c1", "tv"))
    if measure == "agents_ready":
        assert book.state.holding == {"tv": [0]}
        return
    assert book.state.holding.get("tv", []) == []
    if measure == "estimated_wait":
        assert book.tell(ContactConnected(1), ContactQueued("c2", "tv")) == []
        assert book.state.holding["tv"] == []
        assert offered_to(book.tell(ContactQueued("c3", "tv"))) == [("c2", "blended")]
        return
    book.tell(OfferRinging(1))
    book.after(24, ContactConnected(1))
    assert book.state.holding["tv"] == [0]
    assert offered_to(book.tell(ContactQueued("c2", "tv"))) == [("c2", "blended")]


def test_agents_whom_a_step_lets_in_do_not_end_it() -> None:
    few = Step(when=Condition("agents_ready", on=0, off=1), team="blended")
    book = Playbook(centre(tv(few)), "blended")
    assert offered_to(book.tell(ContactQueued("c1", "tv"))) == [("c1", "blended")]
    book.make_ready("expert")
    assert book.state.holding == {"tv": []}
    book.tell(AgentPaused("expert", "lunch"))
    assert book.state.holding == {"tv": [0]}


def test_another_way_is_offered_once_and_only_to_those_who_wait() -> None:
    plan = (Step(after=30, offer="callback"), Step(after=50, offer="callback"), Step(after=60, offer="link"))
    book = Playbook(centre(tv(*plan)))
    book.tell(ContactQueued("c1", "tv"))
    assert offers_of(book) == []
    book.after(30)
    assert offers_of(book) == [("c1", "callback")]
    book.after(20)
    assert offers_of(book) == []
    book.make_ready("expert")
    book.tell(OfferRinging(1))
    book.after(12)
    assert offers_of(book) == []
    book.tell(OfferFailed(1, "declined"))
    assert offers_of(book) == [("c1", "link")]


def test_a_condition_offers_to_everyone_whose_time_has_come() -> None:
    plan = Step(after=10, when=Condition("length", on=3), offer="chat")
    book = Playbook(centre(tv(plan)))
    book.tell(ContactQueued("c1", "tv"), ContactQueued("c2", "tv"))
    book.after(15, ContactQueued("c3", "tv"))
    assert offers_of(book) == [("c1", "chat"), ("c2", "chat")]
    book.after(10)
    assert offers_of(book) == [("c3", "chat")]


def test_a_contact_moves_with_its_age_and_never_back() -> None:
    there = QueueSettings("there", {"tv": 1}, plan=(Step(after=45, move="tv"),), wrap_up_seconds=0)
    book = Playbook(centre(tv(Step(after=30, move="there")), there))
    began = book.now
    book.tell(ContactQueued("c1", "tv"))
    book.after(30)
    assert book.recorded(RecordMove) == [RecordMove("c1", "tv", "there")]
    assert [wait.outcome for wait in book.recorded(RecordWait)] == ["overflowed_out"]
    place = book.router.place("c1")
    assert place is not None
    assert (place.queue, place.enqueued_at) == ("there", began)
    book.after(30)
    assert book.contact("c1").queue == "there"
    assert offered_to(book.make_ready("junior")) == [("c1", "junior")]


def test_a_move_at_once_finds_an_agent_there() -> None:
    there = QueueSettings("there")
    book = Playbook(centre(tv(Step(when=Condition("agents_ready", on=0), move="there")), there), "junior")
    assert offered_to(book.tell(ContactQueued("c1", "tv"))) == [("c1", "junior")]
    assert [wait.queue for wait in book.recorded(RecordWait)] == ["tv"]


def test_who_has_waited_longest_allowed_goes_before_every_class() -> None:
    low, high = QueueSettings("low", longest_wait=120.0), QueueSettings("high", priority=5)
    book = Playbook(centre(low, high))
    book.tell(ContactQueued("c1", "low"))
    book.after(119, ContactQueued("c2", "high", priority=9))
    assert offered_to(book.make_ready("expert")) == [("c1", "expert")]
    book = Playbook(centre(low, high))
    book.tell(ContactQueued("c1", "low"))
    book.after(118, ContactQueued("c2", "high"))
    assert offered_to(book.make_ready("expert")) == [("c2", "expert")]


def test_among_the_overdue_the_oldest_goes_first_whatever_its_class() -> None:
    low, high = QueueSettings("low", longest_wait=60.0), QueueSettings("high", priority=5, longest_wait=10.0)
    book = Playbook(centre(low, high))
    book.tell(ContactQueued("old", "low"))
    book.after(5, ContactQueued("young", "high", priority=9, boost=99))
    book.after(60)
    assert offered_to(book.make_ready("expert")) == [("old", "expert")]


def test_service_objective_serves_whoever_has_used_up_most_of_their_target() -> None:
    quick = QueueSettings("quick", service_level_seconds=10)
    slow = QueueSettings("slow", service_level_seconds=100)
    for order, first in (("age", "s"), ("service_objective", "q")):
        book = Playbook(msgspec.convert({**msgspec.structs.asdict(centre(quick, slow)), "order": order}, Settings))
        book.tell(ContactQueued("s", "slow"))
        book.after(50, ContactQueued("q", "quick"))
        book.after(8)
        assert offered_to(book.make_ready("expert")) == [(first, "expert")]


def test_why_tells_the_steps_in_force_and_those_to_come() -> None:
    book = Playbook(centre(tv(*RINGS)), "blended", "outside")
    book.after(10, ContactQueued("c1", "tv"))
    book.after(20)
    assert offered_to(book.make_ready("junior")) == [("c1", "junior")]
    assert in_words(book.decisions[-1]) == (
        "offered to junior: rank 1 of 1; skipped blended: no tv (step not yet in force: after 40 s: team blended); "
        "outside: no tv (step not yet in force: after 60 s: vendor acme); in force: needs tv >= 1"
    )


def test_why_a_contact_waits_and_what_would_have_to_change() -> None:
    queue = replace(tv(*RINGS), wrap_up_seconds=30)
    book = Playbook(centre(queue), "expert", "junior")
    book.tell(ContactQueued("c0", "tv"), ContactConnected(1), ContactFinished("c0"))
    book.after(18, ContactQueued("c1", "tv"))
    waiting = book.router.why_waiting("c1", book.now)
    assert waiting is not None
    assert waiting_in_words(waiting) == (
        "has waited for 0 s; nobody can take it: expert: wrap-up 12 s left; "
        "junior: tv 1 < 3 (step not yet in force: after 20 s: needs tv >= 1); something changes by itself in 12 s"
    )
    assert waiting_in_words(waiting, "zh-CN") == (
        "已等待0秒;无人可接:expert: 话后处理 还剩12秒; junior: tv 1 < 3(尚未生效的步骤:等待20秒后:要求tv >= 1)"
        ";12秒后情况会自行变化"
    )
    assert book.router.why_waiting("c0", book.now) is None


def test_a_step_that_waits_for_a_condition_in_words() -> None:
    step = Step(after=5, when=Condition("agents_ready", on=1, off=2), vendor="acme", offer="callback", needs={"tv": 1})
    assert step_in_words(step) == (
        "after 5 s: while the number of agents ready <= 1: needs tv >= 1, vendor acme, offer callback"
    )
    assert step_in_words(step, "zh-CN") == "等待5秒后:当就绪坐席数 <= 1时:要求tv >= 1, 开放给外包商acme, 提供回电"
    assert step_in_words(Step(when=Condition("length", on=30), priority=1, move="m"), "zh-CN") == (
        "当排队人数 >= 30时:优先级+1, 转到队列m"
    )
    assert turn_in_words("team blended", False) == "the plan, no longer: team blended"
    assert turn_in_words("team blended", True, "zh-CN") == "排队方案对所有人生效:team blended"


def test_why_tells_of_agents_kept_free_and_of_a_lost_switch() -> None:
    book = Playbook(centre(QueueSettings("out", keep_free=1)), "expert")
    book.tell(ContactQueued("o1", "out"))
    waiting = book.router.why_waiting("o1", book.now)
    assert waiting is not None
    assert waiting_in_words(waiting) == (
        "has waited for 0 s; nobody can take it: expert: kept free: 1 must stay ready; nothing changes by itself"
    )
    book.tell(SettingsChanged(centre(QueueSettings("out", keep_free=1, resume_free=2))))
    waiting = book.router.why_waiting("o1", book.now)
    assert waiting is not None
    assert "expert: kept free: 2 must stay ready" in waiting_in_words(waiting), "it stopped: more must be ready"
    book.tell(SwitchLost())
    waiting = book.router.why_waiting("o1", book.now)
    assert waiting is not None
    assert waiting_in_words(waiting).endswith("; the switch is lost, so nobody can be rung")


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        ([{"after": 5, "needs": "tv >="}], "needs: character 6"),
        ([{"when": {"measure": "length", "on": 3, "off": 4}}], "off must be at most 3"),
        ([{"when": {"measure": "agents_ready", "on": 3, "off": 2}}], "off must be at least 3"),
        ([{"offer": "biscuits"}], "Invalid enum value"),
        ([{"afterwards": 5}], "unknown field"),
    ],
)
def test_a_plan_that_makes_no_sense_is_told(plan: list[dict[str, object]], told: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=told):
        msgspec.convert({"name": "tv", "plan": plan}, QueueSettings)


def test_a_step_in_words() -> None:
    step = Step(needs="tv >= 1", team="t", vendor="v", priority=-1, offer="link", move="m")
    assert describe(step) == "needs tv >= 1, team t, vendor v, priority -1, offer link, move to m"
    assert describe(Step(needs={}, team="t")) == describe(Step(needs="", team="t")) == "anybody, team t"
    assert describe(Step()) == "nothing"


def test_a_moment_of_the_plan_does_not_end_the_waiting_for_one_agent() -> None:
    book = Playbook(centre(tv(*RINGS)), "expert")
    book.talk("c0", "tv")
    book.make_ready("junior")
    book.tell(ContactQueued("c1", "tv", sticky="expert", sticky_seconds=60))
    assert book.after(30) == []
    assert (book.contact("c1").sticky, book.contact("c1").stage) == ("expert", 1)
    assert offered_to(book.after(30)) == [("c1", "junior")]


def test_who_gives_up_within_the_target_does_not_count_in_the_service_level() -> None:
    step = Step(when=Condition("service_level", on=0.9), offer="link")
    book = Playbook(centre(tv(step)), "expert")
    book.talk("c0", "tv")
    book.tell(ContactQueued("c1", "tv"))
    book.after(10, ContactLeft("c1", "abandoned"))
    assert book.state.holding["tv"] == []
    book.tell(ContactQueued("c2", "tv"))
    book.after(30, ContactLeft("c2", "abandoned"))
    assert book.state.holding["tv"] == [0]


def test_a_step_to_come_is_a_change_by_itself() -> None:
    book = Playbook(centre(tv(*RINGS)), "junior")
    book.tell(ContactQueued("c1", "tv"))
    waiting = book.router.why_waiting("c1", book.now + 5)
    assert waiting is not None
    assert waiting_in_words(waiting).endswith("; something changes by itself in 15 s")
