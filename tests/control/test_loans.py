"""Proposals of the dispatch that are applied: lent until a time, taken back, measured."""

from msgspec.structs import replace

from tandem.acd.settings import AgentSettings, QueueSettings
from tandem.control import commands, events
from tandem.control.dispatch.loans import KEPT, MEASURED_AFTER
from tandem.control.settings import Settings
from tests.control.boards import Follower
from tests.control.dispatch import proposal
from tests.control.playbook import SETTINGS, Playbook, one, these

QUEUES = SETTINGS.acd.queues | {"chat": QueueSettings("chat", {"chat": 1})}


WRITERS = SETTINGS.acd.agents | {
    name: replace(SETTINGS.acd.agents[name], skills={"chat": 3}) for name in ("1001", "1002")
}


def writers(agents: dict[str, AgentSettings] = WRITERS) -> Settings:
    """Two agents only write; who takes tech is not there."""
    return replace(SETTINGS, acd=replace(SETTINGS.acd, queues=QUEUES, agents=agents))


def begun() -> Playbook:
    book = Playbook(writers())
    for name in ("1001", "1002"):
        book.agent_ready(name)
    return book


def skills(book: Playbook) -> dict[str, dict[str, int]]:
    return {name: agent.skills for name, agent in book.plane.state.router.settings.agents.items()}


def lend(book: Playbook, number: int = 7, **different: object) -> list[commands.Command]:
    until = different.pop("until", book.now + 3600)
    assert isinstance(until, float)
    return book.tell(events.ProposalApplied(proposal(number, until, **different), "mei"))


def test_lent_agents_take_at_once_what_waits_and_the_settings_stay_as_they_are() -> None:
    book = begun()
    book.queue("c1")
    ring = one(commands.RingAgent, lend(book))
    assert book.plane.state.legs[ring.leg].agent == "1001"
    assert skills(book) == {"1001": {"tv": 2}, "1002": {"tv": 2}, "1003": {"tv": 3}}
    assert book.plane.state.settings == writers()
    loan = book.plane.state.loans["7"]
    assert (sorted(loan.agents), loan.by, loan.began, loan.ended) == (["1001", "1002"], "mei", book.now, None)
    assert book.plane.state.counters["loans"] == 1
    assert lend(book) == []  # a second time changes nothing


def test_a_loan_ends_by_itself() -> None:
    book = begun()
    lend(book)
    book.pass_time(3599)
    assert skills(book)["1001"] == {"tv": 2}
    book.pass_time(1)
    assert skills(book) == {"1001": {"chat": 3}, "1002": {"chat": 3}, "1003": {"tv": 3}}
    assert book.plane.state.loans["7"].ended == book.now
    book.tell(events.LoanTakenBack(7, "jun"))
    assert book.plane.state.loans["7"].taken_back_by == ""


def test_a_loan_is_taken_back_and_nothing_of_it_falls_due() -> None:
    book = begun()
    before = dict(book.plane.state.timers)
    lend(book)
    book.pass_time(60)
    book.tell(events.LoanTakenBack(7, "jun"))
    loan = book.plane.state.loans["7"]
    assert (loan.ended, loan.taken_back_by, loan.measured) == (book.now, "jun", None)
    assert skills(book)["1001"] == {"chat": 3}
    assert book.plane.state.timers == before
    book.tell(events.LoanTakenBack(8, "jun"))  # there is none


def test_settings_that_change_meanwhile_lie_beneath_the_loan() -> None:
    book = begun()
    lend(book)
    agents = {
        "1001": replace(SETTINGS.acd.agents["1001"], skills={"chat": 5, "mail": 4}),
        "1003": SETTINGS.acd.agents["1003"],
    }
    book.tell(events.SettingsLoaded(writers(agents)))
    assert skills(book) == {"1001": {"tv": 2, "mail": 4}, "1003": {"tv": 3}}
    book.pass_time(3600)
    assert skills(book)["1001"] == {"chat": 5, "mail": 4}


def test_who_holds_a_skill_keeps_their_own_proficiency() -> None:
    book = begun()
    lend(book, gives={"tv": 2, "chat": 1}, takes=())
    assert skills(book)["1001"] == {"tv": 2, "chat": 3}


def test_only_who_is_there_and_free_is_lent() -> None:
    book = begun()
    lend(book, 7, agents=1)
    lend(book, 8, agents=3)
    first, second = (book.plane.state.loans[number].agents for number in ("7", "8"))
    assert sorted(first + second) == ["1001", "1002"]
    done = lend(book, 9)
    assert [(alarm.kind, alarm.detail) for alarm in these(commands.RaiseAlarm, done)] == [
        ("proposal not applied", "nobody is there")
    ]
    assert "9" not in book.plane.state.loans


def test_a_proposal_whose_time_is_over_lends_nobody() -> None:
    book = begun()
    done = lend(book, until=book.now)
    assert one(commands.RaiseAlarm, done).detail == "its time is over"
    assert skills(book)["1001"] == {"chat": 3}


def test_what_came_of_it_is_counted_from_its_begin() -> None:
    book = begun()
    book.queue("c0")
    book.pass_time(5)
    book.tell(events.CallEnded("c0"))
    lend(book)
    leg = one(commands.RingAgent, book.queue("c1")).leg
    for event in (events.LegRinging(leg), events.LegAnswered(leg), events.Bridged("c1", leg)):
        book.tell(event)
    assert book.plane.state.loans["7"].measured is None
    book.pass_time(MEASURED_AFTER)
    measured = book.plane.state.loans["7"].measured
    assert measured is not None
    assert [(one.queue, one.at, one.offered, one.level, one.wait) for one in measured] == [
        ("tech", book.plane.state.loans["7"].began + MEASURED_AFTER, 1, 1.0, 0.0)
    ]
    book.pass_time(3600)
    assert book.plane.state.loans["7"].measured == measured


def test_a_short_loan_is_measured_at_its_end() -> None:
    book = begun()
    lend(book, until=book.now + 60)
    book.pass_time(60)
    loan = book.plane.state.loans["7"]
    assert (loan.ended, loan.measured is not None and loan.measured[0].level) == (book.now, None)
    assert loan.measured is not None
    assert not [name for name in book.plane.state.timers if name.startswith("loan")]


def test_at_midnight_counting_begins_anew() -> None:
    book = begun()
    book.pass_time(book.plane.state.today.until - book.now - 60)
    book.queue("c0")
    lend(book, until=book.now + 400)
    book.pass_time(100)
    book.queue("c1")
    book.pass_time(300)
    measured = book.plane.state.loans["7"].measured
    assert measured is not None
    assert measured[0].offered == 1


def test_loans_that_are_over_are_forgotten_in_time() -> None:
    book = begun()
    lend(book, 5, members=("1002",))
    for number in range(100, 100 + KEPT + 3):
        lend(book, number, members=("1001",))
        book.pass_time(1)
        book.tell(events.LoanTakenBack(number, "mei"))
    assert sorted(map(int, book.plane.state.loans)) == [5, *range(103, 103 + KEPT)]


def test_boards_are_told_of_loans() -> None:
    book = begun()
    board = Follower(book.plane, book.now)
    lend(book)
    board.check(book.plane, book.now)
    assert [loan.proposal.number for loan in board.centre.loans] == [7]
