from pathlib import Path

import msgspec
import pytest

from tandem.control.commands import (
    ChangeMonitoring,
    Command,
    DialCustomer,
    HangUpLeg,
    HangUpStray,
    HoldCall,
    JoinLeg,
    JoinRoom,
    KeepLine,
    Manner,
    MuteLeg,
    NailUp,
    PlayToAgent,
    RingAgent,
    RingColleague,
    RingSupervisor,
    SendDigits,
    Utterance,
)
from tandem.control.events import (
    Bridged,
    CommandFailed,
    DialBegun,
    DialFailed,
    LegFailed,
    LegRinging,
    MonitorBegan,
    MonitorEnded,
    SwitchFound,
    SwitchLost,
)
from tandem.telephony.asterisk.phrases import manner, originate
from tandem.telephony.asterisk.spool import Spool
from tests.telephony.asterisk.plane import RING, Plane, plane
from tests.telephony.asterisk.scripted import (
    refusal,
    silence,
    success,
)


async def test_a_leg_is_asked_for_with_its_own_id_and_a_clean_caller_id() -> None:
    async with plane() as it:
        it.switch.do(RING)
        asked = await it.asterisk.asked("Originate")
        del asked["ActionID"]
        assert asked == {
            "Action": "Originate",
            "Channel": "PJSIP/1001",
            "ChannelId": "tandem-leg-1",
            "Context": "tandem-agent",
            "Exten": "s",
            "Priority": "1",
            "Async": "true",
            "Timeout": "15000",
            "CallerID": '"Zhang  Wei" <100>',
            "Variable": "TANDEM_CALLER=PJSIP/trunk-1.1",
        }


BACK = DialCustomer("tandem-callback-1.1-1-1", "PJSIP/2001", "4008", "4008", 30.0, detect_machine=False)


async def test_an_agent_is_rung_for_a_customer_who_is_still_to_be_called() -> None:
    async with plane() as it:
        it.switch.do(msgspec.structs.replace(RING, channel=""))
        assert (await it.asterisk.asked("Originate"))["Context"] == "tandem-agent-waits"


async def test_agent_and_customer_are_joined_by_a_redirect() -> None:
    async with plane() as it:
        it.switch.do(JoinLeg("tandem-leg-1", "tandem-callback-1.1-1-1", "PJSIP/2001-00000003"))
        variable = await it.asterisk.asked("Setvar")
        while variable["Variable"] != "TANDEM_CALLER":
            variable = await it.asterisk.asked("Setvar")
        assert (variable["Channel"], variable["Value"]) == ("tandem-leg-1", "PJSIP/2001-00000003")
        redirect = await it.asterisk.asked("Redirect")
        assert (redirect["Channel"], redirect["Context"], redirect["Exten"]) == ("tandem-leg-1", "tandem-agent", "s")


async def test_an_agent_who_is_gone_is_joined_with_nobody() -> None:
    async with plane() as it:
        it.asterisk.answers["Setvar"] = refusal("No such channel")
        it.switch.do(JoinLeg("tandem-leg-1", "tandem-callback-1.1-1-1", "PJSIP/2001-00000003"))
        it.switch.do(HangUpLeg("tandem-leg-9"))
        await it.asterisk.asked("Hangup")
        assert "Redirect" not in it.asterisk.names()


@pytest.mark.parametrize("back", [BACK, msgspec.structs.replace(BACK, destination="")])
async def test_a_customer_who_can_not_be_called_is_told(back: DialCustomer) -> None:
    async with plane() as it:
        it.asterisk.answers["Originate"] = refusal("Permission denied")
        it.switch.do(back)
        assert await it.next(DialFailed) == DialFailed(BACK.call, "failed")


async def test_a_customer_given_up_before_asterisk_made_the_channel_is_hung_up_when_it_comes() -> None:
    async with plane() as it:
        it.switch.do(BACK)
        await it.asterisk.asked("Originate")
        it.switch.do(HangUpStray(BACK.call))
        await it.asterisk.asked("Hangup")
        it.asterisk.say({"Event": "Newchannel", "Uniqueid": BACK.call, "Channel": "PJSIP/2001-1"})
        await it.next(DialBegun)
        assert (await it.asterisk.asked("Hangup"))["Channel"] == BACK.call


async def test_a_leg_that_is_refused_has_failed() -> None:
    async with plane() as it:
        it.asterisk.answers["Originate"] = refusal("Permission denied")
        it.switch.do(RING)
        assert await it.next(LegFailed) == LegFailed("tandem-leg-1", "failed")


async def test_a_leg_asked_for_without_a_link_has_failed() -> None:
    async with plane() as it:
        it.asterisk.booted = False
        it.asterisk.cut()
        await it.next(SwitchLost)
        it.switch.do(RING)
        assert await it.next(LegFailed) == LegFailed("tandem-leg-1", "failed")


async def test_a_leg_whose_link_broke_is_left_to_the_listing() -> None:
    async with plane() as it:
        it.asterisk.answers["Originate"] = silence
        it.switch.do(RING)
        await it.asterisk.asked("Originate")
        it.asterisk.cut()
        await it.next(SwitchLost)
        await it.next(SwitchFound)
        assert it.asterisk.names().count("Originate") == 1


async def test_a_caller_channel_that_would_be_read_as_options_is_refused() -> None:
    async with plane() as it:
        it.switch.do(RingAgent("tandem-leg-1", "PJSIP/1001", "1.1", "PJSIP/x,F(other)", "", "", 15.0))
        await it.next(LegFailed)
        assert "Originate" not in it.asterisk.names()


async def test_a_leg_withdrawn_before_it_is_made_is_hung_up_when_it_comes() -> None:
    async with plane() as it:
        it.asterisk.answers["Hangup"] = refusal("No such channel")
        it.switch.do(RING)
        it.switch.do(HangUpLeg("tandem-leg-1"))
        await it.asterisk.asked("Hangup")
        it.asterisk.answers["Hangup"] = success
        it.asterisk.say({"Event": "Newchannel", "Uniqueid": "tandem-leg-1"})
        assert (await it.asterisk.asked("Hangup"))["Channel"] == "tandem-leg-1"
        await it.next(LegRinging)


async def test_a_caller_who_hung_up_just_when_bridge_took_the_channel_is_hung_up_again() -> None:
    async with plane() as it:
        it.asterisk.answers["Hangup"] = success
        await it.entered()
        it.asterisk.say(
            {"Event": "HangupRequest", "Uniqueid": "1.1"},
            {"Event": "BridgeEnter", "Uniqueid": "1.1", "BridgeUniqueid": "b"},
            {"Event": "BridgeEnter", "Uniqueid": "tandem-leg-1", "BridgeUniqueid": "b"},
        )
        assert await it.next(Bridged) == Bridged("1.1", "tandem-leg-1")
        assert (await it.asterisk.asked("Hangup"))["Channel"] == "1.1"
        assert it.switch.counters.hangups_lost == 1


async def test_a_channel_gone_already_is_no_failure() -> None:
    async with plane() as it:
        it.asterisk.answers["Hangup"] = refusal("No such channel")
        it.switch.do(HangUpStray("tandem-leg-9"))
        await it.asterisk.asked("Hangup")
        it.asterisk.answers["Hangup"] = refusal("Permission denied")
        it.switch.do(HangUpStray("tandem-leg-8"))
        assert await it.next(CommandFailed) == CommandFailed("HangUpStray", "tandem-leg-8", "Permission denied")


async def test_a_pattern_can_not_hang_up_other_channels() -> None:
    async with plane() as it:
        it.switch.do(HangUpStray("/.*/"))
        assert (await it.next(CommandFailed)).subject == "/.*/"
        assert "Hangup" not in it.asterisk.names()


async def test_a_voicemail_is_played_from_the_spool_and_nowhere_else(tmp_path: Path) -> None:
    play = PlayToAgent("tandem-leg-1", "PJSIP/1001", "voicemail-1.1-1", "100", "", 15.0)
    async with plane(spool=Spool(tmp_path, "/spool")) as it:
        it.switch.do(play)
        asked = await it.asterisk.asked("Originate")
        assert (asked["Context"], asked["Variable"]) == ("tandem-voicemail", "TANDEM_MESSAGE=/spool/voicemail-1.1-1")
        it.switch.do(msgspec.structs.replace(play, voicemail="../etc/x&y"))
        assert await it.next(LegFailed) == LegFailed("tandem-leg-1", "failed")


async def test_a_phone_is_told_to_pick_up_by_itself_and_its_agent_hears_a_tone() -> None:
    async with plane() as it:
        it.switch.do(msgspec.structs.replace(RING, manner=Manner(auto_answer=0.0, tone=True)))
        assert (await it.asterisk.asked("Originate"))["Variable"].splitlines() == [
            "TANDEM_CALLER=PJSIP/trunk-1.1",
            "TANDEM_TONE=1",
            "PJSIP_HEADER(add,Call-Info)=<sip:127.0.0.1>;answer-after=0",
            "PJSIP_HEADER(add,Alert-Info)=<http://127.0.0.1>;info=alert-autoanswer;delay=0",
            "PJSIP_HEADER(add,Answer-Mode)=Auto",
        ]
    assert manner(msgspec.structs.replace(RING, manner=Manner(auto_answer=2.0)), []) == [
        "PJSIP_HEADER(add,Call-Info)=<sip:127.0.0.1>;answer-after=2",
        "PJSIP_HEADER(add,Alert-Info)=<http://127.0.0.1>;info=alert-autoanswer;delay=2",
    ]


async def test_a_key_is_asked_for_with_prompts_and_one_that_can_not_be_had_is_passed_over() -> None:
    say = (Utterance("en", "unspeakable"), Utterance("en", "press"))
    async with plane() as it:
        it.switch.do(NailUp("tandem-leg-line-1001-1", "PJSIP/139@trunk", "4008", 30.0, Manner(None, True, "1", say)))
        asked = await it.asterisk.asked("Originate")
        assert (asked["Channel"], asked["Context"], asked["CallerID"]) == (
            *("PJSIP/139@trunk", "tandem-nailed"),
            "<4008>",
        )
        assert asked["Variable"].splitlines() == [
            *("TANDEM_NAILED=1", "TANDEM_TONE=1", "TANDEM_CONFIRM=1"),
            "TANDEM_PROMPT=/prompts/press",
        ]
        assert it.switch.conversation_counters.prompts_missing == 1


async def test_a_line_that_can_not_be_called_is_told() -> None:
    async with plane() as it:
        it.switch.do(NailUp("tandem-leg-line-1001-1", "PJSIP/139@trunk,60,x", "4008", 30.0))
        assert await it.next(LegFailed) == LegFailed("tandem-leg-line-1001-1", "failed")


async def redirected(it: Plane) -> tuple[list[tuple[str, str]], tuple[str, str, str]]:
    """The variables that were set on a channel of ours, and where it was led."""
    redirect = await it.asterisk.asked("Redirect")
    asked_for = [asked for asked in it.asterisk.actions if asked["Action"] == "Setvar"]
    variables = [asked for asked in asked_for if asked["Variable"] != "TANDEM_AGI"]
    return [(asked["Variable"], asked["Value"]) for asked in variables], (
        *(redirect["Channel"], redirect["Context"]),
        redirect["Exten"],
    )


LINE = "tandem-leg-line-1001-1"


async def test_a_kept_line_is_joined_with_a_caller_as_the_leg_it_is_lent_to() -> None:
    async with plane() as it:
        it.switch.do(JoinLeg("tandem-leg-1", "1.1", "PJSIP/trunk-1", LINE))
        assert await redirected(it) == (
            [("TANDEM_CALLER", "PJSIP/trunk-1"), ("TANDEM_LEG", "tandem-leg-1")],
            (LINE, "tandem-agent", "s"),
        )


async def test_a_kept_line_goes_back_to_its_place() -> None:
    async with plane() as it:
        it.switch.do(KeepLine(LINE))
        assert await redirected(it) == ([], (LINE, "tandem-nailed", "kept"))


async def test_a_voicemail_is_played_on_a_kept_line_and_its_failure_is_the_legs() -> None:
    async with plane() as it:
        it.switch.do(PlayToAgent("tandem-leg-1", "", "voicemail-1", "100", "", 15.0, line=LINE))
        variables, place = await redirected(it)
        assert [name for name, _ in variables] == ["TANDEM_MESSAGE", "TANDEM_LEG"]
        assert place == (LINE, "tandem-voicemail", "s")
        it.asterisk.answers["Redirect"] = silence
        it.switch.do(PlayToAgent("tandem-leg-2", "", "voicemail-2", "100", "", 15.0, line=LINE))
        assert await it.next(LegFailed) == LegFailed("tandem-leg-2", "failed")


EAR = RingSupervisor("tandem-monitor-1", "PJSIP/1002", "tandem-leg-1", "listen", "1001", 30.0)


async def test_a_supervisor_is_rung_led_and_hung_up_even_before_there_is_a_channel() -> None:
    async with plane() as it:
        it.switch.do(EAR)
        assert (await it.asterisk.asked("Originate"))["ChannelId"] == EAR.monitor
        it.switch.do(ChangeMonitoring(EAR.monitor, "barge", "tandem-leg-1"))
        redirect = await it.asterisk.asked("Redirect")
        assert (redirect["Channel"], redirect["Exten"]) == (EAR.monitor, "barge")
        it.switch.do(HangUpStray(EAR.monitor))
        await it.asterisk.asked("Hangup")
        it.asterisk.say({"Event": "Newchannel", "Uniqueid": EAR.monitor, "Channel": "PJSIP/1002-1"})
        await it.next(MonitorBegan)
        assert (await it.asterisk.asked("Hangup"))["Channel"] == EAR.monitor


async def test_a_supervisor_or_a_colleague_who_can_not_be_rung_is_told() -> None:
    async with plane() as it:
        it.asterisk.answers["Originate"] = refusal("Permission denied")
        it.switch.do(EAR)
        assert await it.next(MonitorEnded) == MonitorEnded(EAR.monitor)
        it.switch.do(RingColleague("tandem-leg-internal-1-2", "PJSIP/1002", "tandem-leg-1", "1001", "", 30.0))
        assert await it.next(LegFailed) == LegFailed("tandem-leg-internal-1-2", "failed")


HOLD = HoldCall("1.1", "PJSIP/trunk-1", "tandem-leg-1")


async def test_caller_and_agent_are_taken_apart_in_one_action() -> None:
    async with plane() as it:
        for rings, place in ((False, "silent"), (True, "rings")):
            it.switch.do(msgspec.structs.replace(HOLD, rings=rings))
            redirect = await it.asterisk.asked("Redirect")
            assert (redirect["Channel"], redirect["Context"], redirect["Exten"]) == (
                "PJSIP/trunk-1",
                "tandem-call",
                "s",
            )
            extra = [redirect[f"Extra{name}"] for name in ("Channel", "Context", "Exten", "Priority")]
            assert extra == ["tandem-leg-1", "tandem-agent-waits", place, "1"]


async def test_agents_go_into_the_room_before_the_caller() -> None:
    async with plane() as it:
        it.switch.do(JoinRoom("1.1", {"tandem-leg-1": "tandem-leg-1", LINE: "tandem-leg-2"}, "PJSIP/trunk-1"))
        seen = []
        for _ in range(3):
            redirect = await it.asterisk.asked("Redirect")
            seen.append((redirect["Channel"], redirect["Context"], redirect["Exten"]))
        assert seen == [
            ("tandem-leg-1", "tandem-room", "s"),
            (LINE, "tandem-room", "s"),
            ("PJSIP/trunk-1", "tandem-room", "caller"),
        ]
        set_on = [(one.get("Channel"), one["Variable"], one["Value"]) for one in it.asterisk.actions if "Value" in one]
        assert [one for one in set_on if one[0] == LINE] == [
            (LINE, "TANDEM_ROOM", "1.1"),
            (LINE, "TANDEM_LEG", "tandem-leg-2"),
        ]
        assert ("tandem-leg-1", "TANDEM_LEG", "tandem-leg-1") not in set_on


async def test_a_colleague_is_rung_into_the_room() -> None:
    async with plane() as it:
        ring = msgspec.structs.replace(RING, channel="", room="1.1")
        it.switch.do(ring)
        asked = await it.asterisk.asked("Originate")
        assert (asked["Context"], asked["Variable"]) == ("tandem-room", "TANDEM_ROOM=1.1")
        assert originate(msgspec.structs.replace(ring, longest=7200.0))["Variable"][1:] == ["TIMEOUT(absolute)=7200"]


async def set_on_channel(it: Plane) -> dict[str, str]:
    """The next Setvar that is no global's."""
    while "Channel" not in (setvar := await it.asterisk.asked("Setvar")):
        pass
    return setvar


async def test_an_agent_is_muted_by_a_variable_of_their_channel() -> None:
    async with plane() as it:
        for muted, value in ((True, "on"), (False, "off")):
            it.switch.do(MuteLeg("tandem-leg-1", muted))
            setvar = await set_on_channel(it)
            assert (setvar["Channel"], setvar["Variable"], setvar["Value"]) == ("tandem-leg-1", "MUTEAUDIO(in)", value)


async def test_keys_are_sent_one_after_another() -> None:
    async with plane() as it:
        it.switch.do(SendDigits("1.1", "PJSIP/trunk-1", "1#"))
        keys = [await it.asterisk.asked("PlayDTMF") for _ in range(2)]
        assert [(key["Channel"], key["Digit"], "Receive" in key) for key in keys] == [
            ("PJSIP/trunk-1", "1", False),
            ("PJSIP/trunk-1", "#", False),
        ]


@pytest.mark.parametrize(
    "command", [HOLD, JoinRoom("1.1", {"tandem-leg-1": "tandem-leg-1"}), MuteLeg("1.1", muted=True)]
)
async def test_who_is_gone_is_told_by_their_end_and_else_it_failed(command: Command) -> None:
    async with plane() as it:
        for action in ("Redirect", "Setvar"):
            it.asterisk.answers[action] = refusal("Channel does not exist")
        it.switch.do(command)
        await (it.asterisk.asked("Redirect") if isinstance(command, HoldCall) else set_on_channel(it))
        it.asterisk.answers |= {"Redirect": silence, "Setvar": silence}
        it.switch.do(command)
        failed = await it.next(CommandFailed)
        assert (failed.command, failed.subject) == (type(command).__name__, "1.1")
        assert it.switch.counters.commands_failed == 1
