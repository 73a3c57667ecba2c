"""From when on an operator is warned."""

import msgspec


class Threshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A figure is `warn` or `bad` once it has come to this; None: never."""

    warn: float | None = None
    bad: float | None = None


class QueueThresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of a queue: how many wait, the longest wait (seconds), and the shares (0 to 1) that are answered in target, where
    low is bad, and abandoned."""

    waiting: Threshold = Threshold()
    longest_wait: Threshold = Threshold()
    service_level: Threshold = Threshold()
    abandonment: Threshold = Threshold()


class BoardSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the board warns of. `queues` have their own thresholds, all others those of `every_queue`.

    `state_overstayed`: after how many seconds an agent has been in a state for too long.
    """

    every_queue: QueueThresholds = QueueThresholds()
    queues: dict[str, QueueThresholds] = {}
    state_overstayed: dict[str, float] = {}
