"""When customers may be called: in the centre's hours, and not in the quiet hours of where they are."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tandem.ivr.opening import Opening, spans
from tandem.said import said

MOST_STEPS = 1000
"""Windows that shut before another opens; whoever is past that many is never called."""


class Window(NamedTuple):
    """Times when calling is right by the clock of one zone."""

    zone: ZoneInfo
    opening: Opening

    @classmethod
    def of(cls, zone: str, opening: Opening) -> "Window":
        """A window by the name of its zone."""
        return cls(ZoneInfo(zone), opening)

    def open_at(self, moment: float) -> bool:
        """Whether it is open at a moment (epoch seconds, as all here)."""
        return self.opening.open_at(self._local(moment))

    def opens_after(self, moment: float) -> float | None:
        """When it opens next."""
        return self._epoch(self.opening.opens_after(self._local(moment)))

    def closes_after(self, moment: float) -> float | None:
        """When one of its spans ends next."""
        return self._epoch(self.opening.closes_after(self._local(moment)))

    def _local(self, moment: float) -> datetime:
        return datetime.fromtimestamp(moment, self.zone).replace(tzinfo=None)

    def _epoch(self, local: datetime | None) -> float | None:
        return local.replace(tzinfo=self.zone).timestamp() if local else None


def quiet_window(quiet: str, zone: str) -> Window:
    """All times but the quiet ones (`21:00-08:00`) of a zone."""
    return Window.of(zone, quiet_opening(quiet))


@lru_cache(maxsize=1000)
def quiet_opening(quiet: str) -> Opening:
    """The hours of a day that are not quiet; ValueError says what is wrong with `quiet`."""
    begin, _, end = (part.strip() for part in quiet.partition("-"))
    past_midnight = begin > end
    loud = f"{end}-{begin}" if past_midnight else ", ".join(_around(begin, end))
    try:
        spans(loud)
    except ValueError:
        raise ValueError(
            said("{quiet!r} are no quiet hours; write 21:00-08:00, or leave it empty", quiet=quiet)
        ) from None
    return Opening({"monday-sunday": loud}, {})


def _around(begin: str, end: str) -> list[str]:
    before = [f"00:00-{begin}"] if begin != "00:00" else []
    after = [f"{end}-24:00"] if end != "24:00" else []
    return before + after


def allowed_from(windows: Sequence[Window], moment: float) -> float | None:
    """The first time from `moment` on at which every window is open, None when there is none."""
    for _ in range(MOST_STEPS):
        shut = next((window for window in windows if not window.open_at(moment)), None)
        if shut is None:
            return moment
        opens = shut.opens_after(moment)
        if opens is None:
            return None
        moment = opens
    return None


def allowed_until(windows: Sequence[Window], moment: float) -> float | None:
    """Until when at least every window stays open, None when none ever shuts."""
    ends = (window.closes_after(moment) for window in windows)
    return min((end for end in ends if end is not None), default=None)
