"""A caller who hears one thing while the plane already wants them to hear another."""

from pathlib import Path

import pytest

from tandem.control import events
from tandem.control.commands import SendLink
from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events
from tandem.ivr.session import Session
from tests.live.centre import HOTLINE
from tests.live.inside import centre_inside, speak_for_the_flow
from tests.phones import Line
from tests.phones.audio import RATE, Samples, beginning, find_prompt, read_wav

pytestmark = pytest.mark.live

AT_ONCE = 0.5
"""Seconds from the news to the first sound of it."""
MUSIC = ivr.Listen((), wait=60.0, music="default")
NEWS = [
    ivr.Listen((ivr.Utterance("en", text), ivr.Utterance("en", "Now there is nothing more to say here.")), **wait)
    for text, wait in (
        ("Thank you, we have received the form that you sent us.", {"wait": 60.0, "music": "default"}),
        ("An engineer will visit you on Tuesday in the afternoon.", {"keys": "1"}),
        ("Your order has been cancelled and will not be charged.", {}),
    )
]


def session(session: Session, event: ivr_events.Event) -> list[ivr.Command]:
    """Sends a link for every piece of news and tells the news when the link is delivered; meanwhile, music."""
    if isinstance(event, ivr_events.Started):
        session.listen = MUSIC
        return [*(ivr.SendLink(number, "news", "en", "{link}") for number in range(len(NEWS))), MUSIC]
    if isinstance(event, ivr_events.LinkDelivered):
        session.listen = NEWS[event.link]
    elif isinstance(event, ivr_events.Listened):
        session.listen = MUSIC
    return [session.listen]


async def test_a_caller_in_music_or_in_a_prompt_hears_the_news_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak_for_the_flow(monkeypatch, session)
    async with centre_inside(tmp_path) as (centre, inside):
        inside.outlets.by_command[SendLink] = lambda _: None
        prompts = [read_wav(await centre.sound(news.say[0])) for news in NEWS]
        caller = await centre.caller()
        line = await caller.dial(HOTLINE)
        call = (await centre.call_is(caller.number, "flow"))["call"]
        await line.hears_part_of(centre.music)
        for number, prompt in enumerate(prompts):
            line.pass_over()
            began = len(line.heard)
            inside.engine.emit(events.LinkDelivered(call, number, "webhook"))
            await line.hears(prompt, seconds=1.0)
            assert heard_after(line, began, prompt) < AT_ONCE
        assert inside.switch.counters.commands_failed == 0
        await line.hang_up()
        await centre.idle()


def heard_after(line: Line, began: int, prompt: Samples) -> float:
    """Seconds of sound from `began` to the first of the prompt."""
    return find_prompt(line.heard[began:], beginning(prompt, 1.0))[1] / RATE
