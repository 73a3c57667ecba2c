"""Flow tests and the made-up caller who runs them."""

from pathlib import Path

import msgspec
import pytest

from tandem.control.caller import recognise
from tandem.control.settings import Settings
from tandem.ivr.rehearsal import Given, Rehearsal, RehearsalError
from tandem.ivr.trials import Expected, Trial, TrialsError, as_trial, failures, read_trials, run
from tandem.ivr.values import KNOWN, kind_of
from tandem.service.flow_cli import flow_of
from tandem.service.flow_files import read_file

SHIPPED = Path(__file__).parents[2] / "flows"
LIVE = Path(__file__).parents[1] / "live" / "flows"
HOTLINE = read_file(LIVE / "hotline.yaml")


@pytest.mark.parametrize(
    "file", [file for folder in (SHIPPED, LIVE) for file in sorted((folder / "tests").glob("*.yaml"))], ids=str
)
def test_flows_do_as_they_shall(file: Path) -> None:
    trials, tree = read_trials(file.read_text(), file.name)
    assert trials.tests
    assert [str(failure) for failure in run(trials, tree, file.name, read_file(flow_of(file, trials)))] == []


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        (Expected(texts=("orders", "main_menu")), "text main_menu did not come, or not in this order"),
        (Expected(nodes=("repair",)), "node repair did not come"),
        (Expected(words=("打分", "您好")), "'您好' was not said, or not in this order"),
        (Expected(links=()), "links: order_status instead of none"),
        (Expected(queues=("tech",)), "queues: service instead of tech"),
        (Expected(answers={"satisfaction": "4"}), "answers: satisfaction: 5 instead of satisfaction: 4"),
        (Expected(answers={}), "answers: satisfaction: 5 instead of none"),
        (Expected(variables={"language": "en"}), "variable language is 'zh-CN' instead of 'en'"),
        (Expected(variables={"product": "tv"}), "variable product is None instead of 'tv'"),
        (Expected(faults=("x",)), "faults: none instead of x"),
        (Expected(ended=False), "ended: True instead of False"),
    ],
)
def test_what_goes_otherwise_is_told(expect: Expected, told: str) -> None:
    [failure] = failures(Trial("one", (1, 1, 0, "served", 5), expect), HOTLINE)
    assert failure.startswith(told)


def test_a_fault_that_nobody_expects_fails_a_test() -> None:
    [failure] = failures(Trial("one", (0,), Expected(), Given(unserved=("service",))), HOTLINE)
    assert failure == "faults: service: queue service: unavailable instead of none"


@pytest.mark.parametrize(
    ("do", "told"),
    [
        (["served"], "served: the caller is at main_menu, and not in a queue"),
        (["0", "1"], "key 1: the caller is at service, and nothing is asked"),
        (["0", "served", "5", "silence"], "silence: the call is over, and nothing is asked"),
        (["wait 10"], "wait 10: the caller is at main_menu, and not in a queue"),
        (["1", "cut 2"], "cut 2: the caller is at orders, and nothing can be cut short"),
        (["jump"], "'jump' is neither keys nor"),
        (["cut 12"], "'cut 12' is neither keys nor"),
    ],
)
def test_what_a_caller_can_not_do_now_is_told(do: list[str], told: str) -> None:
    call = Rehearsal(HOTLINE, Given())
    with pytest.raises(RehearsalError) as caught:
        for action in do:
            call.do(action)
    assert str(caught.value).startswith(told)
    assert failures(Trial("one", tuple(do), Expected()), HOTLINE) == [str(caught.value)]


def test_time_passes_as_it_is_spent() -> None:
    call = Rehearsal(HOTLINE, Given())
    began = call.now
    call.do("0")
    in_queue = call.now
    assert in_queue - began == 3.0  # the welcome; a key cuts the menu short
    call.do("wait 60")
    assert call.now - in_queue >= 60
    assert [text for text in call.happened.texts if text == "queue_place"] == ["queue_place"]


def test_a_walk_becomes_a_test_that_passes() -> None:
    done = ["1", "2", "1002003#", "1", "0", "served", "5"]
    trial = as_trial("a walk", Given(language="en"), done, HOTLINE)
    assert trial.expect.links == ("order_cancel",)
    assert trial.expect.answers == {"satisfaction": "5"}
    assert trial.expect.variables["order.number"] == "1002003"
    assert trial.expect.ended
    again = msgspec.convert(msgspec.json.decode(msgspec.json.encode(trial)), Trial)
    assert again == trial
    assert failures(again, HOTLINE) == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("flow: [", "t.yaml:1: not YAML"),
        ("flow: hotline\n", "t.yaml:1: Object missing required field `tests`"),
        ("flow: hotline\ntests:\n  - name: a\n    do: [1]\n    expect: {text: [a]}\n", "t.yaml:5: Object contains"),
        ("flow: a\ntests:\n- name: a\n  do: []\n  expect: {}\n  given: {time: '2026-01-05'}\n", "t.yaml:6: the time"),
    ],
)
def test_a_file_that_holds_no_tests_is_told_with_its_line(source: str, told: str) -> None:
    with pytest.raises(TrialsError) as caught:
        read_trials(source, "t.yaml")
    assert str(caught.value).startswith(told)


def test_a_flow_begins_with_the_same_variables_in_a_test_as_in_a_call() -> None:
    in_a_call = recognise(Settings(), "138", "4008", ("en",)).variables
    for known in (Given().known(), in_a_call):
        assert {name: kind_of(value) for name, value in known.items()} | {"language": "text"} == KNOWN
