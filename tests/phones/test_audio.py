"""The ears of the phones: what they take for a tone, for silence, for a prompt."""

from pathlib import Path

import numpy as np
import pytest

from tests.phones.audio import (
    PIECE,
    RATE,
    SAME_PIECE,
    SAME_PROMPT,
    TONE_PRESENT,
    Samples,
    beginning,
    correlate,
    find_prompt,
    is_silent,
    read_wav,
    tone,
    tone_share,
    which_prompt,
    write_wav,
)
from tests.phones.switch import speech


def faint(samples: Samples, loudness: float) -> Samples:
    return (samples * loudness).astype(np.int16)


def test_a_tone_holds_nearly_all_energy_and_its_neighbours_none() -> None:
    heard = tone(440, seconds=0.5)
    assert tone_share(heard, 440) > 0.99
    assert tone_share(heard, 480) < 0.01


def test_of_two_voices_mixed_both_tones_are_present() -> None:
    heard = tone(440, 700, seconds=0.5)
    assert min(tone_share(heard, 440), tone_share(heard, 700)) > TONE_PRESENT


def test_speech_is_no_tone() -> None:
    assert max(tone_share(speech(1)[:4000], frequency) for frequency in range(100, 3400, 20)) < TONE_PRESENT


def test_silence_holds_no_tone() -> None:
    assert tone_share(np.zeros(4000, dtype=np.int16), 440) == 0
    assert tone_share(np.zeros(0, dtype=np.int16), 440) == 0


def test_line_noise_is_silence_and_the_loudest_sample_is_not() -> None:
    assert is_silent(np.full(10, 8, dtype=np.int16))
    assert not is_silent(np.array([0, -32768], dtype=np.int16))


@pytest.mark.parametrize("loudness", [1.0, 0.1])
def test_a_prompt_is_found_where_it_begins_however_loud(loudness: float) -> None:
    prompt = speech(1)
    heard = np.concatenate([speech(2), faint(prompt, loudness), speech(3)])
    assert find_prompt(heard, prompt) == (1.0, len(speech(2)))


def test_a_piece_correlates_fully_in_its_place_and_nowhere_else() -> None:
    scores = correlate(speech(1), speech(1)[4000 : 4000 + PIECE])
    assert int(scores.argmax()) == 4000
    assert scores[4000] > 0.99
    assert np.delete(scores, range(3990, 4010)).max() < SAME_PIECE / 2


def test_a_prompt_with_a_packet_lost_is_still_the_prompt() -> None:
    prompt = beginning(speech(1), 2)
    share, _ = find_prompt(np.concatenate([prompt[:7000], prompt[7160:], speech(2)]), prompt)
    assert SAME_PROMPT < share < 1


def test_a_prompt_in_which_a_jitter_buffer_skipped_is_still_the_prompt() -> None:
    prompt = beginning(speech(1), 2)
    share, _ = find_prompt(np.concatenate([prompt[:8000], prompt[9120:], speech(2)]), prompt)
    assert SAME_PROMPT < share < 1


def test_another_prompt_is_not_the_prompt() -> None:
    assert find_prompt(np.concatenate([speech(2), speech(3)]), speech(1)) == (0.0, 0)


def test_half_a_prompt_is_not_the_prompt() -> None:
    prompt = beginning(speech(1), 2)
    heard = np.concatenate([prompt[:RATE], np.zeros(2 * RATE, dtype=np.int16)])
    assert find_prompt(heard, prompt)[0] < SAME_PROMPT


def test_the_same_sounds_in_another_order_are_not_the_prompt() -> None:
    pieces = np.split(beginning(speech(1), 2), 10)
    shuffled = np.concatenate(pieces[::-1])
    assert find_prompt(shuffled, beginning(speech(1), 2))[0] < SAME_PROMPT


def test_nothing_is_found_in_less_than_a_piece_nor_of_a_silent_prompt() -> None:
    assert find_prompt(speech(1)[:100], speech(1)) == (0.0, 0)
    assert find_prompt(speech(1), np.zeros(RATE, dtype=np.int16)) == (0.0, 0)


def test_which_prompt_names_the_one_heard_or_none() -> None:
    prompts = {"welcome": speech(1), "goodbye": speech(2)}
    assert which_prompt(speech(2), prompts) == "goodbye"
    assert which_prompt(speech(3), prompts) is None
    assert which_prompt(speech(1), {}) is None


def test_a_prompt_is_known_without_the_silence_it_begins_with() -> None:
    silence = np.zeros(RATE, dtype=np.int16)
    assert np.array_equal(beginning(np.concatenate([silence, speech(1)]), 1), beginning(speech(1), 1))


def test_a_wav_file_comes_back_as_written_and_other_kinds_are_refused(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", speech(1))
    assert np.array_equal(read_wav(tmp_path / "a.wav"), speech(1))
    data = bytearray((tmp_path / "a.wav").read_bytes())
    data[24:28] = (16000).to_bytes(4, "little")
    (tmp_path / "b.wav").write_bytes(data)
    with pytest.raises(ValueError, match="8000 Hz"):
        read_wav(tmp_path / "b.wav")


def test_a_prompt_of_a_single_piece_is_found() -> None:
    word = np.concatenate([tone(700, 1100, seconds=0.2), np.zeros(600, np.int16)])
    heard = np.concatenate([tone(300, seconds=1.0), word, tone(300, seconds=1.0)])
    assert find_prompt(heard, beginning(word, 2.0))[0] >= SAME_PROMPT
    assert find_prompt(tone(300, seconds=2.0), beginning(word, 2.0))[0] < SAME_PROMPT
