"""How well a voice came over, from what was counted of it. Pure."""

import msgspec

BAD = 3.6
"""The score below which many users are dissatisfied (ITU-T G.107, Annex B: R = 70)."""
SHORTEST = 100
"""Packets (a second of both ways) of which more is said than chance."""

BEST = 93.2
ROBUSTNESS = 25.1
"""Bpl of G.711 with concealment (ITU-T G.113, table I.4); opus, which conceals too, is in no table."""
CODEC_DELAY = 10.0
LATE = 177.3
"""Milliseconds of one way from which delay is felt in a talk."""


class Measured(msgspec.Struct, frozen=True):
    """What one end of a voice counted: packets that it `received` and `lost`, that it `sent` and its far end said
    were `lost_there`. `jitter` and `round_trip` are seconds, the latter 0 where the far end told nothing. `codec` as
    that end names it."""

    codec: str
    received: int
    lost: int
    sent: int
    lost_there: int
    jitter: float
    round_trip: float

    @property
    def loss(self) -> float:
        """Share (0 to 1) lost, the worse way of both; 1 where nothing came at all."""
        came = self.lost / (self.received + self.lost) if self.received else 1.0
        return min(1.0, max(came, self.lost_there / self.sent if self.sent else 0.0))

    @property
    def tells(self) -> bool:
        """Whether there was enough of it."""
        return self.received + self.lost + self.sent >= SHORTEST


def score_of(measured: Measured) -> float:
    """The mean opinion score, 1 (bad) to 4.4.

    ITU-T G.107's E-model as Cole and Rosenbluth simplified it for monitoring ("Voice over IP performance monitoring",
    ACM SIGCOMM CCR 31(2), 2001): R = 93.2 - Id - Ie. Id = 0.024 d + 0.11 (d - 177.3) above 177.3, with d the
    milliseconds of one way, twice the jitter for the buffer among them. Ie = 95 Ppl / (Ppl + Bpl) (G.107, 7-29), with
    Ppl the percent lost. R to the score by G.107 Annex B.
    """
    delay = 1000 * (measured.round_trip / 2 + 2 * measured.jitter) + CODEC_DELAY
    late = 0.024 * delay + 0.11 * max(0.0, delay - LATE)
    percent = 100 * measured.loss
    r = max(0.0, BEST - late - 95 * percent / (percent + ROBUSTNESS))
    return max(1.0, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r))
