"""Flows are published, refused and rolled back under running calls; the calls don't notice."""

import asyncio
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tandem.control.commands import Utterance
from tandem.ivr.reader import read_flow
from tandem.ivr.speech import speak
from tandem.service.flow_files import beside
from tests.live.centre import CENTRE, FLOWS, HOTLINE, LiveCentre, live_centre, numbers
from tests.phones import Line

pytestmark = pytest.mark.live

OLD = (FLOWS / "hotline.yaml").read_text(encoding="utf-8")
NEW = OLD.replace("您好，欢迎致电", "新年好，热烈欢迎您致电")
NEVER_SAID = OLD.replace("您好，欢迎致电", f"第{time.time_ns()}次欢迎您致电")
CALLS = 20


async def flow(centre: LiveCentre, *words: str) -> str:
    """`tandem flow` beside the running controller, as an admin types it; fails when it does."""
    code, told = await run(centre, *words)
    assert code == 0, told
    return told


async def run(centre: LiveCentre, *words: str) -> tuple[int, str]:
    """The same; exit code and what was told."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tandem", "flow", *words),
        env=centre.config.environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode or 0, told.decode()


def written(centre: LiveCentre, source: str) -> str:
    """`source` as a file in a folder of its own, without flow tests."""
    folder = centre.config.home / "new flows"
    (folder / "tests").mkdir(parents=True, exist_ok=True)
    file = folder / "hotline.yaml"
    file.write_text(source, encoding="utf-8")
    return str(file)


async def welcome(centre: LiveCentre, source: str) -> Path:
    """The sound of a version's welcome."""
    return await centre.sound(first_words(source))


def first_words(source: str) -> Utterance:
    """What a version says first."""
    said, _ = speak(read_flow(source, "hotline.yaml", beside(FLOWS)), "welcome", "zh-CN", {})
    return said[0]


async def versions(centre: LiveCentre) -> dict[str, str]:
    """The version that each caller's call walks."""
    return {call["caller"]: call["version"] for call in (await centre.state())["calls"]}


async def dial(centre: LiveCentre, number: str) -> Line:
    return await (await centre.caller(number)).dial(HOTLINE)


async def come_to_the_menu(centre: LiveCentre, callers: list[str]) -> list[Line]:
    lines = [await dial(centre, number) for number in callers]
    await all_at(centre, "main_menu", len(callers))
    return lines


async def all_at(centre: LiveCentre, node: str, count: int) -> None:
    """Wait until so many calls are at a node of the flow."""
    await centre.until(
        lambda state: sum(call["node"] == node for call in state["calls"]) >= count, f"all at {node}", 30
    )


async def test_twenty_calls_keep_their_version_while_new_ones_get_the_new(centre: LiveCentre) -> None:
    assert NEW != OLD
    *callers, late, later, last = numbers(CALLS + 3)
    lines = await come_to_the_menu(centre, callers)
    (old,) = set((await versions(centre)).values())

    assert "hotline: version 2 is published" in await flow(centre, "publish", written(centre, NEW), "-m", "New Year")
    new_line = await dial(centre, late)
    await new_line.hears(await welcome(centre, NEW))
    for line in lines:
        await line.press("1")
    await all_at(centre, "orders", CALLS)
    assert Counter((await versions(centre)).values()) == {old: CALLS, (await versions(centre))[late]: 1}

    code, told = await run(centre, "publish", written(centre, NEW.replace("next: main_menu", "next: nowhere")))
    assert (code, "there is no node 'nowhere'" in told) == (1, True)
    await centre.kill_controller()
    await centre.start_controller()
    again = await dial(centre, later)
    await again.hears(await welcome(centre, NEW), 20)
    assert (await versions(centre))[later] == (await versions(centre))[late] != old

    assert "version 1 is rolled back" in await flow(centre, "rollback", "hotline", "--author", "ann")
    back = await dial(centre, last)
    await back.hears(await welcome(centre, OLD))
    assert (await versions(centre))[last] == old

    await asyncio.gather(*(line.hang_up() for line in [*lines, new_line, again, back]))
    await centre.idle(30)
    recorded = {number: contact.version for number, contact in (await centre.contacts()).items()}
    assert Counter(recorded.values()) == {old: CALLS + 1, recorded[late]: 2}
    told = await flow(centre, "versions", "hotline")
    assert "New Year" in told
    assert "ann" in told


async def test_the_prompts_of_a_new_version_are_made_before_anybody_calls(centre: LiveCentre) -> None:
    told = first_words(NEVER_SAID)
    assert not centre.is_spoken(told)
    await flow(centre, "publish", written(centre, NEVER_SAID))
    async with asyncio.timeout(15):
        while not centre.is_spoken(told):
            await asyncio.sleep(0.05)


async def test_a_trial_reaches_its_callers_and_its_figures_can_be_seen(centre: LiveCentre) -> None:
    assert "is on trial with 50 %" in await flow(centre, "canary", "start", written(centre, NEW), "--percent", "50")
    lines = await come_to_the_menu(centre, list(numbers(8)))
    seen = Counter((await versions(centre)).values())
    assert len(seen) == 2
    await asyncio.gather(*(line.hang_up() for line in lines))
    await centre.idle(30)
    canary: Any = (await centre.state())["canaries"][0]
    assert (canary["new"]["calls"], canary["old"]["calls"]) == (seen[canary["version"]], seen[canary["base"]])
    assert "new: " in await flow(centre, "canary", "status", "hotline")
    await flow(centre, "canary", "stop", "hotline")
    assert (await centre.state())["canaries"] == []


async def test_a_number_whose_flow_is_gone_apologises_and_the_fallback_takes_calls(tmp_path: Path) -> None:
    lines = 'lines: {"4008": hotline, "4009": vanished}\n'
    broken = CENTRE.replace('lines: {"4008": hotline}\n', lines)
    async with live_centre(tmp_path, broken) as centre:
        line = await (await centre.caller("13800000001")).dial("4009")
        await line.hears(await centre.prompt("apology"), 15)
        await line.ended(15)
        centre.config.centre.write_text(f"fallback: hotline\n{broken}", encoding="utf-8")
        await centre.kill_controller()
        await centre.start_controller()
        line = await (await centre.caller("13800000002")).dial("4009")
        await line.hears(await centre.prompt("welcome"), 15)
        await line.hang_up()
        await centre.idle()
        alarms = (await centre.metrics())['tandem_counted_total{kind="no flow for number"}']
        assert alarms == 2
        await centre.check_books()
