"""Electricity Maps: average intensity of most of the world's grids, imports traced.

Interface: https://portal.electricitymaps.com/docs (v3 and v4, read 2024 to 2026). Two traps are
met here. Without a zone it knows, the service answers for the country of the caller's address:
that is switched off in every request, and the zone of the answer is compared. A valid key outside
its plan is a 401 like a wrong key: the body tells them apart.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from wattprint.domain.series import IntensityInterval, IntensitySeries
from wattprint.factors.zones import zones
from wattprint.grid.answers import Asked, Point, intervals_of_points, quoted, rfc3339
from wattprint.grid.caller import Caller
from wattprint.grid.errors import KeyRefusedError, NotInPlanError, ServiceError
from wattprint.grid.providers.base import (
    DAY_S,
    HOUR_S,
    Access,
    Signal,
    gathered,
    pieces,
    within,
)
from wattprint.grid.secret import Secret
from wattprint.grid.transport import Request, Response

NAME = "electricitymaps"
BASE_URL = "https://api.electricitymaps.com"
VERSIONS = ("v3", "v4")
GRANULARITIES_S = {"5_minutes": 300.0, "15_minutes": 900.0, "hourly": HOUR_S}
SPACING_S = 1.0
"""No rate is published; once a second has never been refused. [s]"""
_HORIZONS_H = (6, 24, 48, 72)
_NO_CALLERS_COUNTRY = {
    "v3": {"shouldUseFallbackCallerLookup": "false"},
    "v4": {"disableCallerLookup": "true"},
}
_UNITS = ("gCO2eq/kWh", "gCO2e/kWh", "g/kWh")
_SIGNALS = (
    Signal("average", "lifecycle", "consumption"),
    Signal("average", "direct", "consumption"),
)


class ElectricityMaps:
    """Asks Electricity Maps.

    Args:
        caller: What sends, with `explained` as its meaning of a status.
        key: The key of an account.
        base_url: Address of the service.
        version: `v3` or `v4`.
        granularity: Step asked for: `5_minutes`, `15_minutes` or `hourly`.
    """

    name = NAME
    signals: tuple[Signal, ...] = _SIGNALS
    longest_forecast_h = _HORIZONS_H[-1]
    settles_after_s = 2 * DAY_S

    def __init__(
        self,
        caller: Caller,
        *,
        key: Secret,
        base_url: str = BASE_URL,
        version: str = "v3",
        granularity: str = "hourly",
    ) -> None:
        self._caller = caller
        self._key = key
        self._base_url = f"{base_url.rstrip('/')}/{version}"
        self._version = version
        self.resolution = granularity

    def place(self, zone: str) -> str:
        """Return the zone's key, which is our code of it."""
        return zones().find(zone).zone

    def now(self, zone: str, signal: Signal) -> IntensitySeries:
        """Return the newest hour, measured or estimated."""
        document = self._asked_for("latest", zone, signal)
        return self._series(zone, signal, self._intervals(zone, signal, document))

    def history(self, zone: str, signal: Signal, start_s: float, end_s: float) -> IntensitySeries:
        """Return past hours: the last 24 from the free call, others from `past-range` (paid)."""
        asked = Asked(NAME, zone)
        # A window of 24 hours that begins within an hour is asked for from its full hour on.
        if start_s > self._caller.now_s - DAY_S - HOUR_S:
            found = self._intervals(zone, signal, self._asked_for("history", zone, signal))
        else:
            found = gathered(
                lambda start, end: self._past(zone, signal, start, end),
                asked,
                # 10 days is the most that hourly figures are given for at once.
                pieces(start_s, end_s, 10 * DAY_S),
            )
        return self._series(zone, signal, within(asked, found, start_s, end_s))

    def forecast(self, zone: str, signal: Signal, hours: int) -> IntensitySeries:
        """Return the forecast of the next hours, 72 at most; `issued_at` is its last update."""
        horizon = next((known for known in _HORIZONS_H if known >= hours), _HORIZONS_H[-1])
        document = self._asked_for("forecast", zone, signal, horizonHours=str(horizon))
        asked = Asked(NAME, zone)
        issued_at_s = asked.moment_s(asked.field(document, "updatedAt"))
        intervals = self._intervals(zone, signal, document, state="forecast")
        return self._series(zone, signal, intervals, issued_at_s=issued_at_s)

    def access(self) -> Access:
        """Return the zones that the key opens, after trying it on one of them."""
        listed = self._caller.json(self._request("zones", {}))
        if not isinstance(listed, Mapping):
            raise Asked(NAME, "").bad("the list of zones is no object")
        opened = {
            zone: facts["access"]
            for zone, facts in listed.items()
            if isinstance(facts, Mapping) and facts.get("access")
        }
        # The list needs no key; one figure does.
        first = next(iter(opened or listed), "DE")
        self._asked_for("latest", first, _SIGNALS[0])
        calls = sorted({call for access in opened.values() for call in access if call != "*"})
        what = f": {', '.join(calls)}" if calls else ""
        return Access(True, f"{len(opened) or len(listed)} zones{what}", tuple(opened))

    def _past(
        self, zone: str, signal: Signal, start_s: float, end_s: float
    ) -> list[IntensityInterval]:
        window = {"start": rfc3339(start_s), "end": rfc3339(end_s)}
        return self._intervals(zone, signal, self._asked_for("past-range", zone, signal, **window))

    def _asked_for(self, call: str, zone: str, signal: Signal, **more: str) -> Any:
        parameters = {
            "zone": zone,
            "emissionFactorType": signal.basis,
            "temporalGranularity": self.resolution,
            **_NO_CALLERS_COUNTRY[self._version],
            **more,
        }
        return self._caller.json(self._request(f"carbon-intensity/{call}", parameters), zone)

    def _request(self, path: str, parameters: Mapping[str, str]) -> Request:
        query = f"?{urlencode(parameters)}" if parameters else ""
        return Request(f"{self._base_url}/{path}{query}", secret_headers={"auth-token": self._key})

    def _intervals(
        self, zone: str, signal: Signal, document: Any, *, state: str | None = None
    ) -> list[IntensityInterval]:
        step_s = GRANULARITIES_S[self.resolution]
        return parsed(Asked(NAME, zone), document, signal.basis, step_s, state=state)

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
        )


def parsed(
    asked: Asked, document: Any, basis: str, step_s: float, *, state: str | None = None
) -> list[IntensityInterval]:
    """Return the rows of an answer, in any of the shapes that v3 and v4 give them.

    Args:
        asked: Service and zone.
        document: The answer.
        basis: `lifecycle` or `direct`, as asked for.
        step_s: Step asked for. [s]
        state: State of all rows; None reads each row's own.
    """
    rows = _rows(asked, document)
    for row in (document, *rows):
        if isinstance(row, Mapping):
            _refuse_another(asked, row, basis)
            step_s = GRANULARITIES_S.get(str(row.get("temporalGranularity")), step_s)
    points = []
    for row in rows:
        intensity = asked.intensity(asked.field(row, "carbonIntensity"))
        start_s = asked.moment_s(asked.field(row, "datetime"))
        if intensity is not None:
            own = "estimated" if row.get("isEstimated") else "actual"
            points.append(Point(start_s, intensity, state or own))
    return intervals_of_points(asked, points, step_s)


def _rows(asked: Asked, document: Any) -> list[Any]:
    if isinstance(document, list):
        for row in document:
            asked.same("zone", asked.field(row, "zone"), asked.zone)
        return document
    asked.same("zone", asked.field(document, "zone"), asked.zone)
    for name in ("history", "data", "forecast"):
        if name in document:
            rows = document[name]
            return [rows] if isinstance(rows, Mapping) else list(asked.rows(rows, name))
    return [document]


def _refuse_another(asked: Asked, row: Mapping[str, Any], basis: str) -> None:
    """Refuse an answer about another zone, basis or unit than was asked for."""
    if "zone" in row:
        asked.same("zone", row["zone"], asked.zone)
    if row.get("emissionFactorType") is not None:
        asked.same("basis", row["emissionFactorType"], basis)
    unit = row.get("unit", row.get("units"))
    if unit is not None and unit not in _UNITS:
        raise asked.bad(f"the answer is in {quoted(unit)}, not gCO2e/kWh")


def explained(response: Response, zone: str) -> ServiceError | None:
    """Tell a key that is not known from one whose plan does not hold what was asked for."""
    if response.status not in (401, 403):
        return None
    said = response.body.decode("utf-8", "replace").casefold()
    if "request unauthorized" in said or "do not have access" in said:
        cause = "the key's plan does not hold this zone or call"
        step = "`wattprint grid doctor` lists what it holds; the free one has one zone, 24 h back"
        return NotInPlanError(NAME, zone, cause, step)
    step = "check WATTPRINT_ELECTRICITYMAPS_KEY or the key in config.toml"
    return KeyRefusedError(NAME, zone, f"it refuses the key (HTTP {response.status})", step)
