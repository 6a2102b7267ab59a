"""WattTime: marginal intensity (what one kWh more emits), in its own regions.

Interface: WattTime API v3, https://docs.watttime.org (read 2024 to 2026). Met here: a token that
lives 30 minutes, ends of windows that belong to the window, and pounds per MWh.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from wattprint.domain.series import IntensityInterval, IntensitySeries
from wattprint.domain.units import GRAMS_PER_POUND
from wattprint.grid.answers import Asked, Point, intervals_of_points, quoted, rfc3339
from wattprint.grid.caller import Caller
from wattprint.grid.errors import (
    KeyRefusedError,
    NotInPlanError,
    ServiceError,
    UncoveredZoneError,
)
from wattprint.grid.providers.base import DAY_S, Access, Signal, gathered, pieces, within
from wattprint.grid.secret import Secret
from wattprint.grid.transport import Request, Response

NAME = "watttime"
BASE_URL = "https://api.watttime.org"
SPACING_S = 0.1
"""3,000 requests in 5 minutes are allowed. [s]"""
UNITS = {"lbs_co2_per_mwh": GRAMS_PER_POUND / 1000.0}
"""1 lb/MWh is 453.59237 g in 1000 kWh. [gCO2/kWh]"""
PERIOD_S = 300.0
"""Step of its figures unless the answer names another. [s]"""
TOKEN_LIVES_S = 25 * 60.0
"""Of the 30 minutes that a token is good for. [s]"""
LONGEST_FORECAST_H = 72
_LONGEST_HISTORY_S = 30 * DAY_S
_SIGNALS = {
    Signal("marginal", "direct", None): "co2_moer",
    Signal("average", "direct", None): "co2_aoer",
}
_REGION = re.compile(r"[A-Z][A-Z0-9_]{1,59}")
_COORDINATES = re.compile(r"(-?\d{1,2}(?:\.\d+)?),\s?(-?\d{1,3}(?:\.\d+)?)")


class WattTime:
    """Asks WattTime.

    Args:
        caller: What sends, with `explained` as its meaning of a status.
        username: Of an account.
        password: Of the same.
        base_url: Address of the service.
    """

    name = NAME
    signals: tuple[Signal, ...] = tuple(_SIGNALS)
    resolution = ""
    longest_forecast_h = LONGEST_FORECAST_H
    settles_after_s = 7 * DAY_S

    def __init__(
        self, caller: Caller, *, username: Secret, password: Secret, base_url: str = BASE_URL
    ) -> None:
        self._caller = caller
        self._username = username
        self._password = password
        self._base_url = base_url.rstrip("/")
        self._region_of: dict[str, str] = {}
        self._token: Secret | None = None
        self._token_until_s = 0.0

    def place(self, zone: str) -> str:
        """Return a region of WattTime: its name, or the one at 'latitude,longitude'.

        Raises:
            UncoveredZoneError: It is neither. Countries and states are not WattTime's regions, and
                guessing one would give another grid's figure.
        """
        if _REGION.fullmatch(zone) and "_" in zone:
            return zone
        if (at := _COORDINATES.fullmatch(zone)) is not None:
            return self._region_at(at[1], at[2])
        raise UncoveredZoneError(
            f"zone {zone!r} is no region of watttime",
            "expected a name such as 'CAISO_NORTH', or 'latitude,longitude' of the place, which is "
            "then sent to WattTime",
        )

    def now(self, zone: str, signal: Signal) -> IntensitySeries:
        """Return the current five minutes: the first row of the forecast, as WattTime says."""
        current = self.forecast(zone, signal, 1)
        return current.within(current.start_s, current.intervals[0].end_s)

    def history(self, zone: str, signal: Signal, start_s: float, end_s: float) -> IntensitySeries:
        """Return past intensity; imputed rows are marked `estimated`.

        Raises:
            BadAnswerError: The window holds figures of two models, which are not compared.
        """
        asked, models, notes = Asked(NAME, zone), dict[str, None](), dict[str, None]()

        def ask(piece_start: float, piece_end: float) -> list[IntensityInterval]:
            # The end belongs to the window here: without a step less, rows would come twice.
            window = {"start": rfc3339(piece_start), "end": rfc3339(piece_end - PERIOD_S)}
            document = self._asked_for("historical", zone, signal, **window)
            intervals = parsed(asked, document, _SIGNALS[signal], state=None)
            models.update(dict.fromkeys(_model(document)))
            notes.update(dict.fromkeys(_warnings(document)))
            return intervals

        start_s = start_s // PERIOD_S * PERIOD_S
        windows = pieces(start_s, max(end_s, start_s + PERIOD_S), _LONGEST_HISTORY_S)
        found = gathered(ask, asked, windows)
        if len(models) > 1:
            dates = " and ".join(models)
            raise asked.bad(f"the time asked for holds figures of two models ({dates})")
        notes.update(dict.fromkeys(f"WattTime's model of {model}" for model in models))
        return self._series(zone, signal, within(asked, found, start_s, end_s), tuple(notes))

    def forecast(self, zone: str, signal: Signal, hours: int) -> IntensitySeries:
        """Return the newest forecast, 72 hours at most."""
        horizon = str(max(1, min(hours, LONGEST_FORECAST_H)))
        document = self._asked_for("forecast", zone, signal, horizon_hours=horizon)
        asked = Asked(NAME, zone)
        intervals = parsed(asked, document, _SIGNALS[signal], state="forecast")
        issued = asked.moment_s(asked.field(document["meta"], "generated_at"))
        return self._series(zone, signal, intervals, tuple(_warnings(document)), issued)

    def access(self) -> Access:
        """Return the regions that the account opens."""
        document = self._with_token("/v3/my-access", {})
        asked = Asked(NAME, "")
        opened: dict[str, None] = {}
        says = []
        for kind in asked.rows(asked.field(document, "signal_types"), "signal_types"):
            regions = asked.rows(asked.field(kind, "regions"), "regions")
            names = [str(asked.field(region, "region")) for region in regions]
            opened.update(dict.fromkeys(names))
            says.append(f"{asked.field(kind, 'signal_type')} in {len(names)} regions")
        return Access(True, ", ".join(says) or "no signal at all", tuple(opened))

    def _region_at(self, latitude: str, longitude: str) -> str:
        place = f"{latitude},{longitude}"
        if place not in self._region_of:
            self._region_of[place] = self._asked_region(latitude, longitude)
        return self._region_of[place]

    def _asked_region(self, latitude: str, longitude: str) -> str:
        asked = Asked(NAME, f"{latitude},{longitude}")
        place = {"latitude": latitude, "longitude": longitude, "signal_type": "co2_moer"}
        document = self._with_token("/v3/region-from-loc", place, asked.zone)
        region = asked.field(document, "region")
        if not (isinstance(region, str) and _REGION.fullmatch(region)):
            raise asked.bad(f"region {quoted(region)} in the answer is none")
        return region

    def _asked_for(self, call: str, zone: str, signal: Signal, **more: str) -> Any:
        parameters = {"region": zone, "signal_type": _SIGNALS[signal], **more}
        return self._with_token(f"/v3/{call}", parameters, zone)

    def _with_token(self, path: str, parameters: Mapping[str, str], zone: str = "") -> Any:
        """Ask with the token; log in first, and once more where a token is no longer taken."""
        url = f"{self._base_url}{path}?{urlencode(parameters)}"
        is_fresh = self._token is None or self._caller.now_s > self._token_until_s
        if is_fresh:
            self._log_in(zone)
        try:
            return self._caller.json(self._request(url), zone)
        except (KeyRefusedError, NotInPlanError):
            if is_fresh:
                raise
        self._log_in(zone)
        return self._caller.json(self._request(url), zone)

    def _request(self, url: str) -> Request:
        token = self._token.reveal() if self._token is not None else ""
        return Request(url, secret_headers={"Authorization": Secret(f"Bearer {token}")})

    def _log_in(self, zone: str) -> None:
        document = self._caller.json(
            login_request(self._base_url, self._username, self._password), zone
        )
        token = Asked(NAME, zone).field(document, "token")
        if not (isinstance(token, str) and token.isascii() and token.isprintable()):
            raise Asked(NAME, zone).bad("the token that it gives is none")
        self._token = Secret(token)
        self._token_until_s = self._caller.now_s + TOKEN_LIVES_S

    def _series(
        self,
        zone: str,
        signal: Signal,
        intervals: list[IntensityInterval],
        notes: tuple[str, ...],
        issued_at_s: float | None = None,
    ) -> IntensitySeries:
        return IntensitySeries(
            zone,
            intervals,
            **signal._asdict(),
            provider=NAME,
            issued_at_s=issued_at_s,
            fetched_at_s=self._caller.now_s,
            notes=notes,
        )


def login_request(base_url: str, username: Secret, password: Secret) -> Request:
    """Return the request for a token, with the name and password as HTTP Basic wants them."""
    from base64 import b64encode

    pair = f"{username.reveal()}:{password.reveal()}".encode()
    basic = Secret(f"Basic {b64encode(pair).decode('ascii')}")
    return Request(f"{base_url}/login", secret_headers={"Authorization": basic})


def parsed(
    asked: Asked, document: Any, signal_type: str, *, state: str | None
) -> list[IntensityInterval]:
    """Return the rows of an answer in gCO2/kWh.

    Args:
        asked: Service and region.
        document: The answer.
        signal_type: `co2_moer` or `co2_aoer`, as asked for.
        state: State of all rows; None reads each row's own.
    """
    meta = asked.field(document, "meta")
    asked.same("region", asked.field(meta, "region"), asked.zone)
    asked.same("signal", asked.field(meta, "signal_type"), signal_type)
    unit = asked.field(meta, "units")
    if not isinstance(unit, str) or unit not in UNITS:
        raise asked.bad(f"the answer is in {quoted(unit)}, not {', '.join(UNITS)}")
    points = []
    rows = asked.field(document, "data")
    for row in [rows] if isinstance(rows, Mapping) else asked.rows(rows, "data"):
        intensity = asked.intensity(asked.field(row, "value"), UNITS[unit])
        start_s = asked.moment_s(asked.field(row, "point_time"))
        if intensity is not None:
            own = "estimated" if row.get("imputed_data_used") else "actual"
            points.append(Point(start_s, intensity, state or own))
    return intervals_of_points(asked, points, _period_s(asked, meta))


def _period_s(asked: Asked, meta: Mapping[str, Any]) -> float:
    period = meta.get("data_point_period_seconds", PERIOD_S)
    if isinstance(period, bool) or not isinstance(period, (int, float)) or not 0 < period <= DAY_S:
        raise asked.bad(f"a period of {quoted(period)} s in the answer is none")
    return float(period)


def _model(document: Any) -> list[str]:
    model = document["meta"].get("model")
    return [str(model["date"])[:20]] if isinstance(model, Mapping) and "date" in model else []


def _warnings(document: Any) -> list[str]:
    warnings = document["meta"].get("warnings") or []
    if not isinstance(warnings, list):
        return []
    return [
        f"WattTime warns: {quoted(w.get('message'))}" for w in warnings if isinstance(w, Mapping)
    ]


def explained(response: Response, zone: str) -> ServiceError | None:
    """Tell a wrong name or password from a region that the account does not hold."""
    if response.status == 403:
        cause = "the account does not hold this region or signal"
        step = (
            "a free one holds marginal intensity (--kind marginal) of CAISO_NORTH alone; "
            "`wattprint grid doctor` lists what yours holds"
        )
        return NotInPlanError(NAME, zone, cause, step)
    if response.status == 401:
        step = "check WATTPRINT_WATTTIME_USERNAME and _PASSWORD, or those in config.toml"
        return KeyRefusedError(NAME, zone, "it refuses name and password (HTTP 401)", step)
    return None
