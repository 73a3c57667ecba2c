"""Prompts, made by the real synthesiser."""

import asyncio
import shutil
import time
import wave
from array import array
from pathlib import Path

import msgspec
import pytest

from tandem.control.commands import Utterance
from tandem.telephony.speech.espeak import Espeak
from tandem.telephony.speech.library import PromptLibrary
from tandem.telephony.speech.synthesiser import SpeechFailedError

pytestmark = pytest.mark.skipif(
    not (shutil.which("espeak-ng") and shutil.which("sox")), reason="espeak-ng and sox are not installed: make setup"
)

WELCOME = Utterance("zh-CN", "您好，欢迎致电客户服务热线。")


class CountingEspeak(Espeak):
    """Counts what is spoken, and how much of it at the same time."""

    def __init__(self) -> None:
        self.spoken: list[str] = []
        self.at_once = self.most_at_once = 0
        self.begun = asyncio.Event()

    async def speak(self, language: str, text: str, file: Path) -> None:
        self.spoken.append(text)
        self.begun.set()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await super().speak(language, text, file)
        finally:
            self.at_once -= 1


@pytest.fixture
def espeak() -> CountingEspeak:
    return CountingEspeak()


@pytest.fixture
def library(tmp_path: Path, espeak: CountingEspeak) -> PromptLibrary:
    return PromptLibrary(tmp_path / "recorded", tmp_path / "cache", espeak)


def samples(path: str) -> "tuple[int, array[int]]":
    """Rate and samples of a 16-bit mono WAV."""
    with wave.open(path, "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.getframerate(), array("h", file.readframes(file.getnframes()))


@pytest.mark.parametrize("utterance", [WELCOME, Utterance("en", "Welcome to the service hotline.")])
async def test_a_prompt_is_loud_and_trimmed_and_alike_at_both_rates(
    library: PromptLibrary, utterance: Utterance
) -> None:
    path = await library.path(utterance)
    rate, narrow = samples(f"{path}.wav")
    wide_rate, wide = samples(f"{path}.wav16")
    assert (rate, wide_rate) == (8000, 16000)
    assert abs(len(wide) / wide_rate - len(narrow) / rate) < 0.01
    assert 1.5 < len(narrow) / rate < 6
    for sound in (narrow, wide):
        assert 25000 < max(abs(sample) for sample in sound) < 32767
    lead, tail = narrow[: rate // 5], narrow[-rate // 5 :]
    assert max(map(abs, lead)) > 500, "no silence is left in front"
    assert max(map(abs, tail)) > 500, "nor behind"


async def test_a_prompt_is_made_once_and_then_found_in_no_time(library: PromptLibrary, espeak: CountingEspeak) -> None:
    first = await library.path(WELCOME)
    began = time.perf_counter()
    for _ in range(20):
        assert await library.path(WELCOME) == first
    assert (time.perf_counter() - began) / 20 < 0.001
    assert len(espeak.spoken) == 1


async def test_requests_for_the_same_text_at_once_make_it_once(library: PromptLibrary, espeak: CountingEspeak) -> None:
    paths = await asyncio.gather(*(library.path(WELCOME) for _ in range(10)))
    assert len(set(paths)) == 1
    assert len(espeak.spoken) == 1


async def test_few_prompts_are_made_at_the_same_time(library: PromptLibrary, espeak: CountingEspeak) -> None:
    told: list[tuple[int, int]] = []
    texts = [Utterance("en", f"This is number {number}.") for number in range(8)]
    assert await library.render_all([*texts, *texts], lambda done, of_all: told.append((done, of_all))) == 8
    assert espeak.most_at_once == 2
    assert told == [(done, 8) for done in range(1, 9)]
    assert await library.render_all(texts) == 0


async def test_what_is_made_aside_leaves_room_for_what_a_caller_waits_for(
    library: PromptLibrary, espeak: CountingEspeak
) -> None:
    texts = [Utterance("en", f"This is number {number}.") for number in range(4)]
    await library.path(texts[0])
    espeak.begun.clear()
    aside = asyncio.create_task(library.render_aside([*texts, Utterance("xx", "what"), *texts]))
    await espeak.begun.wait()
    await library.path(WELCOME)
    assert espeak.spoken.index(WELCOME.text) == 2, "it did not wait until all were made"
    (failed,) = await aside
    assert failed.startswith("'what' (xx): ")
    assert espeak.most_at_once == 2
    assert await library.render_all(texts) == 0


async def test_the_same_text_in_another_language_is_another_prompt(library: PromptLibrary) -> None:
    assert await library.path(Utterance("en", "OK")) != await library.path(Utterance("en-GB", "OK"))


async def test_a_recording_wins_and_a_changed_one_is_taken(
    tmp_path: Path, library: PromptLibrary, espeak: CountingEspeak
) -> None:
    recording = tmp_path / "recorded/zh-CN/hotline/welcome.wav"
    recording.parent.mkdir(parents=True)
    write_tone(recording, seconds=1.0)
    keyed = Utterance("zh-CN", WELCOME.text, "hotline/welcome")
    first = await library.path(keyed)
    rate, sound = samples(f"{first}.wav")
    assert abs(len(sound) / rate - 1.0) < 0.01
    write_tone(recording, seconds=2.0)
    second = await library.path(keyed)
    rate, sound = samples(f"{second}.wav")
    assert abs(len(sound) / rate - 2.0) < 0.01
    assert espeak.spoken == []


async def test_what_is_slow_takes_longer_recordings_too(tmp_path: Path, library: PromptLibrary) -> None:
    recording = tmp_path / "recorded/en/hotline/welcome.wav"
    recording.parent.mkdir(parents=True)
    write_tone(recording, seconds=1.0)
    for quick in (WELCOME, Utterance("en", "Welcome.", "hotline/welcome")):
        path = await library.path(msgspec.structs.replace(quick, slow=True))
        (rate, slow), (_, plain) = samples(f"{path}.wav"), samples(f"{await library.path(quick)}.wav")
        assert 1.35 < len(slow) / len(plain) < 1.5
        assert max(map(abs, slow)) > 20000 or quick.key
        assert rate == 8000


@pytest.mark.parametrize("key", ["../../secret", "/etc/passwd", "a/../b", "..", "a/b/../c"])
async def test_a_key_cannot_lead_out_of_the_recordings(tmp_path: Path, library: PromptLibrary, key: str) -> None:
    write_tone(tmp_path / "secret.wav", seconds=1.0)
    (tmp_path / "recorded/en").mkdir(parents=True)
    path = await library.path(Utterance("en", "Spoken instead.", key))
    assert path == await library.path(Utterance("en", "Spoken instead."))


@pytest.mark.parametrize(
    "text", ["--version", "-f /etc/passwd", "one; touch /tmp/x `id` $(id)", "a\x00b\nc\x1b[31m", "[[hi]] <b>&amp;"]
)
async def test_hostile_text_is_only_spoken(library: PromptLibrary, text: str) -> None:
    _, sound = samples(f"{await library.path(Utterance('en', text))}.wav")
    assert len(sound) > 2000


@pytest.mark.parametrize("text", ["", "   ", "...", "\x00"])
async def test_a_text_without_sound_fails_and_leaves_nothing(tmp_path: Path, library: PromptLibrary, text: str) -> None:
    with pytest.raises(SpeechFailedError, match="nothing can be heard"):
        await library.path(Utterance("en", text))
    assert list((tmp_path / "cache").iterdir()) == []


async def test_a_language_without_a_voice_fails(library: PromptLibrary) -> None:
    with pytest.raises(SpeechFailedError, match="no voice for the language 'tlh'"):
        await library.path(Utterance("tlh", "nuqneH"))


async def test_one_bad_prompt_does_not_pass_unseen_when_all_are_made(library: PromptLibrary) -> None:
    with pytest.raises(SpeechFailedError, match=r"'nuqneH' \(tlh\): no voice"):
        await library.render_all([WELCOME, Utterance("tlh", "nuqneH")])


async def test_a_missing_synthesiser_is_told(library: PromptLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SpeechFailedError, match="espeak-ng is not installed"):
        await library.path(WELCOME)


async def test_the_path_is_the_one_asterisk_sees(tmp_path: Path) -> None:
    library = PromptLibrary(tmp_path / "recorded", tmp_path / "cache", Espeak(), lambda path: f"/seen/{path.name}")
    assert (await library.path(WELCOME)).startswith("/seen/")


def write_tone(file: Path, seconds: float) -> None:
    """A square wave at 44.1 kHz: a rate that must be converted."""
    period = [8000] * 50 + [-8000] * 50
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, 44100, 0, "NONE", ""))
        out.writeframes(array("h", period * int(441 * seconds)).tobytes())
