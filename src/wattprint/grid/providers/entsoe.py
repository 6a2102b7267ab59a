"""ENTSO-E Transparency Platform: what Europe's zones generate, by type; intensity is our sum.

Interface: RESTful API guide of the Transparency Platform, document A75 (actual generation per
type, IEC 62325 XML), read 2025. The service has no intensity. Ours is that of *generation*:
sum(generation of a type x its life-cycle factor) / sum(generation); imports are not in it. Factors
are medians of IPCC AR5 (2014). Storage is neither generation nor emission; types that no source has
a factor for are left out, and intervals in which they are more than a tenth are gaps.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from itertools import pairwise
from urllib.parse import urlencode

from wattprint.domain.series import IntensityInterval, IntensitySeries
from wattprint.factors.entsoe import Area, areas, type_factors
from wattprint.grid.answers import Asked, quoted
from wattprint.grid.caller import Caller
from wattprint.grid.errors import (
    KeyRefusedError,
    NoIntensityError,
    RequestRefusedError,
    ServiceError,
)
from wattprint.grid.providers.base import (
    DAY_S,
    HOUR_S,
    Access,
    Signal,
    gathered,
    no_forecast,
    pieces,
    within,
)
from wattprint.grid.providers.entsoe_xml import Acknowledgement, Generation, parsed_document
from wattprint.grid.secret import Secret
from wattprint.grid.transport import LARGEST_BYTES, Request, Response

NAME = "entsoe"
BASE_URL = "https://web-api.tp.entsoe.eu"
SPACING_S = 0.15
"""400 requests a minute are allowed. [s]"""
BAN_S = 600.0
"""Beyond that comes a ban of ten minutes, which asking again would not shorten. [s]"""
LARGEST_SHARE_WITHOUT_FACTOR = 0.1
_LONGEST_S = 30 * DAY_S
_RECENT_S = 12 * HOUR_S
"""How far back the newest figures may lie: zones report one to several hours late. [s]"""
_NO_DATA = "999"
"""Reason code of an acknowledgement that there is nothing for that zone and time."""


class Entsoe:
    """Asks the Transparency Platform.

    Args:
        caller: What sends, with `explained` as its meaning of a status.
        key: The security token of an account.
        base_url: Address of the service.
    """

    name = NAME
    signals: tuple[Signal, ...] = (Signal("average", "lifecycle", "generation"),)
    resolution = ""
    longest_forecast_h = 0
    settles_after_s = 7 * DAY_S

    def __init__(self, caller: Caller, *, key: Secret, base_url: str = BASE_URL) -> None:
        self._caller = caller
        self._key = key
        self._base_url = base_url.rstrip("/")

    def place(self, zone: str) -> str:
        """Return our code of a zone whose area code is known."""
        return areas().find(zone).zone

    def now(self, zone: str, signal: Signal) -> IntensitySeries:
        """Return the newest interval that the zone has reported."""
        now_s = self._caller.now_s
        start_s = (now_s - _RECENT_S) // HOUR_S * HOUR_S
        recent = self.history(zone, signal, start_s, now_s // HOUR_S * HOUR_S + HOUR_S)
        return recent.within(recent.intervals[-1].start_s, recent.end_s)

    def history(self, zone: str, signal: Signal, start_s: float, end_s: float) -> IntensitySeries:
        """Return the intensity of past generation."""
        asked = Asked(NAME, zone)
        # Whole hours: the service refuses a window without one whole step.
        windows = pieces(start_s // HOUR_S * HOUR_S, -(-end_s // HOUR_S) * HOUR_S, _LONGEST_S)
        found = gathered(lambda start, end: self._piece(zone, start, end), asked, windows)
        notes = (
            "intensity of generation in the zone, imports not in it: ENTSO-E's generation by type "
            "x IPCC AR5 (2014) life-cycle factors",
        )
        return IntensitySeries(
            zone,
            within(asked, found, start_s, end_s),
            **signal._asdict(),
            provider=NAME,
            fetched_at_s=self._caller.now_s,
            notes=notes,
        )

    def forecast(self, zone: str, signal: Signal, hours: int) -> IntensitySeries:  # noqa: ARG002 - refused whatever is asked
        """Refuse: what is forecast there are wind, sun and load, not the mix."""
        raise no_forecast(NAME)

    def access(self) -> Access:
        """Try the key on the last hours of one zone."""
        now_s = self._caller.now_s // HOUR_S * HOUR_S
        try:
            self._piece("FR", now_s - _RECENT_S, now_s)
        except NoIntensityError as error:
            return Access(True, f"the key is taken; {error.cause}")
        return Access(True, f"generation by type in {len(areas().entries)} zones; no forecast")

    def _piece(self, zone: str, start_s: float, end_s: float) -> list[IntensityInterval]:
        area, asked = areas().find(zone), Asked(NAME, zone)
        response = self._caller.answer(self._request(area, start_s, end_s), zone)
        generation = []
        for text in documents(asked, response.body):
            document = parsed_document(asked, text)
            if isinstance(document, Acknowledgement):
                raise _acknowledged(asked, document)
            generation += document
        return within(asked, intensities(asked, area, generation), start_s, end_s)

    def _request(self, area: Area, start_s: float, end_s: float) -> Request:
        parameters = {
            "documentType": "A75",
            "processType": "A16",
            "in_Domain": area.eic,
            "periodStart": _compact(start_s),
            "periodEnd": _compact(end_s),
        }
        return Request(
            f"{self._base_url}/api?{urlencode(parameters)}",
            headers={"Accept": "application/xml"},
            secret_query={"securityToken": self._key},
        )


def _compact(moment_s: float) -> str:
    return datetime.fromtimestamp(moment_s, timezone.utc).strftime("%Y%m%d%H%M")


def documents(asked: Asked, body: bytes) -> list[bytes]:
    """Return the XML documents of a body, which may be a ZIP archive of several."""
    if not body.startswith(b"PK"):
        return [body]
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            is_large = sum(entry.file_size for entry in archive.infolist()) > LARGEST_BYTES
            unpacked = [] if is_large else [archive.read(name) for name in archive.namelist()]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise asked.bad("the answer is an archive that cannot be unpacked") from error
    if is_large:
        raise asked.bad("the answer is an archive too large to unpack")
    return unpacked


def intensities(
    asked: Asked, area: Area, generation: Sequence[Generation]
) -> list[IntensityInterval]:
    """Return sum(MW x factor) / sum(MW) for each interval in which every type has reported.

    Args:
        asked: Service and zone.
        area: The area that was asked for.
        generation: MW by type; types may have unlike steps.

    Raises:
        BadAnswerError: Another area.
        NoIntensityError: No interval is whole.
    """
    types = _by_type(asked, area, generation)
    edges = {edge for steps in types.values() for s, (e, _) in steps.items() for edge in (s, e)}
    readers = {name: _Steps(steps) for name, steps in types.items()}
    found = []
    for start_s, end_s in pairwise(sorted(edges)):
        intensity = _intensity({name: reader.at(start_s) for name, reader in readers.items()})
        if intensity is not None:
            found.append(IntensityInterval(start_s, end_s, intensity, "actual"))
    if not found:
        raise asked.nothing("no interval in the answer has every type of generation")
    return found


def _by_type(
    asked: Asked, area: Area, generation: Sequence[Generation]
) -> dict[str, dict[float, tuple[float, float]]]:
    """Return the steps of each type but storage; refuse another area, or a type not known."""
    factors = type_factors()
    parts: dict[str, list[Generation]] = {}
    for part in generation:
        asked.same("area", part.area, area.eic)
        if part.psr_type not in factors:
            raise asked.bad(f"the answer has a generation type {quoted(part.psr_type)}")
        if not factors[part.psr_type].is_storage:
            parts.setdefault(part.psr_type, []).append(part)
    return {name: _by_start(asked, members) for name, members in parts.items()}


def _by_start(asked: Asked, parts: Sequence[Generation]) -> dict[float, tuple[float, float]]:
    """Return end and MW by start of one type's steps; refuse two values for one time."""
    steps: dict[float, tuple[float, float]] = {}
    for part in parts:
        for start_s, end_s, mw in part.steps:
            if steps.setdefault(start_s, (end_s, mw)) != (end_s, mw):
                raise asked.bad(f"two values of type {part.psr_type} for one time")
    ordered = sorted((start_s, end_s) for start_s, (end_s, _) in steps.items())
    if any(after[0] < before[1] for before, after in pairwise(ordered)):
        raise asked.bad(f"steps of type {parts[0].psr_type} overlap")
    return steps


class _Steps:
    """Reads a type's steps in the order of time."""

    def __init__(self, by_start: Mapping[float, tuple[float, float]]) -> None:
        self._steps = sorted((start, *rest) for start, rest in by_start.items())
        self._next = 0

    def at(self, moment_s: float) -> float | None:
        """Return MW at a moment, each call later than the one before; None in a gap."""
        while self._next < len(self._steps) and self._steps[self._next][1] <= moment_s:
            self._next += 1
        if self._next == len(self._steps) or self._steps[self._next][0] > moment_s:
            return None
        return self._steps[self._next][2]


def _intensity(mw_by_type: Mapping[str, float | None]) -> float | None:
    """Return the intensity of a mix; None where a type has not reported or too much is unknown."""
    factors = type_factors()
    total = sums = uncounted = 0.0
    for name, mw in mw_by_type.items():
        if mw is None:
            return None
        factor = factors[name].g_per_kwh
        if factor is None:
            uncounted += mw
        else:
            total += mw
            sums += mw * factor
    if total <= 0 or uncounted > LARGEST_SHARE_WITHOUT_FACTOR * (total + uncounted):
        return None
    return sums / total


def _acknowledged(asked: Asked, document: Acknowledgement) -> ServiceError:
    if document.code == _NO_DATA:
        return asked.nothing("the platform has no generation for that time")
    step = "check zone and times; the platform gives at most a year at once"
    cause = f'the platform declines and says "{document.text}"'
    return RequestRefusedError(NAME, asked.zone, cause, step)


def explained(response: Response, zone: str) -> ServiceError | None:
    """Read the acknowledgement in the body of a refusal."""
    if response.status in (401, 403):
        step = "check WATTPRINT_ENTSOE_KEY or the key in config.toml"
        cause = f"it refuses the security token (HTTP {response.status})"
        return KeyRefusedError(NAME, zone, cause, step)
    if b"Acknowledgement_MarketDocument" in response.body:
        asked = Asked(NAME, zone)
        document = parsed_document(asked, response.body)
        if isinstance(document, Acknowledgement):
            return _acknowledged(asked, document)
    return None
