"""A small hotline whose callers are connected outside or leave messages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tandem.control.commands import Utterance
from tests.live.centre import CENTRE, HOTLINE, LiveCentre, live_centre
from tests.phones import Line, NotHeardError
from tests.phones.audio import Samples, beginning, find_prompt

SHOP = "2001"
"""An account that the dial plan names."""
PLAN = CENTRE + f'dial_plan: {{numbers: ["{SHOP}"], caller_id: "{HOTLINE}"}}\n'
TO_SHOP, TO_MESSAGE, TO_FORBIDDEN = "123"
"""What callers press."""
FLOW = f"""
name: hotline
languages: [en]
start: choose
apology: sorry
texts:
  choose: {{en: 'Press one for the shop, two to leave a message.'}}
  back: {{en: 'Welcome back from the shop, dear caller.'}}
  busy: {{en: 'They are on the telephone at the moment.'}}
  thanks: {{en: 'Thank you. Somebody will listen to your message.'}}
  nothing: {{en: 'You have not said anything, so nobody will hear of it.'}}
  sorry: {{en: 'We are sorry that this is not possible.'}}
nodes:
  choose:
    type: menu
    text: choose
    choices: {{1: shop, 2: message, 3: forbidden}}
    no_input: choose
    wrong_key: choose
    failed: done
  shop: {{type: transfer, to: '{SHOP}', ring_seconds: 5, next: back, busy: busy, failed: sorry}}
  forbidden: {{type: transfer, to: '1900555', next: back, failed: sorry}}
  back: {{type: say, text: back, next: choose}}
  busy: {{type: say, text: busy, next: choose}}
  message: {{type: voicemail, queue: tech, silence: 2, next: thanks, empty: nothing, failed: sorry}}
  thanks: {{type: say, text: thanks, next: choose}}
  nothing: {{type: say, text: nothing, next: choose}}
  sorry: {{type: say, text: sorry, next: choose}}
  done: {{type: end}}
"""
TONE = 880.0
"""Hertz, before a recording."""
MESSAGES = (
    Utterance("en", "My washing machine stands still, and it is full of water."),
    Utterance("en", "The bell is broken, so please knock at the door."),
)
"""What callers say."""
HEARD = 0.5
"""The share of a message's pieces in their places that proves it; two phones' clocks have moved some by then."""


@asynccontextmanager
async def errand_centre(home: Path, plan: str = PLAN, **settings: Any) -> AsyncIterator[LiveCentre]:
    """A centre with this hotline; `settings` are Config's."""
    async with live_centre(home, plan, FLOW, **settings) as running:
        yield running
        await running.check_books()


async def choose(centre: LiveCentre, number: str, key: str) -> Line:
    """Dial the hotline and press a key."""
    line = await (await centre.caller(number)).dial(HOTLINE)
    await centre.call_is(number, "flow")
    await line.press(key)
    return line


async def says(centre: LiveCentre, line: Line, text: str, seconds: float = 2.0) -> None:
    """Wait until the first `seconds` of a text of the flow are heard."""
    await line.hears(await centre.prompt(text, "en"), seconds=seconds)


def heard(line: Line, message: Samples) -> None:
    """Raises NotHeardError when a message was not played to this line."""
    share, _ = find_prompt(line.heard, beginning(message, 1.5))
    if share < HEARD:
        raise NotHeardError(f"only {share:.2f} of the message was heard")
