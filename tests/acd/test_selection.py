"""What a queue may set about its order: ageing, selection, agents kept free; and own work first."""

import pytest
from msgspec.structs import replace

from tandem.acd.commands import WithdrawOffer
from tandem.acd.events import AgentPaused, AgentWentReady, ContactFinished, ContactLeft, ContactQueued, SettingsChanged
from tandem.acd.plan import Condition, Step
from tandem.acd.settings import QueueSettings, Selection, Settings
from tandem.acd.words import in_words
from tests.acd.playbook import Playbook, offered_to, settings

PEOPLE = {"ann": {"tv": 2}, "bob": {"tv": 5}, "eve": {"tv": 5}}


def with_queues(*queues: QueueSettings, **agents: dict[str, int]) -> Settings:
    return replace(settings({}, agents), queues={queue.name: queue for queue in queues})


def test_a_queue_that_ages_faster_overtakes() -> None:
    chosen = with_queues(QueueSettings("slow"), QueueSettings("fast", ageing=3.0), ann={})
    for head_start, first in ((19.0, "late"), (21.0, "early")):
        book = Playbook(chosen)
        book.tell(ContactQueued("early", "slow"))
        book.after(head_start, ContactQueued("late", "fast"))
        book.after(10.0 - 1.0)
        # At 10 s after "late" came: 3 x 10 against 10 + head start.
        assert offered_to(book.make_ready("ann")) == [(first, "ann")]


def test_ageing_never_beats_a_higher_class() -> None:
    chosen = with_queues(QueueSettings("fast", ageing=99.0), QueueSettings("gold", priority=1), ann={})
    book = Playbook(chosen)
    book.tell(ContactQueued("c1", "fast"))
    book.after(99, ContactQueued("c2", "gold"))
    assert offered_to(book.make_ready("ann")) == [("c2", "ann")]


@pytest.mark.parametrize(("selection", "chosen"), [("longest_idle", "ann"), ("most_proficient", "bob")])
def test_a_queue_selects_the_longest_idle_or_the_most_proficient(selection: Selection, chosen: str) -> None:
    queue = QueueSettings("help", {"tv": 1}, selection=selection)
    book = Playbook(with_queues(queue, **PEOPLE), "ann", "bob", "eve")
    assert offered_to(book.tell(ContactQueued("c1", "help"))) == [("c1", chosen)]
    assert in_words(book.decisions[-1]) == f"offered to {chosen}: rank 1 of 3"


def test_proficiency_is_that_of_the_weakest_skill_needed() -> None:
    queue = QueueSettings("help", {"tv": 1, "phone": 1}, selection="most_proficient")
    book = Playbook(with_queues(queue, ann={"tv": 5, "phone": 1}, bob={"tv": 2, "phone": 2}), "ann", "bob")
    assert offered_to(book.tell(ContactQueued("c1", "help"))) == [("c1", "bob")]


@pytest.mark.parametrize(("own_first", "first"), [(False, "old"), (True, "own")])
def test_an_agent_takes_the_oldest_or_their_own_first(own_first: bool, first: str) -> None:
    chosen = with_queues(
        QueueSettings("tv", {"tv": 1}), QueueSettings("phone", {"phone": 1}), ann={"tv": 5, "phone": 1}
    )
    book = Playbook(replace(chosen, own_first=own_first))
    book.tell(ContactQueued("old", "phone"))
    book.after(60, ContactQueued("own", "tv"))
    assert offered_to(book.make_ready("ann")) == [(first, "ann")]


OUTBOUND = QueueSettings("outbound", keep_free=2, wrap_up_seconds=0)
HOTLINE = QueueSettings("hotline", priority=1, wrap_up_seconds=0)


def test_a_queue_that_keeps_agents_free_waits_until_enough_are_ready() -> None:
    book = Playbook(with_queues(HOTLINE, OUTBOUND, ann={}, bob={}, eve={}), "ann", "bob")
    assert book.tell(ContactQueued("o1", "outbound"), ContactQueued("o2", "outbound")) == []
    # Eve makes three; the work goes to Ann, who is idle longest, and two stay free.
    assert offered_to(book.make_ready("eve")) == [("o1", "ann")]


def test_agents_kept_free_are_there_for_others() -> None:
    book = Playbook(with_queues(HOTLINE, OUTBOUND, ann={}, bob={}), "ann", "bob")
    book.tell(ContactQueued("o1", "outbound"))
    assert offered_to(book.tell(ContactQueued("c1", "hotline"))) == [("c1", "ann")]


def test_work_that_is_kept_back_does_not_block_the_work_behind_it() -> None:
    first = replace(OUTBOUND, priority=2)
    book = Playbook(with_queues(HOTLINE, first, ann={}))
    book.tell(ContactQueued("o1", "outbound"), ContactQueued("c1", "hotline"))
    assert offered_to(book.make_ready("ann")) == [("c1", "ann")]


def test_the_last_agent_to_become_ready_may_get_other_work_while_the_kept_back_goes_elsewhere() -> None:
    chosen = with_queues(QueueSettings("outbound", keep_free=1, priority=2), HOTLINE, ann={}, bob={})
    book = Playbook(chosen, "ann")
    book.tell(AgentPaused("ann", "lunch"), ContactQueued("o1", "outbound"), ContactQueued("o2", "outbound"))
    book.tell(AgentWentReady("ann"))
    assert offered_to(book.make_ready("bob")) == [("o1", "ann")]
    assert offered_to(book.tell(ContactQueued("c1", "hotline"))) == [("c1", "bob")]
    assert offered_to(book.after(9, ContactLeft("c1", "abandoned"))) == []


def test_changed_settings_let_kept_back_work_go() -> None:
    chosen = with_queues(HOTLINE, OUTBOUND, ann={}, bob={})
    book = Playbook(chosen, "ann", "bob")
    book.tell(ContactQueued("o1", "outbound"), ContactQueued("o2", "outbound"))
    relaxed = replace(chosen, queues={**chosen.queues, "outbound": replace(OUTBOUND, keep_free=1)})
    assert offered_to(book.tell(SettingsChanged(relaxed))) == [("o1", "ann")]


def test_a_finished_talk_lets_kept_back_work_go() -> None:
    book = Playbook(with_queues(HOTLINE, OUTBOUND, ann={}, bob={}, eve={}), "ann", "bob", "eve")
    book.talk("c1", "hotline")
    book.tell(ContactQueued("o1", "outbound"))
    assert offered_to(book.after(60, ContactFinished("c1"))) == [("o1", "bob")]


def test_who_waits_for_one_agent_is_kept_back_too_until_another_one_is_ready() -> None:
    book = Playbook(with_queues(replace(OUTBOUND, keep_free=1), ann={}, bob={}), "ann")
    assert book.tell(ContactQueued("o1", "outbound", sticky="ann", sticky_seconds=60)) == []
    assert offered_to(book.make_ready("bob")) == [("o1", "ann")]


def test_who_waits_for_one_agent_goes_on_when_a_step_counts_more_agents() -> None:
    widened = QueueSettings("outbound", {"tv": 1}, keep_free=1, plan=(Step(when=Condition("length", 2, 1), needs={}),))
    book = Playbook(with_queues(widened, ann={"tv": 1}, bob={}), "ann", "bob")
    assert book.tell(ContactQueued("o1", "outbound", sticky="ann", sticky_seconds=60)) == []
    assert ("o1", "ann") in offered_to(book.tell(ContactQueued("o2", "outbound")))


def test_work_that_stopped_goes_on_only_when_more_agents_are_ready() -> None:
    chosen = with_queues(HOTLINE, replace(OUTBOUND, keep_free=1, resume_free=2), ann={}, bob={}, eve={})
    book = Playbook(chosen, "ann", "bob", "eve")
    assert offered_to(book.tell(ContactQueued("o1", "outbound"))) == [("o1", "ann")]
    assert offered_to(book.tell(ContactQueued("o2", "outbound"))) == [("o2", "bob")]
    assert book.tell(ContactQueued("o3", "outbound"), ContactLeft("o2", "abandoned")) == [
        WithdrawOffer(2, "o2", "bob", "abandoned")
    ]
    assert book.state.stopped == ["outbound"]
    # Two are ready now, which was enough before it stopped.
    assert offered_to(book.tell(ContactLeft("o1", "abandoned"))) == [("o3", "ann")]
    assert book.state.stopped == []


@pytest.mark.parametrize("resume_free", [0, 1])
def test_work_that_stopped_goes_on_when_the_second_threshold_is_taken_away(resume_free: int) -> None:
    chosen = with_queues(replace(OUTBOUND, keep_free=1, resume_free=2), ann={}, bob={})
    book = Playbook(chosen, "ann", "bob")
    book.tell(ContactQueued("o1", "outbound"), ContactQueued("o2", "outbound"))
    book.tell(ContactLeft("o1", "abandoned"))
    assert book.state.stopped == ["outbound"]
    eased = replace(chosen, queues={"outbound": replace(OUTBOUND, keep_free=1, resume_free=resume_free)})
    assert offered_to(book.tell(SettingsChanged(eased))) == [("o2", "ann")]
    assert book.state.stopped == []


def test_a_customers_tier_has_a_head_start_in_seconds_by_queue() -> None:
    for seconds, first in ((9.0, "plain"), (11.0, "gold")):
        book = Playbook(with_queues(QueueSettings("help", head_starts={"gold": seconds}), ann={}))
        book.tell(ContactQueued("plain", "help"))
        book.after(10, ContactQueued("gold", "help", tier="gold"))
        assert offered_to(book.make_ready("ann")) == [(first, "ann")]
