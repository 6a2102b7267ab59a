"""Carbon Aware SDK: a service that people run themselves in front of another source.

Interface: Web API 1.8 of the Green Software Foundation's Carbon Aware SDK (2025). It does not say
whether its figures are average or marginal, so who runs it must. Met here: it ignores parameters
that it does not know (with `startTime` instead of `time` it answers with now), so the times of an
answer are compared with those asked for; `optimalDataPoint(s)` and durations come in two shapes.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from wattprint.domain.series import IntensityInterval, IntensitySeries
from wattprint.grid.answers import Asked, intervals_once, quoted, rfc3339
from wattprint.grid.caller import Caller
from wattprint.grid.errors import RequestRefusedError, ServiceError, UncoveredZoneError
from wattprint.grid.providers.base import DAY_S, HOUR_S, Access, Signal, gathered, pieces, within
from wattprint.grid.transport import Request, Response

NAME = "carbon-aware-sdk"
_LOCATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_TIME_SPAN = re.compile(r"(?:(\d{1,3})\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?")
"""Days, hours, minutes and seconds as .NET writes them: '00:05:00', '1.00:00:00'."""
_LONGEST_HISTORY_S = 10 * DAY_S


class CarbonAwareSdk:
    """Asks an instance of the Carbon Aware SDK.

    Args:
        caller: What sends, with `explained` as its meaning of a status.
        base_url: Address of the instance.
        signal: What its source gives; the instance does not say.
    """

    name = NAME
    resolution = ""
    longest_forecast_h = 96  # as far as any of its sources goes
    settles_after_s = 2 * DAY_S

    def __init__(self, caller: Caller, *, base_url: str, signal: Signal) -> None:
        self._caller = caller
        self._base_url = base_url.rstrip("/")
        self.signals: tuple[Signal, ...] = (signal,)

    def place(self, zone: str) -> str:
        """Return a location as the instance names it: 'eastus'.

        Raises:
            UncoveredZoneError: No name at all.
        """
        if _LOCATION.fullmatch(zone):
            return zone
        raise UncoveredZoneError(
            f"zone {zone!r} is no location",
            f"expected a name that /locations of your {NAME} lists, such as 'eastus'",
        )

    def now(self, zone: str, signal: Signal) -> IntensitySeries:
        """Return the newest figure of the last two hours."""
        now_s = self._caller.now_s
        recent = self._past(zone, now_s - 2 * HOUR_S, now_s + 1)
        return self._series(zone, signal, recent[-1:])

    def history(self, zone: str, signal: Signal, start_s: float, end_s: float) -> IntensitySeries:
        """Return past intensity."""
        windows = pieces(start_s, end_s, _LONGEST_HISTORY_S)
        asked = Asked(NAME, zone)
        found = gathered(lambda start, end: self._past(zone, start, end), asked, windows)
        return self._series(zone, signal, intervals_once(asked, found))

    def forecast(self, zone: str, signal: Signal, hours: int) -> IntensitySeries:
        """Return the newest forecast, as far as the instance's source goes."""
        asked = Asked(NAME, zone)
        url = f"{self._base_url}/emissions/forecasts/current?{urlencode({'location': zone})}"
        document = self._caller.json(Request(url), zone)
        items = [document] if isinstance(document, Mapping) else asked.rows(document, "forecasts")
        if not items:
            raise asked.nothing("the answer holds no forecast")
        item = items[0]
        asked.same("location", asked.field(item, "location"), zone)
        issued_at_s = asked.moment_s(asked.field(item, "generatedAt"))
        rows = asked.rows(asked.field(item, "forecastData"), "forecastData")
        found = [_interval(asked, row, "timestamp", "value", "forecast") for row in rows]
        intervals = intervals_once(asked, [interval for interval in found if interval is not None])
        end_s = max(self._caller.now_s, issued_at_s) + hours * HOUR_S
        inside = within(asked, intervals, intervals[0].start_s, end_s)
        return self._series(zone, signal, inside, issued_at_s=issued_at_s)

    def access(self) -> Access:
        """Return the locations that the instance lists."""
        listed = self._caller.json(Request(f"{self._base_url}/locations"))
        if not isinstance(listed, Mapping):
            raise Asked(NAME, "").bad("the list of locations is no object")
        return Access(True, f"{len(listed)} locations, {self.signals[0]}", tuple(listed))

    def _past(self, zone: str, start_s: float, end_s: float) -> list[IntensityInterval]:
        asked = Asked(NAME, zone)
        window = {"location": zone, "time": rfc3339(start_s), "toTime": rfc3339(end_s)}
        url = f"{self._base_url}/emissions/bylocation?{urlencode(window)}"
        response = self._caller.answer(Request(url), zone)
        if response.status == 204:
            raise asked.nothing("it has no figure of the time that was asked for")
        rows = asked.rows(self._caller.parsed_json(response, zone), "figures")
        found = [_interval(asked, row, "time", "rating", "actual") for row in rows]
        known = intervals_once(asked, [interval for interval in found if interval is not None])
        return within(asked, known, start_s, end_s)

    def _series(
        self,
        zone: str,
        signal: Signal,
        intervals: list[IntensityInterval],
        *,
        issued_at_s: float | None = None,
    ) -> IntensitySeries:
        return IntensitySeries(
            zone,
            intervals,
            **signal._asdict(),
            provider=NAME,
            issued_at_s=issued_at_s,
            fetched_at_s=self._caller.now_s,
            notes=("kind and basis as set for this instance, which does not state them",),
        )


def _interval(
    asked: Asked, row: Any, time: str, figure: str, state: str
) -> IntensityInterval | None:
    """Return one row; None where its figure is null."""
    asked.same("location", asked.field(row, "location"), asked.zone)
    unit = row.get("unit", row.get("units"))
    if unit not in (None, "g/kWh", "gCO2/kWh", "gCO2e/kWh", "gCO2eq/kWh"):
        raise asked.bad(f"the answer is in {quoted(unit)}, not g/kWh")
    intensity = asked.intensity(asked.field(row, figure))
    start_s = asked.moment_s(asked.field(row, time))
    length_s = _length_s(asked, asked.field(row, "duration"))
    if intensity is None:
        return None
    return IntensityInterval(start_s, start_s + length_s, intensity, state)


def _length_s(asked: Asked, duration: Any) -> float:
    """Return a duration: a number is minutes, a text is a time span [s]."""
    length_s = 0.0
    if isinstance(duration, (int, float)) and not isinstance(duration, bool):
        length_s = min(duration, 2 * DAY_S) * 60.0
    elif isinstance(duration, str) and (span := _TIME_SPAN.fullmatch(duration)):
        days, hours, minutes, seconds = (int(part or 0) for part in span.groups())
        length_s = days * DAY_S + hours * HOUR_S + minutes * 60.0 + seconds
    if not 0 < length_s <= DAY_S:
        raise asked.bad(f"a duration of {quoted(duration)} in the answer is none")
    return length_s


def explained(response: Response, zone: str) -> ServiceError | None:
    """Name the mistake that everybody makes first: no source of forecasts is set up."""
    if b"DataSource is not configured" in response.body:
        step = "set its ForecastDataSource and EmissionsDataSource, and restart it"
        cause = "the instance has no source for this call"
        return RequestRefusedError(NAME, zone, cause, step)
    if response.status == 501:
        step = "use another call or another source behind it"
        return RequestRefusedError(NAME, zone, "its source does not offer this call", step)
    return None
