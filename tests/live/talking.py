"""A talk whose two voices are told from each other by their tones."""

from tests.live.centre import LiveCentre
from tests.phones import Line, tone

CALLER, AGENT, COLLEAGUE = 500, 700, 1100
"""Their voices, in hertz: no notes of the music."""


async def in_talk(centre: LiveCentre) -> tuple[Line, Line, str]:
    """A caller's line and the agent's 1001, who talk, and the call."""
    agent = await centre.agent("1001")
    line = await centre.dial_service(await centre.caller())
    call = await agent.answers()
    line.says(tone(CALLER, seconds=90))
    call.says(tone(AGENT, seconds=90))
    await line.hears_tone(AGENT)
    await call.hears_tone(CALLER)
    found = await centre.call_is("13800000001", "connected")
    return line, call, found["call"]
