"""Sounds that a test can know again."""

import io
import math
import wave
from array import array
from itertools import pairwise


def tone(seconds: float = 1.0, rate: int = 44100, channels: int = 2, loud: int = 20000) -> bytes:
    """A WAV of 440 Hz."""
    wave_of = (int(loud * math.sin(2 * math.pi * 440 * at / rate)) for at in range(int(seconds * rate)))
    samples = array("h", (sample for each in wave_of for sample in [each] * channels))
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return made.getvalue()


def heard(sound: bytes) -> "tuple[int, int, float, array[int]]":
    """Rate, channels, seconds and samples of a WAV."""
    with wave.open(io.BytesIO(sound)) as file:
        samples = array("h", file.readframes(file.getnframes()))
        return file.getframerate(), file.getnchannels(), file.getnframes() / file.getframerate(), samples


def is_tone(sound: bytes) -> bool:
    """Whether it crosses zero 880 times a second."""
    _, _, seconds, samples = heard(sound)
    crossings = sum((a < 0) != (b < 0) for a, b in pairwise(samples))
    return abs(crossings / seconds - 880) < 10
