"""The dispatch's worker, end to end: a process of its own before the records of a day that was lived."""

import asyncio
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from tandem.control.dispatch.outlook import Outlook, Situation
from tandem.main import cli
from tandem.store.database import RECORDS, open_database
from tests.simulate.working_day import MIDNIGHT, WorkingDay, settings
from tests.store.examples import interval
from tests.store.test_queries import write

AGENTS = 6
NEXT_DAY = MIDNIGHT + 86400.0
NINE = NEXT_DAY + 9 * 3600.0 + 120.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Yesterday as it was lived; today until nine: twenty for repair in each quarter-hour."""
    folder = tmp_path_factory.mktemp("home")
    asyncio.run(WorkingDay(300, AGENTS).keep(folder))

    async def today() -> None:
        engine = open_database(folder / RECORDS)
        starts = [NEXT_DAY + 8 * 3600.0 + 900.0 * number for number in range(5)]
        await write(engine, [interval(start, "repair", offered=20) for start in starts])
        await engine.dispose()

    asyncio.run(today())
    return folder


def situation() -> Situation:
    acd = settings(AGENTS).acd
    return Situation(NINE, "UTC", acd, tuple(acd.agents), {"repair": 0.7})


def worker(home: Path, given: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "tandem", "sim", "dispatch", "--home", str(home)]
    return subprocess.run(command, input=given, capture_output=True, timeout=120, check=False)


def test_a_process_of_its_own_tells_the_rest_of_the_day(home: Path) -> None:
    done = worker(home, msgspec.json.encode(situation()))
    assert done.returncode == 0, done.stderr
    found = msgspec.json.decode(done.stdout, type=Outlook)
    assert (found.made_at, found.until) == (NINE, NEXT_DAY + 10.25 * 3600)
    assert [queue.queue for queue in found.queues] == ["repair", "order"]
    assert found.unknown == ("online",)
    repair, order = found.queues
    assert [quarter.came for quarter in repair.quarters[32:37]] == [20, 20, 20, 20, None]
    assert (repair.days, repair.target, order.target) == (1, 0.7, 0.8)
    assert (repair.there, order.there) == (6, 3)
    assert order.quarters[36].expected is not None
    assert order.factor < 1 < order.quarters[36].expected
    assert sum(group.there for group in found.groups) == AGENTS


@pytest.mark.parametrize(
    ("given", "says"),
    [("{", "tandem: Input data was truncated"), ("", "truncated"), ('{"now": 1}', "missing required field")],
)
def test_what_it_does_not_understand_is_told_in_a_line(home: Path, given: str, says: str) -> None:
    asked(home, given, says)


def test_without_records_or_with_an_odd_zone_it_says_so(home: Path, tmp_path: Path) -> None:
    asked(tmp_path, msgspec.json.encode(situation()).decode(), "there are no records")
    asked(home, msgspec.json.encode(replace(situation(), time_zone="Moon/Base")).decode(), "Moon/Base")


def asked(home: Path, given: str, says: str) -> None:
    """What is wrong is told in a line, and the code is 2."""
    done = CliRunner().invoke(cli, ["sim", "dispatch", "--home", str(home)], input=given)
    assert (done.exit_code, says in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr
