"""What happened in a contact so far, for the agent who takes it."""

import msgspec

MOST_STEPS = 60
"""The newest are kept; all are recorded."""


class Step(msgspec.Struct, frozen=True):
    """A step of a contact's life: what its caller went through, pressed and was told. `at` is epoch seconds."""

    number: int
    at: float
    what: str
    detail: str
