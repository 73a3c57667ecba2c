"""What waits teach about the next one."""

from math import isfinite
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tandem.acd.commands import RecordWait
from tandem.acd.events import ContactConnected, ContactFinished, ContactLeft, ContactQueued
from tandem.acd.experience import Clues, Experience
from tandem.acd.foresight import FIRST_TALKS, SAMPLES
from tandem.acd.plan import Step
from tandem.acd.settings import QueueSettings
from tandem.acd.waiting import expected_wait
from tests.acd.playbook import Playbook, settings

seconds = st.floats(0.0, 1e5)
HELP = settings({"help": {}}, {"ann": {}, "bob": {}}, expected_handling_seconds=100, wrap_up_seconds=0)


def clues(ahead: float = 3.0, agents: int = 10, last: float = 0.0, head: float = 0.0, handling: float = 200.0) -> Clues:
    return Clues(handling, *expected_wait(ahead, handling, agents, 0.001), last, head)


def taught(*waits: tuple[Clues, float]) -> Experience:
    experience = Experience()
    for known, waited in waits:
        experience.learn(known, experience.foresee(known).mean, waited)
    return experience


def random_waits(number: int, true: tuple[float, ...], seed: int = 1) -> list[tuple[Clues, float]]:
    """Waits that are these weights of the clues, give or take a half."""
    dice = Random(seed)
    known = [clues(dice.randrange(30), 10, dice.uniform(0, 900), dice.uniform(0, 900)) for _ in range(number)]
    return [(one, sum(w * c for w, c in zip(true, one.each(), strict=True)) * dice.uniform(0.5, 1.5)) for one in known]


def test_untaught_the_formula_is_believed_and_the_range_of_one_exponential_time_is_nearly_exact() -> None:
    wait = Experience().foresee(Clues(100.0, 100.0, 100.0**2, 500.0, 500.0))
    assert wait == pytest.approx((100, 22.3, 160.9), rel=0.01)


def test_the_weights_of_the_clues_are_found() -> None:
    experience = taught(*random_waits(4000, (2.0, 0.5, 0.3, 0.2)))
    assert experience.weights[1:] == pytest.approx((0.5, 0.3, 0.2), abs=0.1)
    one = clues(8, last=300, head=100)
    expected = 2 * 20 + one.mean / 2 + 90 + 20
    assert experience.foresee(one).mean == pytest.approx(expected, rel=0.1)


def test_no_weight_falls_below_zero() -> None:
    experience = taught(*((one, max(one.mean - one.last / 10, 0.0)) for one, _ in random_waits(500, (0, 1, 0, 0))))
    assert min(experience.weights) == 0.0


def test_weights_that_are_not_clearly_better_are_not_believed() -> None:
    exact = taught(*random_waits(2000, (0.0, 1.0, 0.0, 0.0)))
    one = clues(12, last=10_000)
    assert exact.foresee(one).mean == one.mean
    assert exact.error > 0.9 * exact.error_of_formula


def test_the_range_comes_to_cover_six_of_ten_and_one_of_five_lies_below() -> None:
    waits = random_waits(6000, (1.0, 0.7, 0.3, 0.0))
    experience = taught(*waits[:4000])
    told = [(experience.foresee(one), waited) for one, waited in waits[4000:]]
    covered = sum(wait.earliest <= waited <= wait.latest for wait, waited in told) / len(told)
    below = sum(waited < wait.earliest for wait, waited in told) / len(told)
    assert covered == pytest.approx(0.6, abs=0.05)
    assert below == pytest.approx(0.2, abs=0.04)


def test_what_is_known_of_handling_since_then_corrects_the_clues() -> None:
    assert clues(5, handling=100).corrected(200).mean == pytest.approx(clues(5, handling=100).mean * 2)
    assert clues(5, handling=100).corrected(200).variance == pytest.approx(clues(5, handling=100).variance * 4)
    assert clues(5, handling=0.0).corrected(200).mean == clues(5, handling=0.0).mean


@given(st.integers(0, 400), st.integers(0, 300), seconds, seconds, st.floats(0.0, 1e4), st.booleans())
def test_an_estimate_is_finite_never_negative_and_inside_its_range(
    ahead: int, agents: int, last: float, head: float, handling: float, is_taught: bool
) -> None:
    experience = TAUGHT if is_taught else Experience()
    wait = experience.foresee(clues(ahead, agents, last, head, handling))
    assert 0 <= wait.earliest <= wait.mean <= wait.latest
    assert isfinite(wait.latest)


@given(st.floats(0, 400), st.floats(0, 50), st.integers(0, 300), seconds, st.booleans())
def test_the_more_is_ahead_the_longer_the_estimate(
    ahead: float, more: float, agents: int, last: float, is_taught: bool
) -> None:
    experience = TAUGHT if is_taught else Experience()
    shorter, longer = (experience.foresee(clues(number, agents, last)).mean for number in (ahead, ahead + more))
    assert shorter <= longer * (1 + 1e-9)


TAUGHT = taught(*random_waits(600, (1.0, 0.7, 0.3, 0.4)))


# --- in the router -------------------------------------------------------------------------------------------------


def busy() -> Playbook:
    """Both agents talk, and a hundred talks were seen before."""
    book = Playbook(HELP, "ann", "bob")
    book.state.handled["help"] = FIRST_TALKS
    book.talk("c1")
    book.talk("c2")
    return book


def test_the_estimate_made_at_the_beginning_is_in_the_record_of_the_wait() -> None:
    book = busy()
    book.tell(ContactQueued("c3", "help"))
    place = book.router.place("c3", book.now)
    assert place is not None
    book.after(40, ContactLeft("c3", "abandoned"))
    (record,) = book.recorded(RecordWait)
    assert record.estimate == (place.estimated_wait, place.earliest, place.latest)
    assert book.state.experience["help"][""].sums == [0, 0, 0, 0]  # who gives up teaches nothing


def test_who_does_not_wait_has_no_estimate() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    assert [record.estimate for record in book.recorded(RecordWait)] == [None]


def test_who_is_answered_teaches() -> None:
    book = busy()
    book.tell(ContactQueued("c3", "help"))
    offers = book.after(70, ContactFinished("c1"))
    book.tell(ContactConnected(offers[0].offer))  # type: ignore[attr-defined]
    experience = book.state.experience["help"][""]
    assert experience.last_wait == 70
    assert experience.widths[0].seen == 1
    assert experience.sums[1] > 0


def test_before_it_is_known_how_long_talks_take_nobody_teaches() -> None:
    book = busy()
    book.state.handled["help"] = FIRST_TALKS - 2
    book.tell(ContactQueued("c3", "help"))
    offers = book.after(70, ContactFinished("c1"))
    book.tell(ContactConnected(offers[0].offer))  # type: ignore[attr-defined]
    assert book.state.experience["help"][""].sums == [0, 0, 0, 0]
    assert book.state.experience["help"][""].last_wait == 70


def test_of_a_crowd_only_some_are_asked() -> None:
    book = busy()
    apart = 100 / SAMPLES
    for number in range(9):
        book.after(apart / 4, ContactQueued(f"w{number}", "help"))
    foreseen = [name for name, contact in book.state.contacts.items() if contact.foreseen]
    assert foreseen == ["w0", "w4", "w8"]


def test_tiers_that_the_queue_knows_learn_apart() -> None:
    chosen = msgspec.structs.replace(HELP, queues={"help": replace(HELP.queues["help"], head_starts={"gold": 60.0})})
    book = Playbook(chosen)
    book.make_ready("ann")
    for number, tier in enumerate(("gold", "silver", "")):
        book.tell(ContactQueued(f"c{number}", "help", tier=tier))
        offer = book.state.next_offer - 1
        book.tell(ContactConnected(offer))
        book.after(50, ContactFinished(f"c{number}"))
    assert set(book.state.experience["help"]) == {"gold", ""}


def test_nobody_learns_from_a_queue_without_agents() -> None:
    book = Playbook(HELP)
    book.tell(ContactQueued("c1", "help"))
    assert book.contact("c1").foreseen is None
    assert book.router.place("c1") is not None


def test_the_last_wait_and_the_head_of_the_line_are_clues_less_what_was_waited_already() -> None:
    book = busy()
    book.tell(ContactQueued("c3", "help"))
    offers = book.after(70, ContactFinished("c1"), ContactQueued("c4", "help"))
    book.tell(ContactConnected(offers[0].offer))  # type: ignore[attr-defined]
    book.after(20, ContactQueued("c5", "help"))
    foreseen = book.contact("c5").foreseen
    assert foreseen is not None
    assert (foreseen.clues.last, foreseen.clues.head) == (70, 20)
    experience = book.state.experience["help"][""]
    experience.error, experience.error_of_formula = 0.0, 1.0
    for weights, now, later in (([0, 0, 1, 0], 70, 40), ([0, 0, 0, 1], 20, 20)):
        experience.weights = [float(weight) for weight in weights]
        told = [book.router.place("c5", book.now + waited) for waited in (0, 30)]
        assert [place.estimated_wait for place in told if place] == [now, later]


def test_callbacks_and_those_who_wait_for_one_agent_neither_teach_nor_are_asked() -> None:
    book = busy()
    book.tell(ContactQueued("callback", "help", dial_seconds=20.0))
    book.tell(ContactQueued("sticky", "help", sticky="ann", sticky_seconds=30.0))
    assert (book.contact("callback").foreseen, book.contact("sticky").foreseen) == (None, None)
    offers = book.after(70, ContactFinished("c2"))
    book.tell(ContactConnected(offers[0].offer))  # type: ignore[attr-defined]
    assert book.contact("callback").state == "connected"
    assert book.state.experience["help"][""].last_wait == 0


def test_who_is_moved_is_foretold_anew_or_not_at_all() -> None:
    plan = (Step(after=10, move="nobody"),)
    queues = {"help": replace(HELP.queues["help"], plan=plan), "nobody": QueueSettings("nobody", {"rare": 1})}
    book = Playbook(replace(HELP, queues=queues), "ann")
    book.talk("c1")
    book.tell(ContactQueued("c2", "help"))
    assert book.contact("c2").foreseen is not None
    book.after(10)
    assert book.contact("c2").queue == "nobody"
    assert book.contact("c2").foreseen is None
    assert [bool(record.estimate) for record in book.recorded(RecordWait)] == [True]
