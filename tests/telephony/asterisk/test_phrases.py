import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.control.commands import ChangeMonitoring, DialCustomer, RingAgent, RingColleague, RingSupervisor, Transfer
from tandem.control.events import Transferred
from tandem.telephony.asterisk.phrases import (
    call_back,
    call_entered,
    caller_from,
    dial,
    originate,
    ring_colleague,
    ring_supervisor,
    way_of,
)


@pytest.mark.parametrize(
    ("header", "number", "name"),
    [
        ("<sip:13800000001@10.0.0.1>;tag=x", "13800000001", ""),
        ('"小明" <sip:+8613800000001@10.0.0.1>;tag=x', "+8613800000001", "小明"),
        (r'"O\"Neil, <b>; x" <sip:138@10.0.0.1:5060;transport=tcp>;tag=x', "138", 'O"Neil, <b>; x'),
        ("Ann Lee <sips:ann@example.com>", "ann", "Ann Lee"),
        ("sip:138@10.0.0.1;tag=x", "138", ""),
        ("<sip:%2B86138@10.0.0.1>", "+86138", ""),
        ("<sip:+86138;phone-context=+86@10.0.0.1;user=phone>", "+86138", ""),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', "", "Anonymous"),
        ("tel:13800000001", "", ""),
        ("", "", ""),
    ],
)
def test_a_from_header_gives_number_and_name(header: str, number: str, name: str) -> None:
    assert caller_from(header) == (number, name)


def test_the_trunks_caller_id_is_only_used_without_a_from_header() -> None:
    request = {"agi_callerid": "2001", "agi_calleridname": "unknown", "agi_channel": "PJSIP/2001-1"}
    assert call_entered("c1", request, ["4008", ""]).caller == "2001"
    assert call_entered("c1", request, ["4008", "%3Csip%3A138%40h%3E"]).caller == "138"


@given(st.text())
def test_whatever_a_caller_claims_no_control_character_gets_in(header: str) -> None:
    entered = call_entered("c1", {}, ["4008", f'"{header}" <sip:{header}@h>'])
    assert (entered.caller + entered.caller_name).isprintable()


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("", None),
        ("x:BUSY:", None),
        ("3:ANSWER:12", Transferred(3, "answered", 12.0)),
        ("3:BUSY:", Transferred(3, "busy", 0.0)),
        ("3:NOANSWER:", Transferred(3, "no_answer", 0.0)),
        ("3:CHANUNAVAIL:", Transferred(3, "failed", 0.0)),
        ("3::", Transferred(3, "failed", 0.0)),
        ("3", Transferred(3, "failed", 0.0)),
    ],
)
def test_what_came_of_a_transfer(words: str, meant: Transferred | None) -> None:
    assert call_entered("1.1", {}, ("4008", "", "", words)).transferred == meant


OUT = Transfer("1.1", 3, "PJSIP/138@trunk", "+864008", 20.0, 7200.0)


def test_a_transfer_dials_one_destination_and_nothing_else() -> None:
    assert dial(OUT) == "PJSIP/138@trunk,20,gim(default)S(7200)f(+864008)"
    uri = msgspec.structs.replace(OUT, destination="PJSIP/trunk/sip:desk@partner.example:5060", caller_id="")
    assert dial(uri) == "PJSIP/trunk/sip:desk@partner.example:5060,20,gim(default)S(7200)"


BACK = DialCustomer("tandem-callback-1.1-1-1", "PJSIP/138@trunk", "+864008", "4008", 30.0, detect_machine=True)


def test_a_customer_is_called_back_by_a_channel_of_our_own_id() -> None:
    assert call_back(BACK) == {
        "Channel": "PJSIP/138@trunk",
        "ChannelId": "tandem-callback-1.1-1-1",
        "Context": "tandem-callback",
        "Exten": "s",
        "Priority": 1,
        "Async": "true",
        "Timeout": 30000,
        "CallerID": "<+864008>",
        "Variable": ["TANDEM_DIALLED=4008", "TANDEM_AMD=1"],
    }


@pytest.mark.parametrize("bad", ["", "PJSIP/1&PJSIP/2", "Local/1@x", "PJSIP/${X}"])
def test_nobody_else_is_called_back(bad: str) -> None:
    with pytest.raises(ValueError, match="can't be dialled"):
        call_back(msgspec.structs.replace(BACK, destination=bad))


def test_what_amd_heard_comes_with_the_entry() -> None:
    assert call_entered("1.1", {}, ("4008", "", "", "", "MACHINE")).machine
    assert not call_entered("1.1", {}, ("4008", "", "", "", "HUMAN")).machine
    assert not call_entered("1.1", {}, ("4008",)).machine


@pytest.mark.parametrize("bad", ["PJSIP/1&PJSIP/2", "PJSIP/1,60,G(x)", "Local/1@x", "PJSIP/1\n", "PJSIP/${X}", ""])
def test_what_would_dial_more_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="can't be dialled"):
        dial(msgspec.structs.replace(OUT, destination=bad))
    with pytest.raises(ValueError, match="can't be dialled"):
        dial(msgspec.structs.replace(OUT, caller_id=f"{bad})"))


EAR = RingSupervisor("tandem-monitor-1", "PJSIP/1002", "tandem-leg-c1-1", "whisper", "1001", 30.0)


def test_a_supervisor_is_rung_into_their_mode_and_led_to_another() -> None:
    asked = ring_supervisor(EAR)
    assert (asked["Channel"], asked["ChannelId"], asked["Timeout"]) == ("PJSIP/1002", "tandem-monitor-1", 30000)
    assert (asked["Context"], asked["Exten"], asked["Variable"]) == (
        "tandem-monitor", "whisper", ["TANDEM_TALK=tandem-leg-c1-1"],
    )  # fmt: skip
    way = way_of(ChangeMonitoring("tandem-monitor-1", "barge", "tandem-leg-c1-again-1-1"))
    assert (way.channel, way.context, way.extension, way.variables) == (
        "tandem-monitor-1",
        "tandem-monitor",
        "barge",
        {"TANDEM_TALK": "tandem-leg-c1-again-1-1"},
    )


@pytest.mark.parametrize("bad", ["", "PJSIP/1&PJSIP/2", "Local/1@x"])
def test_no_other_supervisor_is_rung(bad: str) -> None:
    with pytest.raises(ValueError, match="can't be dialled"):
        ring_supervisor(msgspec.structs.replace(EAR, device=bad))
    with pytest.raises(ValueError, match="no channel name"):
        ring_supervisor(msgspec.structs.replace(EAR, channel="a,b"))


def test_a_colleague_is_rung_to_be_bridged_with_who_calls() -> None:
    asked = ring_colleague(RingColleague("tandem-leg-internal-1-2", "PJSIP/1002", "tandem-leg-1", "1001", "Li", 30.0))
    assert (asked["Context"], asked["Variable"]) == ("tandem-colleague", ["TANDEM_CALLER=tandem-leg-1"])
    assert asked["CallerID"] == '"Li" <1001>'


def test_a_phone_in_a_browser_is_told_which_leg_it_is_and_no_other_is() -> None:
    ring = RingAgent("tandem-leg-c1-1", "PJSIP/1001-web", "c1", "PJSIP/trunk-c1", "138", "", 20.0)
    assert "PJSIP_HEADER(add,X-Tandem-Leg)=tandem-leg-c1-1" in originate(ring)["Variable"]
    outside = msgspec.structs.replace(ring, device="PJSIP/139@trunk")
    assert originate(outside)["Variable"] == ["TANDEM_CALLER=PJSIP/trunk-c1"]
