"""Local clocks in files: the day of 23 hours, the day of 25, and the hour that comes twice."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from wattprint.domain.errors import InputError


class LocalClock:
    """Turns local times into UTC, row after row.

    In the hour that comes twice in autumn a time means the first pass until time would stand still
    or run backwards; then it means the second.

    Args:
        zone: The clock's time zone; None where none was stated, and then no local time is read.
    """

    def __init__(self, zone: ZoneInfo | None) -> None:
        self._zone = zone
        self._last_s = float("-inf")
        self._first_passes: set[str] = set()
        self._second_passes: set[str] = set()

    def moment_s(self, text: str) -> float | None:
        """Return a local time as seconds since 1970; None if it is none, or there is no zone.

        Raises:
            InputError: A time that the clock skips in spring.
        """
        try:
            local = datetime.fromisoformat(text)
        except ValueError:
            return None
        if self._zone is None or local.tzinfo is not None:
            return None
        first, second = (_utc(local, self._zone, fold) for fold in (0, 1))
        if first.astimezone(self._zone).replace(tzinfo=None) != local:
            raise InputError(
                f"time {text} does not exist in {self._zone.key}: clocks skip it",
                "expected times of that clock, or times with their offset",
            )
        if first == second:
            self._last_s = first.timestamp()
            return self._last_s
        is_second = first.timestamp() <= self._last_s
        (self._second_passes if is_second else self._first_passes).add(text)
        self._last_s = (second if is_second else first).timestamp()
        return self._last_s

    def refuse_half_told_hours(self, where: str) -> None:
        """Refuse an hour that comes twice by the clock and once in the rows: which was it?

        Raises:
            InputError: There is one.
        """
        for text in sorted(self._first_passes ^ self._second_passes):
            raise InputError(
                f"time {text} comes twice by the clock and once in {where}",
                "expected both, in their order, or times with their offset",
            )


def _utc(local: datetime, zone: ZoneInfo, fold: int) -> datetime:
    return local.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc)
