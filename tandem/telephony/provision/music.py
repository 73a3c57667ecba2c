"""Music for those who wait: made by arithmetic, so that it belongs to nobody and needs no file."""

import math
import os
import wave
from array import array
from itertools import cycle, islice
from pathlib import Path

RATE = 8000
NOTE_SECONDS = 0.5
LOUDNESS = 5000

_C3, _E3, _F3, _G3, _A3, _B3, _C4, _D4, _E4, _F4, _G4, _A4 = (
    440 * 2 ** ((note - 69) / 12) for note in (48, 52, 53, 55, 57, 59, 60, 62, 64, 65, 67, 69)
)
CHORDS = ((_C3, _G3, _C4, _E4), (_A3, _C4, _E4, _A4), (_F3, _C4, _F4, _A4), (_G3, _D4, _G4, _B3))
"""C major, A minor, F major, G major: frequencies in Hz, equal temperament with A4 = 440 Hz."""


def write_music(folder: Path) -> None:
    """Put about half a minute of soft broken chords into `folder` (8 kHz, 16 bit, mono), unless it is there."""
    file = folder / "waiting.wav"
    if file.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    _write(file, _samples())


def write_tone(file: Path) -> None:
    """Put a quarter of a second of A5 into `file`: what a caller hears before being recorded."""
    turn = 2 * math.pi * 880 / RATE
    fade = RATE // 100
    at = range(RATE // 4)
    _write(file, array("h", (int(LOUDNESS * min(1, n / fade, (len(at) - n) / fade) * math.sin(turn * n)) for n in at)))


def _write(file: Path, samples: "array[int]") -> None:
    partial = file.with_suffix(".partial")
    with wave.open(str(partial), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(samples.tobytes())
    partial.chmod(0o644)
    os.replace(partial, file)  # noqa: PTH105


def _samples() -> "array[int]":
    """Each chord upward and again, twice through; every note rings on under the next ones."""
    notes = [note for chord in CHORDS * 2 for note in islice(cycle(chord), 8)]
    step = int(NOTE_SECONDS * RATE)
    sound = [0.0] * (len(notes) * step)
    for number, frequency in enumerate(notes):
        for at, value in enumerate(_note(frequency)):
            sound[(number * step + at) % len(sound)] += value
    peak = max(abs(value) for value in sound)
    return array("h", (int(value * LOUDNESS / peak) for value in sound))


def _note(frequency: float) -> list[float]:
    """A plucked tone of 1.5 s: a sine with a little of its octave, dying away."""
    turn = 2 * math.pi * frequency / RATE
    return [
        min(at / 80, 1) * math.exp(-3.0 * at / RATE) * (math.sin(turn * at) + 0.3 * math.sin(2 * turn * at))
        for at in range(int(1.5 * RATE))
    ]
