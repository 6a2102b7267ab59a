"""Intensity of the hours of a cluster's jobs, for `wattprint account`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wattprint.cli.by_hour import series_of
from wattprint.domain.series import IntensitySeries

if TYPE_CHECKING:
    from wattprint.accounting.account import FindSeries
    from wattprint.accounting.site import Site
    from wattprint.domain.jobs import Kind


class Hours:
    """Finds the hours of every place of a log, each once.

    Args:
        said: The options of `by_hour_options`.
        home: Home folder of settings and cache.
    """

    def __init__(self, said: Mapping[str, Any], home: str | None) -> None:
        self._said = said
        self._home = home

    def find(self, kinds: "Sequence[Kind]", site: "Site") -> "FindSeries | None":
        """Return how to find the hours of a place; None where none has any.

        Raises:
            InputError: The hours were asked for and are not to be had.
        """
        from wattprint.accounting.factors_table import place_said

        if self._said["by_hour"] is False:
            series_of({}, None, self._said, self._home)  # refuses what is said beside it
            return None
        firsts = [kind.first_s for kind in kinds if kind.first_s is not None]
        lasts = [kind.last_s for kind in kinds if kind.last_s is not None]
        window = (float(min(firsts)), float(max(lasts))) if firsts and lasts else None
        found: dict[str, IntensitySeries | None] = {}
        for kind in kinds:
            place = place_said(kind, site)
            label = _label(place)
            if label not in found:
                found[label] = series_of(place, window, self._said, self._home)
        if not any(series is not None for series in found.values()):
            return None
        return lambda place, first_s, last_s: found[_label(place)]  # noqa: ARG005


def _label(place: Mapping[str, Any]) -> str:
    return repr(sorted(place.items(), key=str))
