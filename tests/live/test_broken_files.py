"""An admin's broken file must not keep a controller that comes back from its callers."""

import shutil
from pathlib import Path

import pytest

from tests.live.centre import FLOWS, live_centre

pytestmark = pytest.mark.live


async def test_after_a_crash_what_was_in_force_stays_when_the_files_are_broken(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    shutil.copytree(FLOWS, flows)
    async with live_centre(tmp_path, flows=flows) as centre:
        before = await centre.dial_menu(await centre.caller("13800000001"))
        (flows / "hotline.yaml").write_text("name: hotline\nstart: [")
        centre.config.centre.write_text("queues: 3")
        await centre.kill_controller()
        await centre.start_controller()
        await before.hears(await centre.prompt("main_menu"), 15)
        await before.press("1")
        await before.hears(await centre.prompt("orders"))
        after = await centre.dial_menu(await centre.caller("13800000002"))
        assert "a flow can't be used; its published version stays" in centre.log()
        assert "the centre file can't be used; the settings in force stay" in centre.log()
        await before.hang_up()
        await after.hang_up()
        await centre.idle()
