"""What of a run is derived alike however it was read: its moment, its whole numbers, its rank."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from wattprint.domain.hours import MOST_VALUES
from wattprint.domain.run import HARDWARE
from wattprint.hub.ingest.messages import LARGEST_UG, NO_CONTROLS, Hours
from wattprint.hub.storage.note_tables import MOST_TAGS, TAG

MS_PER_DAY = 86_400_000
UG_PER_KG = 1e9
CPU = "CPU"
"""Hardware of a run without accelerators."""
RUNNING = "running"
"""Outcome of a run whose record has no end yet."""
SAME_ENERGY = 1e-6
"""A footprint of other readings than the record's differs by more than this. [ratio]"""

_LONGEST_NAME = 200
_NAME = re.compile(NO_CONTROLS)
_TAG = re.compile(TAG.rstrip("$") + r"\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MILLISECOND = timedelta(milliseconds=1)
_COUNT = slice(40, 45)
"""Where a rank says how often the hub has computed the footprint: behind whether the run ended (1),
its duration (14), the version of the factors (24) and how much is charged by its own hours (1)."""
_HASHED = 2047
"""Bytes hashed at a time. For more of them hashlib lets go of the interpreter's lock and takes it
again at once, and whoever waits for it to write a batch begins to wait anew, a thousand times."""
_EIGHTHS, _NEARLY = 8, 0.01
_NEVER: tuple[int | None, int | None, int | None] = (None, None, None)


class ReadRun(NamedTuple):
    """A run of a batch that is in order."""

    row: dict[str, Any]
    """Of the table `runs`, without tenant and time of arrival."""
    footprint: dict[str, Any] | None
    """Of the table `footprints`, likewise."""
    tags: tuple[str, ...] = ()
    """Of the table `run_tags`."""

    @property
    def key(self) -> tuple[str, str]:
        """Project and id."""
        return self.row["project_id"], self.row["run_id"]


def tags_of_record(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a record's tags as runs are found by them; what cannot be a tag is left out.

    >>> tags_of_record({"lr": "0.1", "kind": "job", "words": "two words"})
    ('kind=job', 'lr=0.1')
    """
    found = (f"{name}={value}" for name, value in said.items() if isinstance(value, str))
    return tuple(sorted(tag for tag in found if _TAG.fullmatch(tag))[:MOST_TAGS])


def milliseconds(moment: str) -> int:
    """Return a moment of RFC 3339 in milliseconds since 1970.

    Raises:
        ValueError: It is none.
        TypeError: It says no offset from UTC.
    """
    return (datetime.fromisoformat(moment.replace("Z", "+00:00")) - _EPOCH) // _MILLISECOND


def hardware_said(host: Mapping[str, Any]) -> str | None:
    """Return what a host says that a run without devices ran on; None for what is no name."""
    said = host.get(HARDWARE)
    is_name = isinstance(said, str) and 0 < len(said) <= _LONGEST_NAME and _NAME.search(said)
    return said if is_name else None


def rounded(amount: float) -> int:
    """Round what is 0 or more as the accounting text does: floor(x + 1/2)."""
    return int(amount + 0.5)


def timed(
    hours: Hours | None, it_j: int | None, location_ug: int | None
) -> tuple[int | None, int | None, int | None]:
    """Return what a run is in the share of carbon-aware compute, in the order of `TIMED`.

    Args:
        hours: What its footprint was charged at; None for the year's mean.
        it_j: Its energy. [J]
        location_ug: Its emissions. [ugCO2e]

    Returns:
        Its energy as far as its hours cover it [J]; that again, if they were cleaner than the
        year's mean, else 0; and what they saved beside it, below 0 what they cost. [ugCO2e] All
        None for a run that is not charged by its own hours, or whose hours are compared with
        nothing.

    Raises:
        ValueError: More hours than a footprint holds, or more emissions than any run's.
    """
    if hours is None:
        return _NEVER
    if sum(len(stretch.g_per_kwh) for stretch in hours.steps) > MOST_VALUES:
        raise ValueError(f"there are more than {MOST_VALUES:,} intensities")
    at_mean_kg = hours.emissions_at_year_mean_kg
    if at_mean_kg is None or it_j is None or location_ug is None:
        return _NEVER
    if at_mean_kg * UG_PER_KG > LARGEST_UG:
        raise ValueError(f"{at_mean_kg!r} is too large for one run")
    saved_ug = rounded(at_mean_kg * UG_PER_KG) - location_ug
    timed_j = min(it_j, rounded(it_j * hours.coverage))
    return timed_j, timed_j if saved_ug > 0 else 0, saved_ug


def rank_of(
    outcome: str,
    duration_ms: int,
    factor_set_version: str | None,
    record: Any,
    footprint: Any,
    *,
    hours: Hours | None = None,
) -> str:
    """Return which of several records of a run holds: the greatest, so that order does not matter.

    One that has ended goes before one that goes on, then the longer, then the newer factors, then
    the one that more of is charged by its own hours, then what the hub itself computed (see
    `recomputed`); what is left is settled by content. Digits alone: every database sorts those
    alike.
    """
    content = sha256()
    for text in (record, b"\n", footprint):
        view = memoryview(text)
        for i in range(0, len(view), _HASHED):
            content.update(view[i : i + _HASHED])
    version = _comparable(factor_set_version or "0")
    has_ended = "0" if outcome == RUNNING else "1"
    by_hour = 0 if hours is None else 1 + int(_EIGHTHS * hours.coverage + _NEARLY)
    return f"{has_ended}{duration_ms:014d}{version}{by_hour}00000{content.hexdigest()}"


def is_by_hour(rank: str) -> bool:
    """Whether a run of this rank is charged by its own hours, compared with a mean or not."""
    return rank[_COUNT.start - 1] != "0"


def recomputed(run: ReadRun, held_rank: str) -> ReadRun:
    """Return a run as computed by the hub: it goes before what holds of the same factors.

    Counted, not timed: a clock that was set back changes nothing.

    Args:
        run: The record that is stored, with its new footprint.
        held_rank: The rank of what is stored now.
    """
    rank = run.row["rank"]
    is_same_version = held_rank[: _COUNT.start] == rank[: _COUNT.start]
    count = int(held_rank[_COUNT]) + 1 if is_same_version else 1
    rank = f"{rank[: _COUNT.start]}{count:05d}{rank[_COUNT.stop :]}"
    footprint = None if run.footprint is None else {**run.footprint, "rank": rank}
    return run._replace(row={**run.row, "rank": rank}, footprint=footprint)


@lru_cache(maxsize=256)
def _comparable(version: str) -> str:
    """Return a version as digits that sort as it does."""
    parts = [int(part) for part in version.split(".")]
    return "".join(f"{part:08d}" for part in (*parts, 0, 0)[:3])
