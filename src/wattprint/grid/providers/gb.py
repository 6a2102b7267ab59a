"""Carbon Intensity API of Great Britain: half-hourly, national and for 17 regions, no key.

Interface: https://carbon-intensity.github.io/api-definitions (2024); by NESO, CC BY 4.0. What is
emitted at the plant, imports and losses included. Each figure is the mean of its half hour.
Met here: a start on the half hour may give the half hour before, so the minute after is asked for;
a region's `data` is a list in the documentation and an object in life.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from wattprint.domain.series import IntensityInterval, IntensitySeries
from wattprint.grid.answers import Asked, intervals_once, quoted, rfc3339
from wattprint.grid.caller import Caller
from wattprint.grid.errors import UncoveredZoneError
from wattprint.grid.providers.base import DAY_S, Access, Signal, gathered, pieces, within
from wattprint.grid.transport import Request

NAME = "gb"
BASE_URL = "https://api.carbonintensity.org.uk"
SPACING_S = 0.2
"""No limit is published. [s]"""
SLOT_S = 1800.0
LONGEST_FORECAST_H = 48
_LONGEST_HISTORY_S = 14 * DAY_S - SLOT_S
_MINUTE_S = 60.0
_COUNTRIES = {"GB-ENG": 15, "GB-SCT": 16, "GB-WLS": 17}
"""ISO 3166-2 codes of the regions that are countries."""
_LAST_REGION = 17
_OUTWARD = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
"""The first half of a postcode: a few thousand households share one."""


class CarbonIntensityGB:
    """Asks the Carbon Intensity API.

    Args:
        caller: What sends.
        base_url: Address of the service.
    """

    name = NAME
    signals: tuple[Signal, ...] = (Signal("average", "direct", "delivered"),)
    resolution = ""
    longest_forecast_h = LONGEST_FORECAST_H
    settles_after_s = DAY_S

    def __init__(self, caller: Caller, *, base_url: str = BASE_URL) -> None:
        self._caller = caller
        self._base_url = base_url.rstrip("/")

    def place(self, zone: str) -> str:
        """Return 'GB', or a region of it: 'GB-SCT', 'GB:13', 'GB:RG10'.

        Raises:
            UncoveredZoneError: Anything else.
        """
        name = zone.strip().upper()
        if name == "GB" or name in _COUNTRIES:
            return name
        country, colon, part = name.partition(":")
        is_region = part.isdecimal() and 1 <= int(part) <= _LAST_REGION
        if (country, colon) == ("GB", ":") and (is_region or _OUTWARD.fullmatch(part)):
            return name
        raise UncoveredZoneError(
            f"zone {zone!r} is not in Great Britain's service {NAME!r}",
            "expected 'GB', 'GB-ENG', 'GB-SCT', 'GB-WLS', a region 'GB:1' to 'GB:17' or the first "
            "half of a postcode, 'GB:RG10'",
        )

    def now(self, zone: str, signal: Signal) -> IntensitySeries:
        """Return the current half hour; `forecast` where it is not measured yet."""
        now_s = self._caller.now_s
        path = "/intensity" if zone == "GB" else f"/regional/{_part(zone)}"
        found = self._intervals(zone, path, wanted=("actual", "forecast"))
        return self._series(zone, signal, within(Asked(NAME, zone), found, now_s, now_s + 1))

    def history(self, zone: str, signal: Signal, start_s: float, end_s: float) -> IntensitySeries:
        """Return past half hours: what was metered nationally, the last forecast regionally."""
        asked = Asked(NAME, zone)
        wanted = ("actual",) if zone == "GB" else ("forecast",)

        def ask(piece_start: float, piece_end: float) -> list[IntensityInterval]:
            span = f"{_minute(piece_start)}/{_minute(piece_end - SLOT_S)}"
            path = f"/intensity/{span}" if zone == "GB" else f"/regional/intensity/{span}"
            more = "" if zone == "GB" else f"/{_part(zone)}"
            found = self._intervals(zone, path + more, wanted=wanted)
            return within(asked, found, piece_start, piece_end)

        start_s = start_s // SLOT_S * SLOT_S
        end_s = -(-end_s // SLOT_S) * SLOT_S
        found = gathered(ask, asked, pieces(start_s, end_s, _LONGEST_HISTORY_S))
        return self._series(zone, signal, intervals_once(asked, found))

    def forecast(self, zone: str, signal: Signal, hours: int) -> IntensitySeries:
        """Return the forecast of the next 24 or 48 hours, in force when it was fetched."""
        now_s = self._caller.now_s // SLOT_S * SLOT_S
        span = f"/intensity/{_minute(now_s)}/{'fw24h' if hours <= 24 else 'fw48h'}"
        path = span if zone == "GB" else f"/regional{span}/{_part(zone)}"
        found = self._intervals(zone, path, wanted=("forecast",))
        end_s = now_s + (LONGEST_FORECAST_H + 1) * 3600.0
        inside = within(Asked(NAME, zone), found, now_s, end_s)
        return self._series(zone, signal, inside, issued_at_s=self._caller.now_s)

    def access(self) -> Access:
        """Return what the service answers: it wants no key."""
        self._intervals("GB", "/intensity", wanted=("actual", "forecast"))
        return Access(True, "national and regional figures, 48 h forecast; no key is needed")

    def _intervals(
        self, zone: str, path: str, *, wanted: tuple[str, ...]
    ) -> list[IntensityInterval]:
        document = self._caller.json(Request(self._base_url + path), zone)
        return parsed(Asked(NAME, zone), document, wanted=wanted)

    def _series(
        self,
        zone: str,
        signal: Signal,
        intervals: list[IntensityInterval],
        *,
        issued_at_s: float | None = None,
    ) -> IntensitySeries:
        notes = ["revised for a day and longer"]
        if issued_at_s is not None:
            notes = ["the service does not say when it made the forecast: issued when fetched"]
        if zone != "GB":
            notes.append("regional figures are forecasts, of past half hours too")
        return IntensitySeries(
            zone,
            intervals,
            **signal._asdict(),
            provider=NAME,
            issued_at_s=issued_at_s,
            fetched_at_s=self._caller.now_s,
            notes=notes,
        )


def _part(zone: str) -> str:
    """Return the part of a path that names a region."""
    part = zone.partition(":")[2] or str(_COUNTRIES.get(zone, ""))
    return f"regionid/{part}" if part.isdecimal() else f"postcode/{quote(part)}"


def _minute(moment_s: float) -> str:
    """Return a time as the path wants it, a minute later: on the edge two half hours meet."""
    return rfc3339(moment_s + _MINUTE_S)[:16] + "Z"


def parsed(asked: Asked, document: Any, *, wanted: tuple[str, ...]) -> list[IntensityInterval]:
    """Return the half hours of an answer, national or of one region.

    Args:
        asked: Service and zone.
        document: The answer.
        wanted: Figures taken, `actual` or `forecast`, the preferred one first.
    """
    found = []
    for row in _rows(asked, asked.field(document, "data")):
        start_s = asked.moment_s(asked.field(row, "from"))
        end_s = asked.moment_s(asked.field(row, "to"))
        figures = asked.field(row, "intensity")
        if not isinstance(figures, Mapping):
            raise asked.bad(f"intensity {quoted(figures)} in the answer is no object")
        unit = figures.get("unit", figures.get("units"))
        if unit not in (None, "gCO2/kWh"):
            raise asked.bad(f"the answer is in {quoted(unit)}, not gCO2/kWh")
        if "forecast" not in figures:
            raise asked.bad("a half hour in the answer has no 'forecast'")
        for state in wanted:
            intensity = asked.intensity(figures.get(state))
            if intensity is not None:
                found.append(IntensityInterval(start_s, end_s, intensity, state))
                break
    _refuse_another_step(asked, found)
    return intervals_once(asked, found)


def _refuse_another_step(asked: Asked, intervals: list[IntensityInterval]) -> None:
    for interval in intervals:
        if interval.end_s - interval.start_s != SLOT_S:
            minutes = (interval.end_s - interval.start_s) / 60
            raise asked.bad(f"a figure in the answer is of {minutes:g} min, not of half an hour")


def _rows(asked: Asked, found: Any) -> Iterator[Any]:
    """Yield the half hours: themselves nationally, inside one region's object regionally."""
    for item in [found] if isinstance(found, Mapping) else asked.rows(found, "data"):
        if not isinstance(item, Mapping):
            raise asked.bad("a row in the answer is no object")
        if "data" in item:
            _require_region(asked, item)
            within_region = item["data"]
            is_one = isinstance(within_region, Mapping)
            yield from [within_region] if is_one else asked.rows(within_region, "data")
        elif asked.zone == "GB":
            yield item
        else:
            raise asked.bad("the answer is national where a region was asked for")


def _require_region(asked: Asked, item: Mapping[str, Any]) -> None:
    """Refuse another region than the one asked for."""
    if asked.zone == "GB":
        raise asked.bad("the answer is of a region where the national one was asked for")
    part = asked.zone.partition(":")[2] or str(_COUNTRIES[asked.zone])
    name = "regionid" if part.isdecimal() else "postcode"
    asked.same(name, str(asked.field(item, name)).upper(), part)
