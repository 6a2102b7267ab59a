"""The footprints of runs that are sent to the hub: by their own hours where those are to be had."""

from collections.abc import Mapping
from typing import Any

from wattprint.cli.by_hour import has_hours, is_by_hour_asked, series_of
from wattprint.cli.output import say
from wattprint.cli.places import PLACE
from wattprint.domain.errors import InputError, UnknownNameError, WattprintError
from wattprint.domain.footprint import Footprint
from wattprint.domain.run import RunRecord
from wattprint.domain.series import IntensitySeries
from wattprint.estimator.by_hour import ALL, bounds_of_run
from wattprint.estimator.tracked import footprint_of_run

AS_SET_UP: Mapping[str, Any] = {"by_hour": None, "provider": None, "series_file": None}
"""Nothing said: by hour where a service is set up."""


class Charging:
    """Charges runs as `wattprint show` would, at the place that each recorded.

    Where the hours of one of many are not to be had, that one is charged at the year's mean: the
    others do not wait for it. A service that is away is asked once.

    Args:
        said: The options of `by_hour_options`.
        home: Home folder of settings and cache.
        is_single: Whether one run was named: it is refused where its hours were asked for and are
            not to be had.
    """

    def __init__(self, said: Mapping[str, Any], home: str | None, *, is_single: bool) -> None:
        self._said = said
        self._home = home
        self.is_asked = is_by_hour_asked(said)
        self._is_strict = is_single and self.is_asked
        self._is_away = False
        self.at_year_mean = 0
        """Runs whose hours were not to be had."""
        self.reason = ""
        """Why not, of the first of them."""

    def require_service(self) -> None:
        """Refuse a service that no run could be charged by.

        Raises:
            InputError: The one that was named is none, or is not set up.
        """
        if self._said["provider"] is not None and self.is_asked:
            from wattprint.cli.grid_asking import opened

            with opened(self._home) as grid:
                grid.services.named(self._said["provider"])

    def footprint(self, run: RunRecord) -> Footprint:
        """Return the footprint of a run.

        Raises:
            InputError: Options that contradict each other, an unknown service or place; of a single
                run also that its hours are not to be had.
        """
        series = self._series(run)
        if series is not None and not self._is_strict:
            # Hours of another time, or a run that used nothing: then the year's mean is as right.
            try:
                return footprint_of_run(run, series=series)
            except InputError as error:
                self._failed(error)
                series = None
        return footprint_of_run(run, series=series)

    def tell(self) -> None:
        """Say how many runs were charged at the year's mean because something failed."""
        if self.at_year_mean:
            runs = "1 run is" if self.at_year_mean == 1 else f"{self.at_year_mean:,} runs are"
            say(f"wattprint: {runs} charged at the year's mean: {self.reason}")

    def _series(self, run: RunRecord) -> IntensitySeries | None:
        place = {name: run.place.get(name) for name in PLACE}
        try:
            window = bounds_of_run(run)
            if self._is_away:
                self.at_year_mean += has_hours(place, window)
                return None
            return series_of(place, window, self._said, self._home, failed=self._failed)
        except (WattprintError, OSError) as error:
            is_wrong = isinstance(error, UnknownNameError) or not self.is_asked
            if self._is_strict or is_wrong:
                raise
            self._failed(error)
            return None

    def _failed(self, error: Exception) -> None:
        from wattprint.grid.errors import KeyRefusedError, QuotaError, UnreachableError

        self._is_away = isinstance(error, (KeyRefusedError, QuotaError, UnreachableError))
        self.at_year_mean += 1
        self.reason = self.reason or str(error)


def is_all_by_hour(footprint: Footprint) -> bool:
    """Whether all energy of a footprint is charged by its own hours."""
    return footprint.hours is not None and footprint.hours.coverage >= ALL
