"""Flow tests and the made-up caller who runs them."""

from pathlib import Path

import msgspec
import pytest

from tandem.control.settings import Settings
from tandem.control.voice.caller import recognise
from tandem.ivr import commands, events
from tandem.ivr.reader import read_flow
from tandem.ivr.rehearsal import Given, Rehearsal, RehearsalError
from tandem.ivr.stand_ins import StandIns
from tandem.ivr.trials import Expected, Trial, TrialsError, as_trial, failures, read_trials, run
from tandem.ivr.values import KNOWN, kind_of
from tandem.service.flow_cli import flow_of
from tandem.service.flow_files import read_file

OUTSIDE = Path(__file__).parents[1] / "golden" / "trials"
SHIPPED = Path(__file__).parents[2] / "flows"
LIVE = Path(__file__).parents[1] / "live" / "flows"
OUTSIDE = Path(__file__).parents[1] / "golden" / "trials"
HOTLINE = read_file(LIVE / "hotline.yaml")


@pytest.mark.parametrize(
    "file", [file for folder in (SHIPPED, LIVE, OUTSIDE) for file in sorted((folder / "tests").glob("*.yaml"))], ids=str
)
def test_flows_do_as_they_shall(file: Path) -> None:
    trials, tree = read_trials(file.read_text(), file.name)
    assert trials.tests
    assert [str(failure) for failure in run(trials, tree, file.name, read_file(flow_of(file, trials)))] == []


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        (Expected(lookups=()), "lookups: GET orders /orders/138 instead of none"),
        (Expected(notifications=()), "notifications: shop repair_wanted instead of none"),
        (Expected(callbacks=("service 138",)), "callbacks: none instead of service 138"),
        (Expected(transfers=("1",)), "transfers: none instead of 1"),
        (Expected(voicemails=("service",)), "voicemails: none instead of service"),
        (Expected(form={"day": "2026-01-07"}), "form day is '2026-01-06' instead of '2026-01-07'"),
        (Expected(wrong={"day": "in_the_past"}), "wrong day is None instead of 'in_the_past'"),
    ],
)
def test_what_goes_otherwise_outside_is_told(expect: Expected, told: str) -> None:
    given = Given(caller={"number": "138"}, lookups={"find": {"order.name": "lamp"}})
    trial = Trial("one", ({"submit": {"day": "2026-01-06", "lift": True}},), expect, given)
    assert list(map(str, failures(trial, read_file(OUTSIDE / "repair.yaml")))) == [told]


def test_answers_given_one_after_the_other_come_so_and_the_last_for_ever() -> None:
    stand_ins = StandIns(Given(transfers=("busy", "answered"), voicemails=(0, "disk full")))
    transfer, message = commands.Transfer("1", 20.0), commands.TakeVoicemail("service", 0, 60.0, 5.0, "#")
    came = [stand_ins.event("x", command) for command in (transfer, message, transfer, message, transfer)]
    assert came == [
        events.TransferEnded("busy"),
        events.VoicemailTaken(0),
        events.TransferEnded("answered"),
        events.VoicemailFailed("disk full"),
        events.TransferEnded("answered"),
    ]


@pytest.mark.parametrize(
    ("do", "told"),
    [
        (["page done"], "page done: the caller is at main_menu, and no page is open"),
        (["submit a=b"], "submit: the caller is at main_menu, and there is no form"),
        (["submit a"], "submit a: 'a' is not name=value"),
        (["submit 'a"], "submit 'a: No closing quotation"),
        (["page over"], "'page over' is neither type, fill"),
        (["0", "type x"], "type: the caller is at service, and nothing is asked"),
    ],
)
def test_what_can_not_be_written_now_is_told(do: list[str], told: str) -> None:
    [failure] = failures(Trial("one", tuple(do), Expected()), HOTLINE)
    assert str(failure).startswith(told)


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
    assert str(failure).startswith(told)


def test_a_fault_that_nobody_expects_fails_a_test() -> None:
    [failure] = failures(Trial("one", (0,), Expected(), Given(unserved=("service",))), HOTLINE)
    assert str(failure) == "faults: service: queue service: unavailable instead of none"


@pytest.mark.parametrize(
    ("do", "told"),
    [
        (["served"], "served: the caller is at main_menu, and not in a queue"),
        (["0", "silence"], "silence: the caller is at service, and nothing is asked"),
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
    assert list(map(str, failures(Trial("one", tuple(do), Expected()), HOTLINE))) == [str(caught.value)]


def test_time_passes_as_it_is_spent() -> None:
    call = Rehearsal(HOTLINE, Given())
    began = call.now
    call.do("0")
    in_queue = call.now
    assert in_queue - began == 3.0  # the welcome; a key cuts the menu short
    call.do("wait 60")
    assert call.now - in_queue >= 60
    assert [text for text in call.happened.texts if text == "queue_place"] == ["queue_place"]


def waiting(*do: str, **given: float) -> Rehearsal:
    """Who waits for tech, with a link offered after half a minute, sales where it takes a while."""
    source = (Path(__file__).parents[1] / "golden/flows/waiting.yaml").read_text().partition("\nscripts:")[0]
    call = Rehearsal(read_flow(source, "waiting.yaml"), msgspec.convert(given, Given))
    for action in do:
        call.do(action)
    call.hear_out()
    return call


def test_keys_work_in_a_queue_when_their_offers_hold() -> None:
    assert waiting("wait 20", "1", "2").happened.nodes == ["tech"]
    call = waiting("wait 35", "1", "42")
    assert call.happened.nodes == ["tech", "link", "order", "bye"]
    assert (call.happened.links, call.session.ended) == (["order"], True)
    assert waiting("2", estimated_wait=100.0).happened.queues == ["tech", "sales"]


def test_the_place_is_kept_and_told_as_given() -> None:
    call = waiting("wait 35", "1", "silence", "wait 60", earliest=100.0, latest=290.0)
    assert call.happened.nodes == ["tech", "link", "order", "tech"]
    assert call.happened.queues == ["tech"]
    assert call.happened.words[-1] == "It takes two to five minutes For a link press one."
    assert waiting("wait 35", "1", "served", "2").happened.answers == {"quality": "2"}


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
