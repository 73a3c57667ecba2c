"""Asterisk writes what a caller claims into AMI events as it is. Nobody may forge an event that way."""

import asyncio

import pytest

from tandem.service.credentials import load_credentials
from tests.live.centre import HOTLINE, LiveCentre
from tests.phones import CallFailedError

pytestmark = pytest.mark.live

FORGED = "\r\nEvent: Forged\r\n\r\nEvent: Forged"


async def hear_everything(centre: LiveCentre, heard: bytearray) -> None:
    """Read all that the controller's own AMI user is told."""
    secret = load_credentials(centre.config.home).ami
    reader, writer = await asyncio.open_connection("127.0.0.1", centre.config.port("ami_port"))
    writer.write(f"Action: Login\r\nUsername: tandem\r\nSecret: {secret}\r\n\r\n".encode())
    while data := await reader.read(65536):
        heard += data


async def test_line_breaks_in_the_callers_number_reach_us_as_plain_data_only(centre: LiveCentre) -> None:
    heard = bytearray()
    listening = asyncio.create_task(hear_everything(centre, heard))
    line = await (await centre.caller(f"138{FORGED}")).dial(HOTLINE)
    (call,) = (await centre.state())["calls"]
    assert call["caller"] == "138Event: ForgedEvent: Forged"
    await line.hang_up()
    await centre.idle()
    listening.cancel()
    assert b"Event: Hangup" in heard
    assert b"Forged" not in heard


async def test_line_breaks_in_the_number_dialled_are_no_number(centre: LiveCentre) -> None:
    heard = bytearray()
    listening = asyncio.create_task(hear_everything(centre, heard))
    caller = await centre.caller()
    with pytest.raises(CallFailedError):
        await caller.dial("4008%0d%0aEvent: Forged%0d%0a%0d%0aEvent: Forged")
    listening.cancel()
    assert b"Forged" not in heard
