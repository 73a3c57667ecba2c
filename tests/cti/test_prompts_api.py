"""Prompts over HTTP, made by the real synthesiser where there is one."""

import json
import math
import shutil
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tandem.cti.http import make_app, serve
from tandem.cti.prompts_api import PromptsApi
from tandem.ivr.reader import read_flow
from tandem.service.config import LOOPBACK
from tandem.service.prompt_shelf import PromptShelf
from tandem.store.users import UserStore
from tandem.telephony.speech.espeak import Espeak
from tandem.telephony.speech.library import PromptLibrary
from tests.control.playbook import FLOW
from tests.cti.sites import TOKEN, Site
from tests.cti.test_accounts import PASSWORD, Browser, user
from tests.sounds import heard, is_tone, tone

pytestmark = pytest.mark.skipif(
    not (shutil.which("espeak-ng") and shutil.which("sox")), reason="espeak-ng and sox are not installed: make setup"
)
LINE = read_flow(FLOW, "line.yaml")


class Studio:
    """An admin's program, and the files behind."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.recorded = site, folder / "recorded"

    async def ask(self, method: str, path: str, sound: bytes | None = None) -> tuple[int, Any]:
        response, text = await self.site.ask(method, path, body=sound)
        return response.status, json.loads(text)

    async def sound(self, path: str) -> bytes:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as http,
            http.get(f"{self.site.url}{path}/sound") as answer,
        ):
            assert (answer.status, answer.content_type) == (200, "audio/wav")
            return await answer.read()

    async def prompt(self) -> dict[str, Any]:
        """The first of the flow's own."""
        _, told = await self.ask("GET", "/prompts")
        return next(each for each in told if each["key"].startswith("line/"))


@pytest.fixture
async def studio(site: Site, tmp_path: Path) -> AsyncIterator[Studio]:
    async def flows() -> list[Any]:
        return [LINE]

    library = PromptLibrary(tmp_path / "recorded", tmp_path / "cache", Espeak())
    routes = PromptsApi(PromptShelf(library, flows)).routes()
    app = make_app(site.backend, TOKEN, site.accounts, site.desktops, LOOPBACK, routes)
    runner = await serve(app, "127.0.0.1", 0)
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield Studio(site, tmp_path)
    await runner.cleanup()


def place(prompt: dict[str, Any]) -> str:
    return f"/prompts/{prompt['language']}/{prompt['key']}"


def written(form: int, bits: int, samples: bytes, rate: int = 8000) -> bytes:
    """A WAV whose format has this number: 1 PCM, 3 float, 6 A-law."""
    shape = struct.pack("<HHIIHH", form, 1, rate, rate * bits // 8, bits // 8, bits)
    chunks = b"WAVEfmt " + struct.pack("<I", len(shape)) + shape + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


SINE = [math.sin(2 * math.pi * 440 * at / 8000) for at in range(8000)]
KINDS = {
    "8 bit": written(1, 8, bytes(int(128 + 100 * each) for each in SINE)),
    "24 bit": written(1, 24, b"".join(int(8e6 * each).to_bytes(3, "little", signed=True) for each in SINE)),
    "float": written(3, 32, struct.pack(f"<{len(SINE)}f", *(0.9 * each for each in SINE))),
    "A-law": written(6, 8, bytes(0xAA if each >= 0 else 0x2A for each in SINE)),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wav_of_any_usual_kind_is_taken(studio: Studio, kind: str) -> None:
    path = place(await studio.prompt())
    assert (await studio.ask("PUT", f"{path}/recording", KINDS[kind]))[0] == 200
    assert is_tone(await studio.sound(path))


async def test_all_texts_with_a_name_are_there_in_every_language(studio: Studio) -> None:
    status, told = await studio.ask("GET", "/prompts")
    assert status == 200
    assert {each["language"] for each in told} == {"zh-CN", "en"}
    assert {each["key"].split("/")[0] for each in told} >= {"line", "tandem-answered"}
    assert {each["origin"] for each in told} == {"synthesised"}
    assert len({(each["language"], each["key"]) for each in told}) == len(told)


async def test_a_recording_is_heard_from_the_next_time_on_until_it_is_removed(studio: Studio) -> None:
    prompt = await studio.prompt()
    before = await studio.sound(place(prompt))
    assert (heard(before)[0], is_tone(before)) == (16000, False)
    status, told = await studio.ask("PUT", f"{place(prompt)}/recording", tone(1.5))
    assert (status, told["origin"], told["seconds"]) == (200, "recorded", pytest.approx(1.5, abs=0.01))
    sound = await studio.sound(place(prompt))
    assert heard(sound)[:2] == (16000, 1)
    assert heard(sound)[2] == pytest.approx(1.5, abs=0.01)
    assert is_tone(sound)
    assert (await studio.ask("POST", f"{place(prompt)}/synthesis"))[1]["error"]["code"] == "recorded"
    assert (await studio.ask("DELETE", f"{place(prompt)}/recording"))[1]["origin"] == "synthesised"
    assert await studio.sound(place(prompt)) == before
    assert (await studio.ask("DELETE", f"{place(prompt)}/recording"))[0] == 409
    status, told = await studio.ask("POST", f"{place(prompt)}/synthesis")
    assert (status, told["seconds"] > 0) == (200, True)
    for file in (studio.recorded.parent / "cache").glob("*.wav*"):
        file.write_bytes(tone(0.5, 16000, 1))
    assert is_tone(await studio.sound(place(prompt)))
    await studio.ask("POST", f"{place(prompt)}/synthesis")
    assert not is_tone(await studio.sound(place(prompt)))
    assert not [file for file in studio.recorded.rglob("*") if file.is_file()]


@pytest.mark.parametrize(
    ("sound", "code", "said"),
    [
        (b"", 422, "Send a WAV file"),
        (b"ID3 an mp3", 422, "This is no WAV file"),
        (tone()[:50], 422, "shorter"),
        (b"RIFF\x00\x00\x00\x00WAVEnonsense", 422, "can't be read"),
        (tone(0.1), 422, "shorter than 0.2"),
        (tone(181, 2000, 1), 422, "longer than 180 seconds"),
        (tone(loud=0), 422, "Nothing can be heard"),
        (b"RIFF" + b"\0" * 9 * 2**20, 413, ""),
    ],
)
async def test_what_is_no_recording_is_refused_and_leaves_nothing(
    studio: Studio, sound: bytes, code: int, said: str
) -> None:
    path = f"{place(await studio.prompt())}/recording"
    status, told = await studio.ask("PUT", path, sound)
    assert (status, said in told["error"]["message"]) == (code, True), told
    assert str(studio.recorded) not in told["error"]["message"]
    assert not [file for file in studio.recorded.rglob("*") if file.is_file()]


@pytest.mark.parametrize(
    "path",
    ["/prompts/en/line/missing", "/prompts/fr/line/hi", "/prompts/en/..%2F..%2Fetc/passwd", "/prompts/en/other/x"],
)
async def test_only_what_a_flow_says_has_a_recording(studio: Studio, path: str) -> None:
    for method, what in (("PUT", "recording"), ("DELETE", "recording"), ("POST", "synthesis"), ("GET", "sound")):
        assert (await studio.ask(method, f"{path}/{what}", tone() if method == "PUT" else None))[0] == 404
    assert not studio.recorded.exists()


async def test_a_supervisor_hears_and_an_admin_s_recording_is_in_the_audit_log(
    studio: Studio, users: UserStore
) -> None:
    prompt = await studio.prompt()
    await user(users, "sue", "supervisor")
    await user(users, "ann", "admin")
    supervisor, admin = Browser(studio.site), Browser(studio.site)
    await supervisor.sign_in("sue")
    await admin.sign_in("ann", PASSWORD)
    assert (await supervisor.json("GET", "/prompts"))[0] == 200
    response, _ = await studio.site.ask(
        "PUT", f"{place(prompt)}/recording", token=None, headers=supervisor.headers(), body=tone()
    )
    assert response.status == 403
    response, _ = await studio.site.ask(
        "PUT", f"{place(prompt)}/recording", token=None, headers=admin.headers(), body=tone()
    )
    assert response.status == 200
    noted = (await users.audit(1))[0]
    assert (noted.name, noted.what) == ("ann", f"PUT {place(prompt)}/recording")
    assert noted.detail == f"{prompt['key']} ({prompt['language']}): 1.0 s"
