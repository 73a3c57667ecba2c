"""What the controller's login at Asterisk is good for, and what happens when Asterisk does not know it."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tandem.service.credentials import load_credentials
from tests.live.centre import LiveCentre
from tests.live.manager import logged_in

pytestmark = pytest.mark.live

REFUSED = "Permission denied|Access Forbidden"


def ways_to_run(program: str, channel: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Actions by which a login with too many rights could have Asterisk run a program."""
    nowhere = {"Channel": "Local/4008@tandem-inbound", "Async": "true"}
    yield "Command", {"Command": f"!{program}"}
    yield "MixMonitor", {"Channel": channel, "File": "x.wav", "Command": program}
    yield "Originate", nowhere | {"Application": "System", "Data": program}
    yield "Originate", nowhere | {"Application": "MixMonitor", "Data": f"x.wav,,{program}"}
    yield "Originate", nowhere | {"Application": "Exec", "Data": f"MixMonitor(x.wav,,{program})"}
    yield "Originate", nowhere | {"Application": "AGI", "Data": program.replace(" ", ",")}


def ways_to_read(file: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Actions by which a login with too many rights could read a file."""
    name = file.rpartition("/")[2]
    yield "GetConfig", {"Filename": name}
    yield "GetConfigJSON", {"Filename": name}
    yield "ListCategories", {"Filename": name}
    yield "Getvar", {"Variable": f"FILE({file})"}
    yield "Getvar", {"Variable": f"SHELL(cat {file})"}


async def test_who_has_the_controllers_secret_runs_no_program_and_reads_no_file(centre: LiveCentre) -> None:
    instance, line = centre.asterisk.instance, await centre.dial_menu(await centre.caller())
    (call,) = (await centre.state())["calls"]
    proof = instance.folder / "spool/proof"
    async with logged_in(instance.ami_port, "tandem", instance.ami_secret) as ami:
        for action, fields in ways_to_run(f"/bin/touch {instance.install.inside(proof)}", call["call"]):
            assert re.search(REFUSED, await ami.ask(action, **fields)), (action, fields)
        for action, fields in ways_to_read(instance.install.inside(instance.folder / "etc/manager.conf")):
            answer = await ami.ask(action, **fields)
            assert instance.ami_secret not in answer, (action, fields)
            assert "tandem]" not in answer
            assert "Value: \r\n" in answer or re.search(REFUSED, answer), answer
    await asyncio.sleep(0.5)  # what was started would have run by then
    assert not proof.exists()
    assert not line.is_over
    await line.hang_up()


async def test_a_controller_that_asterisk_does_not_let_in_says_so_until_it_is(centre: LiveCentre) -> None:
    right = load_credentials(centre.config.home)
    await centre.kill_controller()
    write_ami_secret(centre.config.home, "a-wrong-secret")
    starting = asyncio.create_task(centre.start_controller())
    try:
        await logged(centre, "Asterisk refused the login")
        assert await health(centre) == 503
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
    for secret in ("a-wrong-secret", right.ami):
        assert secret not in centre.log()

    write_ami_secret(centre.config.home, right.ami)
    await centre.start_controller()
    assert await health(centre) == 200
    await (await centre.dial_menu(await centre.caller())).hang_up()


def write_ami_secret(home: Path, secret: str) -> None:
    changed = load_credentials(home).model_copy(update={"ami": secret})
    (home / "secrets.json").write_text(changed.model_dump_json())


async def logged(centre: LiveCentre, what: str) -> None:
    async with asyncio.timeout(10):
        while what not in centre.log():
            await asyncio.sleep(0.05)


async def health(centre: LiveCentre) -> int:
    url = f"http://127.0.0.1:{centre.config.port('http_port')}/health"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status
