from pathlib import Path

from tandem.control.commands import Answer, GiveUp, HangUpCall, Interrupt, MeasureVoicemail, TakeVoicemail, Transfer
from tandem.control.events import (
    CallEntered,
    CommandFailed,
    Listened,
    SwitchFound,
    Transferred,
    VoicemailRecorded,
)
from tandem.telephony.asterisk.spool import Spool
from tests.telephony.asterisk.plane import KEY, listen, plane
from tests.telephony.asterisk.scripted import (
    Caller,
)


async def test_a_call_that_enters_is_told_without_what_could_do_harm() -> None:
    async with plane() as it:
        await it.call("1.1", "7000", callerid="\x1b[2J100", calleridname="王\u202e伟", dnid="unknown")
        assert await it.next(CallEntered) == CallEntered("1.1", "PJSIP/trunk-1.1", "[2J100", "王伟", "7000")


async def test_what_asterisk_does_not_know_is_empty() -> None:
    async with plane() as it:
        await it.call("1.1", callerid="unknown", calleridname="unknown", dnid="4000")
        assert await it.next(CallEntered) == CallEntered("1.1", "PJSIP/trunk-1.1", "", "", "4000")


async def test_a_leftover_of_a_dead_channel_is_closed_and_not_told() -> None:
    async with plane() as it:
        caller = await Caller.connect(it.port)
        caller.enter("1.1", network_script=KEY)
        await caller.answer("CHANNEL STATUS", "511 Command Not Permitted on a dead channel or intercept routine")
        await caller.ended()
        assert [type(event) for event in it.told] == [SwitchFound]
        assert it.switch.counters.leftover_sessions == 1


async def test_a_listen_speaks_then_waits_with_music() -> None:
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(Answer("1.1"))
        it.switch.do(listen("hello", "choose", keys="12", wait=30.0, music="queue"))
        await caller.answer("ANSWER")
        await caller.answer('STREAM FILE "/prompts/hello" "12D"')
        await caller.answer('STREAM FILE "/prompts/choose" "12D"')
        await caller.answer('SET MUSIC "ON" "queue"')
        await caller.answer('WAIT FOR DIGIT "30000"', "200 result=50")
        assert await it.next(Listened) == Listened("1.1", 7, "2")


async def test_a_key_cuts_the_speech_short() -> None:
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(listen("hello", "choose", keys="#", wait=30.0))
        await caller.answer('STREAM FILE "/prompts/hello" "#D"', "200 result=35 endpos=800")
        assert await it.next(Listened) == Listened("1.1", 7, "#")


async def test_a_key_not_asked_for_is_passed_over_and_adds_no_time() -> None:
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(listen(keys="1", wait=30.0))
        await caller.answer('WAIT FOR DIGIT "30000"', "200 result=57")
        again = await caller.heard()
        assert 29000 < int(again.split('"')[1]) <= 30000
        caller.say("200 result=49")
        assert await it.next(Listened) == Listened("1.1", 7, "1")


async def test_silence_is_told_when_the_time_is_over() -> None:
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(listen(keys="1", wait=0.001))
        await caller.answer('WAIT FOR DIGIT "1"')
        assert await it.next(Listened) == Listened("1.1", 7, None)


async def test_music_stops_for_speech_and_is_not_begun_twice() -> None:
    async with plane() as it:
        caller = await it.entered()
        for order in (listen(wait=0.001, music="queue"), listen(wait=0.001, music="queue"), listen("hello")):
            it.switch.do(order)
        await caller.answer('SET MUSIC "ON" "queue"')
        await caller.answer('WAIT FOR DIGIT "1"')
        await caller.answer('WAIT FOR DIGIT "1"')
        await caller.answer('SET MUSIC "OFF"')
        await caller.answer('STREAM FILE "/prompts/hello" "D"')


async def test_a_prompt_that_can_not_be_had_or_played_never_costs_the_call() -> None:
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(listen("unspeakable", "missing", "line\nbreak", "hello"))
        await caller.answer('STREAM FILE "/prompts/missing" "D"', "200 result=-1 endpos=0")
        await caller.answer("CHANNEL STATUS", "200 result=6")
        await caller.answer('STREAM FILE "/prompts/hello" "D"')
        assert await it.next(Listened) == Listened("1.1", 7, None)
        assert it.switch.conversation_counters.prompts_missing == 3


async def test_a_caller_taken_out_of_the_session_answers_nothing() -> None:
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(listen(wait=30.0))
        await caller.answer('WAIT FOR DIGIT "30000"', "200 result=-1")
        caller.close()
        again = await it.call()
        await it.next(CallEntered)
        it.switch.do(listen("hello"))
        await again.answer('STREAM FILE "/prompts/hello" "D"')
        await it.next(Listened)


async def test_orders_for_a_call_without_a_session_are_dropped_and_counted() -> None:
    async with plane() as it:
        it.switch.do(listen("hello"))
        it.switch.do(Answer("1.1"))
        assert it.switch.counters.orders_without_session == 2


async def test_an_idle_call_is_ended_by_its_session() -> None:
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(HangUpCall("1.1", "PJSIP/trunk-1.1"))
        await caller.answer('SET VARIABLE "TANDEM_DONE" "1"', "200 result=1")
        await caller.ended()
        assert "Hangup" not in it.asterisk.names()


async def test_a_call_given_up_is_left_to_the_dialplans_apology() -> None:
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(GiveUp("1.1", "PJSIP/trunk-1.1"))
        await caller.answer('SET VARIABLE "TANDEM_DONE" "given up"', "200 result=1")
        await caller.ended()
        assert "Hangup" not in it.asterisk.names()


async def test_a_call_that_hears_nobody_now_is_ended_by_ami() -> None:
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(listen(wait=30.0))
        await caller.heard()
        it.switch.do(HangUpCall("1.1", "PJSIP/trunk-1.1"))
        assert (await it.asterisk.asked("Hangup"))["Channel"] == "1.1"


INTERRUPT = Interrupt("1.1", "PJSIP/trunk-1.1")


async def test_an_interrupted_listen_ends_at_once_and_says_no_more() -> None:
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(listen("hello", "choose", keys="12", wait=30.0))
        await caller.heard()
        it.switch.do(INTERRUPT)
        pressed = await it.asterisk.asked("PlayDTMF")
        assert (pressed["Channel"], pressed["Digit"], pressed["Receive"]) == ("PJSIP/trunk-1.1", "D", "true")
        caller.say("200 result=68 endpos=800")
        assert await it.next(Listened) == Listened("1.1", 7, None)
        it.switch.do(listen("hello", keys="1"))
        await caller.answer('STREAM FILE "/prompts/hello" "1D"')


async def test_music_is_interrupted_too() -> None:
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(listen(wait=30.0))
        await caller.heard()
        it.switch.do(INTERRUPT)
        caller.say("200 result=68")
        assert await it.next(Listened) == Listened("1.1", 7, None)


async def test_an_interruption_that_comes_too_late_costs_no_prompt() -> None:
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(listen("hello", keys="1"))
        await caller.answer('STREAM FILE "/prompts/hello" "1D"', "200 result=68 endpos=800")
        await caller.answer('STREAM FILE "/prompts/hello" "1D"')
        assert await it.next(Listened) == Listened("1.1", 7, None)


async def test_nobody_is_interrupted_who_hears_nothing() -> None:
    async with plane() as it:
        it.switch.do(INTERRUPT)
        await it.entered()
        it.switch.do(INTERRUPT)
        it.switch.do(HangUpCall("1.1", "PJSIP/trunk-1.1"))
    assert "PlayDTMF" not in it.asterisk.names()


OUTSIDE = Transfer("1.1", 3, "PJSIP/2001", "4008", 20.0, 7200.0)


async def test_a_transfer_is_left_to_the_dialplan() -> None:
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(OUTSIDE)
        it.switch.do(listen("hello"))
        await caller.answer('SET VARIABLE "TANDEM_TRANSFER" "3"', "200 result=1")
        await caller.answer('SET VARIABLE "TANDEM_DIAL" "PJSIP/2001,20,gim(default)S(7200)f(4008)"', "200 result=1")
        await caller.ended()
        await it.call("1.1", "4008", "", "", "3:BUSY:")
        assert (await it.next(CallEntered)).transferred == Transferred(3, "busy", 0.0)


async def test_what_can_not_be_dialled_has_failed() -> None:
    async with plane() as it:
        await it.entered()
        it.switch.do(Transfer("1.1", 3, "PJSIP/1&PJSIP/2", "", 20.0, 7200.0))
        assert await it.next(CommandFailed) == CommandFailed(
            "Transfer", "1.1", "can't be dialled: 'PJSIP/1&PJSIP/2' as ''"
        )


VOICEMAIL = TakeVoicemail("1.1", "voicemail-1.1-1", 60.0, 2.6, "#")


async def test_a_voicemail_is_recorded_once(tmp_path: Path) -> None:
    async with plane(spool=Spool(tmp_path, "/spool", "/tone")) as it:
        caller = await it.entered()
        it.switch.do(VOICEMAIL)
        await caller.answer('STREAM FILE "/tone" ""')
        assert await caller.heard() == 'RECORD FILE "/spool/voicemail-1.1-1" "wav" "#" "60000" "s=3"'
        (tmp_path / "voicemail-1.1-1.wav").write_bytes(bytes(44) + b"\x00\x20" * 16000)
        caller.say("200 result=35 endpos=16000")
        assert await it.next(VoicemailRecorded) == VoicemailRecorded("voicemail-1.1-1", 2.0)
        it.switch.do(VOICEMAIL)
        assert await it.next(VoicemailRecorded) == VoicemailRecorded("voicemail-1.1-1", 2.0)
        it.switch.do(MeasureVoicemail("voicemail-1.1-1"))
        assert await it.next(VoicemailRecorded) == VoicemailRecorded("voicemail-1.1-1", 2.0)


async def test_a_recording_that_can_not_be_written_has_failed(tmp_path: Path) -> None:
    async with plane(spool=Spool(tmp_path, "/spool", "/tone")) as it:
        caller = await it.entered()
        it.switch.do(VOICEMAIL)
        await caller.answer('STREAM FILE "/tone" ""')
        await caller.heard()
        caller.say("200 result=-1 (writefile)")
        await caller.answer("CHANNEL STATUS", "200 result=6")
        assert (await it.next(CommandFailed)).command == "TakeVoicemail"


async def test_a_caller_who_hung_up_before_the_recording_is_no_failure(tmp_path: Path) -> None:
    async with plane(spool=Spool(tmp_path, "/spool", "/tone")) as it:
        caller = await it.entered()
        it.switch.do(VOICEMAIL)
        await caller.answer('STREAM FILE "/tone" ""', "200 result=-1 endpos=0")
        await caller.heard()
        caller.say("HANGUP")
        caller.say("200 result=-1")
        await caller.ended()
        assert not [event for event in it.told if isinstance(event, CommandFailed)]
