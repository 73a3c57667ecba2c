"""A circuit breaker: spares a service in trouble, and its callers the wait."""


class Breaker:
    """After some failures in a row it is open: nothing is tried. Then one try shows whether all is well again.

    Times are seconds of any clock that does not go backwards.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._open_until: float | None = None
        self._trying = False

    @property
    def state(self) -> str:
        """`closed` (all is well), `open`, or `half_open` while one try is out."""
        if self._open_until is None:
            return "closed"
        return "half_open" if self._trying else "open"

    def allows(self, now: float) -> bool:
        """Whether to try now. Who is allowed must tell what came of it."""
        if self._open_until is None:
            return True
        if self._trying or now < self._open_until:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        """The service answers."""
        self._failures, self._open_until, self._trying = 0, None, False

    def failed(self, now: float, most: int, open_seconds: float) -> None:
        """The service is in trouble: from `most` failures in a row on, let it alone for `open_seconds`."""
        self._failures += 1
        if self._failures >= most:
            self._open_until = now + open_seconds
        self._trying = False
