"""The command `tandem flow`."""

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from tandem.acd.plan import Step
from tandem.acd.settings import AgentSettings, QueueSettings
from tandem.acd.settings import Settings as AcdSettings
from tandem.control.settings import DialPlan, OfferSettings, Service, Settings
from tandem.ivr.problems import FlowErrors
from tandem.ivr.reader import read_flow
from tandem.service.flow_cli import centre_check, flow_commands
from tandem.service.flow_files import beside, flow_files_in, read_file

PROJECT = Path(__file__).parents[2]
FLOWS = PROJECT / "flows"
LIVE = PROJECT / "tests/live/flows"
BROKEN = PROJECT / "tests" / "golden" / "broken"
CENTRE = PROJECT / "demo" / "centre.yaml"


def tandem_flow(*arguments: str | Path, typed: str = "") -> tuple[int, str]:
    """Exit code and output."""
    result = CliRunner().invoke(flow_commands, [str(argument) for argument in arguments], input=typed)
    return result.exit_code, result.output


def test_lint_finds_nothing_wrong_with_what_is_shipped() -> None:
    code, told = tandem_flow("lint", FLOWS, "--centre", CENTRE)
    assert code == 0, told
    assert told.endswith("flows, nothing wrong\n")


def test_lint_tells_people_the_place_what_and_how_to_mend() -> None:
    code, told = tandem_flow("lint", BROKEN / "unknown_node.yaml")
    assert code == 1
    assert told == f"{BROKEN}/unknown_node.yaml:7: hello.next: there is no node 'mian'. Perhaps main is meant.\n"


def test_lint_tells_programs_the_same() -> None:
    code, told = tandem_flow("lint", BROKEN, "--json")
    problems = msgspec.json.decode(told)
    assert code == 1
    assert {Path(problem["file"]).stem for problem in problems} >= {"unknown_node", "too_long", "never_open"}
    assert set(problems[0]) == {"file", "line", "node", "field", "what", "how_to_mend"}


def test_lint_with_a_centre_knows_its_queues() -> None:
    assert tandem_flow("lint", BROKEN / "unknown_queue.yaml")[0] == 0
    code, told = tandem_flow("lint", BROKEN / "unknown_queue.yaml", "--centre", CENTRE)
    assert code == 1
    assert "the centre has no queue 'servcie'. Perhaps service is meant." in told


def test_nothing_to_lint_is_no_success(tmp_path: Path) -> None:
    assert tandem_flow("lint", tmp_path)[0] != 0


def test_the_shipped_flow_tests_pass() -> None:
    code, told = tandem_flow("test", FLOWS)
    count, _, rest = told.partition(" tests")
    assert (code, rest) == (0, ", all as they shall\n")
    assert int(count) >= 40


def test_the_shipped_flows_are_a_whole_service_line() -> None:
    flows = [read_file(file) for file in flow_files_in(FLOWS)]
    assert len(flows) >= 8
    assert sum(len(flow.nodes) for flow in flows) >= 60


def test_a_walk_is_written_out_as_a_test_and_what_was_there_stays(tmp_path: Path) -> None:
    flow = Path(shutil.copy(LIVE / "hotline.yaml", tmp_path))
    file = tmp_path / "tests" / "hotline.yaml"
    shutil.copytree(LIVE / "tests", file.parent)
    code, told = tandem_flow(
        "walk", flow, "--write", file, "--name", "mine", "--language", "en", typed="\n7\nserved\n0\nq\n"
    )
    assert code == 0, told
    assert "Hello, and welcome to Yunling." in told
    assert "served: the caller is at main_menu, and not in a queue" in told
    assert file.read_text().startswith("# What callers of the hotline do")
    assert "name: mine" in file.read_text()
    assert tandem_flow("test", tmp_path)[0] == 0
    file.write_text(file.read_text().replace("queues: [tech]", "queues: [nowhere]"))
    code, told = tandem_flow("test", file)
    assert code == 1
    assert f"{file}:" in told
    assert "queues: tech instead of nowhere" in told


def test_a_walk_asks_what_comes_of_things_outside_and_writes_it_out(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "tests" / "golden" / "trials", tmp_path, dirs_exist_ok=True)
    file = tmp_path / "tests" / "repair.yaml"
    typed = "order.name=lamp, order.count=3\nsubmit day=2026-01-04\n\nfull up\n"
    walk = ("walk", tmp_path / "repair.yaml", "--write", file, "--name", "mine", "--caller", "138")
    code, told = tandem_flow(*walk, typed=typed)
    assert code == 0, told
    assert "GET orders /orders/138 (order.name, order.count)?" in told
    assert "day: in_the_past" in told
    assert "callback of 138 in service [booked]?" in told
    assert "order.count: 3" in file.read_text()
    assert tandem_flow("test", tmp_path) == (0, "10 tests, all as they shall\n")
    code, told = tandem_flow(*walk[:2], "--face", "telegraph")
    assert (code, "telegraph" in told) == (2, True)


def test_lint_with_a_centre_knows_its_services_and_its_dial_plan() -> None:
    settings = Settings(dial_plan=DialPlan(numbers=("400.",)), services={"orders": Service("http://127.0.0.1:1")})
    for file, told in (
        ("unknown_service", "no service 'odrers'"),
        ("transfer_not_allowed", "does not allow 9008001000"),
    ):
        with pytest.raises(FlowErrors, match=told):
            read_flow((BROKEN / f"{file}.yaml").read_text(), file, beside(BROKEN / "called"), centre_check(settings))


def test_a_file_of_tests_that_is_none_is_told() -> None:
    code, told = tandem_flow("test", FLOWS / "hotline.yaml")
    assert code == 2
    assert "Traceback" not in told


def test_a_time_without_its_offset_is_told() -> None:
    assert tandem_flow("walk", FLOWS / "hotline.yaml", "--time", "2026-01-05")[0] == 2


def test_the_shipped_schema_is_fresh() -> None:
    """If not: tandem flow schema > flows/flow.schema.json"""
    assert tandem_flow("schema") == (0, (FLOWS / "flow.schema.json").read_text())


def test_a_flow_and_its_file_have_one_name(tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    file.write_text((LIVE / "hotline.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(FlowErrors, match=r"other.yaml:2: name: the flow is called hotline, but its file other.yaml"):
        read_file(file)


@pytest.mark.parametrize(
    ("way", "more", "told"),
    [
        ("chat", {}, "no address for a chat"),
        ("chat", {"offers": {"service": OfferSettings(chat="https://shop.example/chat")}}, ""),
        ("callback", {}, "allows no numbers"),
        ("callback", {"dial_plan": DialPlan(numbers=("138.",))}, ""),
        ("voicemail", {}, ""),
    ],
)
def test_lint_with_a_centre_knows_what_plans_offer_that_nobody_can_do(way: Any, more: Any, told: str) -> None:
    queues = {"service": QueueSettings("service", plan=(Step(offer=way),))}
    acd = AcdSettings(queues, {"1001": AgentSettings("1001", {}, "PJSIP/1001")})
    check = centre_check(Settings(acd=acd, **more))
    flow = read_flow(FLOW_WITH_A_QUEUE, "plain.yaml")
    assert [told in str(finding.what) for finding in check(flow)] == ([True] if told else [])


FLOW_WITH_A_QUEUE = """
name: plain
languages: [en]
start: service
apology: sorry
texts: {sorry: {en: Sorry.}}
nodes:
  service: {type: queue, queue: service, next: done}
  done: {type: end}
"""
