"""The dispatch's worker as the controller sees it: well, failing, slow, gone."""

import asyncio
import sys
from pathlib import Path

import msgspec
from msgspec.structs import replace

from tandem.control import events
from tandem.control.board.board_settings import BoardSettings, QueueThresholds, Threshold
from tandem.control.dispatch.outlook import Outlook, Situation
from tandem.service import dispatch as dispatches
from tandem.service.dispatch import Dispatch, situation
from tandem.store.postgresql import EXAMPLE
from tests.control.dispatch import proposal
from tests.control.playbook import BEGIN, SETTINGS, Playbook
from tests.cti.sites import until

OUTLOOK = Outlook(BEGIN, BEGIN + 3600, (), (), (proposal(8), proposal(9)))


def dispatch(script: str, longest: float = 60.0) -> Dispatch:
    plane = Playbook().plane
    return Dispatch(Path("home"), "", lambda: plane.state, lambda: BEGIN, (sys.executable, "-c", script), longest)


def says(text: str) -> str:
    return f"import sys; sys.stdin.read(); print({text!r})"


async def test_an_outlook_is_kept_and_its_proposals_are_found() -> None:
    made = dispatch(says(msgspec.json.encode(OUTLOOK).decode()))
    assert made.proposal(9) is None
    await made.make()
    assert (made.outlook, made.failed, made.working) == (OUTLOOK, "", False)
    assert made.proposal(9) == proposal(9)
    assert made.proposal(10) is None
    assert made.counts == {"made": 1}


async def test_the_worker_is_told_the_home_and_how_the_floor_is(tmp_path: Path) -> None:
    script = f"import sys; open({str(tmp_path / 'given')!r}, 'w').write(sys.argv[1] + ' ' + sys.stdin.read())"
    made = dispatch(script)
    await made.make()
    home, _, given = (tmp_path / "given").read_text().partition(" ")
    assert home == "home"
    assert msgspec.json.decode(given, type=Situation).acd == SETTINGS.acd


async def test_one_that_fails_leaves_the_outlook_before_and_says_why() -> None:
    made = dispatch("import sys; sys.stdin.read(); sys.exit('tandem: no records')")
    made.outlook = OUTLOOK
    await made.make()
    assert (made.outlook, made.failed) == (OUTLOOK, "it ended with 1: tandem: no records")
    assert made.counts == {"failed": 1}


async def test_one_that_is_slow_is_ended() -> None:
    made = dispatch("import time; time.sleep(600)", longest=0.3)
    async with asyncio.timeout(30):
        await made.make()
    assert made.failed == "it took longer than 0.3 s"
    assert not made.working


async def test_what_is_no_outlook_and_no_program_are_failures() -> None:
    made = dispatch(says("{}"))
    await made.make()
    assert made.failed.startswith("it answered what is no outlook")
    gone = Dispatch(Path("home"), "", lambda: Playbook().plane.state, lambda: BEGIN, ("/no/such/program",))
    await gone.make()
    assert "No such file" in gone.failed


async def test_the_worker_is_told_where_the_records_are() -> None:
    shows = (sys.executable, "-c", "import sys; sys.exit(' '.join(sys.argv[1:]))")
    for database, given in (("", "home"), (EXAMPLE, f"home --database {EXAMPLE}")):
        made = Dispatch(Path("home"), database, lambda: Playbook().plane.state, lambda: BEGIN, shows)
        await made.make()
        assert made.failed == f"it ended with 1: {given}"


async def test_it_is_made_when_asked_and_on_the_quarter_hour() -> None:
    made = dispatch(says(msgspec.json.encode(OUTLOOK).decode()))
    running = asyncio.create_task(made.run())
    async with asyncio.timeout(30):
        made.ask()
        await until(lambda: made.counts["made"])
    running.cancel()
    quarter = BEGIN // 900 * 900
    for now, left in ((quarter, 10.0), (quarter + 10, 900.0), (quarter + 11, 899.0), (quarter + 899, 11.0)):
        made._clock = lambda now=now: now  # type: ignore[misc]
        assert made._until_next() == left
    assert dispatches.WORKER[1:] == ("-m", "tandem", "sim", "dispatch", "--home")


def test_the_floor_is_told_without_the_loans_in_its_settings() -> None:
    levels = QueueThresholds(service_level=Threshold(warn=0.9))
    queues = SETTINGS.acd.queues | {"more": replace(SETTINGS.acd.queues["tech"], name="more")}
    board = BoardSettings(queues={"tech": levels})
    settings = replace(SETTINGS, acd=replace(SETTINGS.acd, queues=queues), board=board, time_zone="Asia/Shanghai")
    book = Playbook(settings)
    book.agent_ready("1001")
    book.agent_ready("1002")
    book.tell(events.AgentPaused("1002", "lunch"))
    for number in (1, 2):
        book.tell(events.ProposalApplied(proposal(number, agents=1), "mei"))
        book.tell(events.LoanTakenBack(1, "mei"))
    found = situation(book.plane.state, book.now)
    assert (found.at_work, found.targets, found.time_zone) == (("1001",), {"tech": 0.9}, "Asia/Shanghai")
    assert found.acd == settings.acd
    assert [loan.proposal.number for loan in found.loans] == [2]
