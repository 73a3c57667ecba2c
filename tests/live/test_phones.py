"""The phones library on a real Asterisk: what the other live tests rely on."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tandem.telephony.provision.render import Instance
from tests.phones import Agent, CallFailedError, Lab, NotHeardError, message_phone, phones, tone, which_prompt
from tests.phones.panoramisk_view import panoramisk_view
from tests.phones.pyvoip import pyvoip_phone
from tests.phones.switch import phone_switch, speech

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

TONE, PROMPTS, ECHO, KEYS, SILENCE, RINGS_1001, RINGS_1002 = "9100", "9101", "9102", "9103", "9104", "9201", "9202"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def switch(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    async with phone_switch(tmp_path_factory.mktemp("extra")) as instance:
        yield instance


@pytest_asyncio.fixture(loop_scope="module")
async def lab(switch: Instance) -> AsyncIterator[Lab]:
    async with phones(switch.sip_port) as lab:
        yield lab


async def agent_of(lab: Lab, number: int = 1001) -> Agent:
    return await lab.agent(str(number), f"password-{number}")


async def test_caller_and_agent_hear_each_other_and_each_others_keys(lab: Lab) -> None:
    agent, caller = await agent_of(lab), await lab.caller("13800000001")
    line, call = await asyncio.gather(caller.dial(RINGS_1001), agent.answers())
    line.says(tone(700, seconds=5))
    call.says(tone(900, seconds=5))
    await asyncio.gather(line.hears_tone(900), call.hears_tone(700))
    await asyncio.gather(line.press("15"), call.pressed("15"))
    await call.hang_up()
    assert await line.ended() >= call.began_at
    assert "13800000001" in call.peer


async def test_a_tone_that_is_not_there_is_not_heard(lab: Lab) -> None:
    line = await (await lab.caller("1")).dial(TONE)
    await line.hears_tone(440)
    with pytest.raises(NotHeardError, match="500 Hz"):
        await line.hears_tone(500, within=1)


async def test_prompts_are_heard_in_their_order_and_told_apart(lab: Lab) -> None:
    line = await (await lab.caller("1")).dial(PROMPTS)
    await line.hears(speech(0))
    await line.hears(speech(1))
    assert which_prompt(line.heard, {"first": speech(0), "third": speech(2)}) == "first"
    assert which_prompt(line.heard, {"third": speech(2)}) is None


async def test_a_prompt_that_is_not_played_is_not_heard(lab: Lab) -> None:
    line = await (await lab.caller("1")).dial(PROMPTS)
    with pytest.raises(NotHeardError):
        await line.hears(speech(2), within=4)


async def test_keys_and_silence_of_the_switch_are_noticed(lab: Lab) -> None:
    caller = await lab.caller("1")
    await (await caller.dial(KEYS)).pressed("159#")
    await (await caller.dial(SILENCE)).silent()


async def test_a_declined_call_fails_with_its_status(lab: Lab) -> None:
    agent, caller = await agent_of(lab), await lab.caller("1")
    declining = asyncio.create_task(agent.declines())
    with pytest.raises(CallFailedError) as failure:
        await caller.dial(RINGS_1001)
    assert failure.value.status == 486
    assert (await declining).answered_at is None


async def test_an_ignored_call_rings_until_it_is_taken_back(lab: Lab) -> None:
    agent, caller = await agent_of(lab), await lab.caller("1")
    line = await caller.start_call(RINGS_1001)
    ignoring = asyncio.create_task(agent.ignores())
    await asyncio.sleep(1)
    await line.hang_up()
    rung = await ignoring
    assert rung.ended_at is not None
    assert 0.8 < rung.ended_at - rung.began_at < 1.5


async def test_hold_takes_the_voice_away_and_resume_brings_it_back(lab: Lab) -> None:
    agent, caller = await agent_of(lab), await lab.caller("1")
    line, call = await asyncio.gather(caller.dial(RINGS_1001), agent.answers())
    call.says(tone(900, seconds=20))
    await line.hears_tone(900)
    await call.hold()
    await line.loses_tone(900)
    await call.resume()
    await line.hears_tone(900)


async def test_a_blind_transfer_releases_the_agent_and_moves_the_caller(lab: Lab) -> None:
    agent = await agent_of(lab)
    colleague = await agent_of(lab, 1002)
    line, call = await asyncio.gather(colleague.dial(RINGS_1001), agent.answers())
    await call.blind_transfer(TONE)
    await line.hears_tone(440)
    assert call.is_over
    assert not line.is_over


async def test_an_agent_answers_and_hangs_up_by_itself(lab: Lab) -> None:
    agent, caller = await agent_of(lab), await lab.caller("1")
    agent.auto_answers(after=0.3, talk=0.5)
    for _ in range(2):
        line = await caller.dial(RINGS_1001)
        await line.ended(within=3)
    assert len(agent.calls) == 2


async def test_an_unplugged_phone_cannot_be_called(lab: Lab) -> None:
    agent, caller = await agent_of(lab), await lab.caller("1")
    await agent.unplug()
    with pytest.raises(CallFailedError):
        await caller.dial(RINGS_1001)
    await agent.plug_in()
    await asyncio.gather(caller.dial(RINGS_1001), agent.answers())


@pytest.mark.parametrize(
    ("number", "display_name"),
    [
        ("13800000001\r\nAction: Hangup", "Li Lei"),
        ("1';--", "${SHELL(id)}"),
        ("anonymous", "a,b|c&d;e<f>"),
        ("+8613800000001", "李雷"),
        ("1" * 200, "x" * 300),
    ],
)
async def test_a_caller_may_claim_any_number_and_name(lab: Lab, number: str, display_name: str) -> None:
    agent, caller = await agent_of(lab), await lab.caller(number, display_name=display_name)
    await asyncio.gather(caller.dial(RINGS_1001), agent.answers())


async def test_a_name_that_no_from_header_holds_is_refused_at_once(lab: Lab) -> None:
    with pytest.raises(ValueError, match="display name"):
        await lab.caller("1", display_name='Li "Lei"')


async def test_sixty_calls_at_once_each_hear_their_own_voice(lab: Lab, switch: Instance) -> None:
    callers = [await lab.caller(f"138{number:08}") for number in range(60)]
    lines = await asyncio.gather(*(caller.dial(ECHO) for caller in callers))
    pitches = [300 + 40 * number for number in range(60)]
    for line, pitch in zip(lines, pitches, strict=True):
        line.says(tone(pitch, seconds=3))
    await asyncio.gather(*(line.hears_tone(pitch, 10) for line, pitch in zip(lines, pitches, strict=True)))


async def test_what_the_phones_saw_is_in_the_log_with_its_order(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    line = await (await lab.caller("13800000001")).dial(SILENCE)
    await line.hang_up()
    story = lab.diary.of("13800000001")
    assert [seen.partition(" ")[0] for seen in story] == ["call", "answered", "ended"]
    assert all(seen in caplog.text for seen in story)


async def test_a_phone_that_calls_unregistered_gets_messages_by_its_message_phone(lab: Lab, switch: Instance) -> None:
    async with message_phone(switch.sip_port, "1003", "password-1003") as texts:
        line = await (await lab.caller("1003", "password-1003")).dial(TONE)
        await send_message(switch, "pjsip:1003", "订单 https://example.org/l/1")
        assert (await texts.receives()).text == "订单 https://example.org/l/1"
        assert not line.is_over


async def test_a_message_phone_refuses_calls_with_any_status(lab: Lab, switch: Instance) -> None:
    async with message_phone(switch.sip_port, "1002", "password-1002", refuses_with=603) as texts:
        with pytest.raises(CallFailedError) as failure:
            await (await lab.caller("1")).dial(RINGS_1002)
        assert failure.value.status == 403  # what Asterisk makes of 603
        assert texts.calls_refused == 1


async def test_a_message_phone_with_a_wrong_password_is_not_registered(switch: Instance) -> None:
    with pytest.raises(ConnectionError, match="401"):
        async with message_phone(switch.sip_port, "1002", "wrong"):
            pass


async def test_pyvoip_calls_and_both_hear_each_other(lab: Lab, switch: Instance) -> None:
    agent = await agent_of(lab)
    async with pyvoip_phone(switch.sip_port, "1004", "password-1004") as witness:
        call, line = await asyncio.gather(witness.dial(RINGS_1001), agent.answers())
        call.says(tone(600, seconds=5))
        line.says(tone(800, seconds=5))
        await asyncio.gather(call.hears_tone(800), line.hears_tone(600))
        assert "1004" in line.peer
        await line.hang_up()
        await call.ended()


async def test_pyvoip_is_called_and_hangs_up(lab: Lab, switch: Instance) -> None:
    async with pyvoip_phone(switch.sip_port, "1002", "password-1002") as witness:
        line, call = await asyncio.gather((await lab.caller("13800000001")).dial(RINGS_1002), witness.answers())
        line.says(tone(600, seconds=5))
        await call.hears_tone(600)
        assert call.caller == "13800000001"
        await call.hang_up()
        await line.ended()


async def test_panoramisk_sees_who_is_bridged_with_whom(lab: Lab, switch: Instance) -> None:
    agent, caller = await agent_of(lab), await lab.caller("1")
    async with panoramisk_view(switch.ami_port, "witness", "witness-secret") as view:
        line, _ = await asyncio.gather(caller.dial(RINGS_1001), agent.answers())
        channels, bridges = await view.channels(), await view.bridges()
        assert [channel.state for channel in channels] == ["Up", "Up"]
        assert [bridge.members for bridge in bridges] == [tuple(channel.unique_id for channel in channels)]
        await line.hang_up()


async def test_panoramisk_with_a_wrong_secret_is_not_let_in(switch: Instance) -> None:
    with pytest.raises(PermissionError):
        async with panoramisk_view(switch.ami_port, "witness", "wrong"):
            pass


async def send_message(switch: Instance, destination: str, body: str) -> None:
    actions = (
        {"Action": "Login", "Username": "tandem", "Secret": switch.ami_secret, "Events": "off"},
        {"Action": "MessageSend", "Destination": destination, "From": "sip:4008@127.0.0.1", "Body": body},
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", switch.ami_port)
    await reader.readline()
    for action in actions:
        writer.write("".join(f"{name}: {value}\r\n" for name, value in action.items()).encode() + b"\r\n")
        assert b"Success" in await reader.readuntil(b"\r\n\r\n")
    writer.close()
