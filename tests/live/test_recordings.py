"""A recording that an admin puts in the synthesiser's place is what the next caller hears."""

from pathlib import Path

import aiohttp
import pytest

from tests.live.centre import HOTLINE, live_centre
from tests.sounds import tone

pytestmark = pytest.mark.live


async def test_the_next_caller_hears_a_new_recording_until_it_is_removed(tmp_path: Path) -> None:
    async with (
        live_centre(tmp_path, recordings=tmp_path / "recordings") as centre,
        aiohttp.ClientSession(centre.url, headers=centre.token) as http,
    ):
        caller = await centre.caller()
        line = await centre.dial_menu(caller)
        await line.hang_up()
        recording = "/prompts/zh-CN/hotline/main_menu/recording"
        async with http.put(recording, data=tone(5.0)) as answer:
            assert (answer.status, (await answer.json())["origin"]) == (200, "recorded")
        line = await caller.dial(HOTLINE)
        await line.hears_tone(440.0, 15)
        await line.hang_up()
        async with http.delete(recording) as answer:
            assert answer.status == 200, await answer.text()
        line = await centre.dial_menu(caller)
        await line.hang_up()
        async with http.get("/notifier") as answer:
            assert (await answer.json())["links"]
        await centre.idle()
