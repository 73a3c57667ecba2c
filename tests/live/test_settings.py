"""Settings change while callers wait and talk; nobody notices but by what was meant."""

from pathlib import Path
from typing import Any

import pytest

from tests.live.centre import LiveCentre

pytestmark = pytest.mark.live


def written(centre: LiveCentre, tech: str) -> str:
    """The centre file with another queue `tech`, and one agent who knows more than the others."""
    text = centre.config.centre.read_text(encoding="utf-8")
    for old, new in (("{needs: {tech: 2}", tech), ('"1001": {skills: {tech: 3', '"1001": {skills: {tech: 5')):
        assert old in text
        text = text.replace(old, new)
    file = Path(centre.config.home / "changed.yaml")
    file.write_text(text, encoding="utf-8")
    return str(file)


async def test_a_plan_that_is_applied_serves_who_waits_already_and_a_talk_goes_on(centre: LiveCentre) -> None:
    """The second caller waits for a skill that the second agent lacks, until a plan lets them in."""
    talking, waiting = await centre.caller("13800000001"), await centre.caller("13800000002")
    first = await centre.agent("1001")
    one = await centre.dial_queue(talking)
    await first.answers()
    await centre.call_is("13800000001", "connected")
    before: Any = await centre.agent_is("1001", "connected")

    strict = written(centre, "{needs: {tech: 5}")
    assert "queue tech: needs tech" in await centre.tandem(
        "settings", "apply", strict, "--author", "ann", "-m", "only the best"
    )
    two = await centre.dial_queue(waiting)
    second = await centre.agent("1002")
    await centre.call_is("13800000002", "queued")

    plan = written(centre, "{plan: [{after: 1, needs: {tech: 1}}], needs: {tech: 5}")
    assert "plan step 1: added" in await centre.tandem("settings", "apply", plan, "--on", "2", "--author", "bob")
    await second.answers()
    await centre.call_is("13800000002", "connected")
    after: Any = await centre.agent_is("1001", "connected")
    assert after["since"] == before["since"]

    await centre.kill_controller()
    await centre.start_controller()
    assert "no change" in await centre.tandem("settings", "diff", plan)
    history = await centre.tandem("settings", "history")
    assert [line.split()[0] for line in history.splitlines() if line[:4].strip()] == ["3", "2", "1"]
    for line in (one, two):
        await line.hang_up()
    await centre.idle()
    await centre.check_books()
