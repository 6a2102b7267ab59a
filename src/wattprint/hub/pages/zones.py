"""Grid zones: a map of yearly intensity, a table, and a page for each with its typical hours."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from wattprint.charts.day_hours import day_hours_chart
from wattprint.charts.table import Table
from wattprint.charts.trend import Point, compute_intensity_chart
from wattprint.charts.zone_map import Shade, zone_map_chart
from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.interval import product
from wattprint.estimator.place import FIRST_YEAR, LAST_YEAR
from wattprint.factors.conventions import convention
from wattprint.factors.profiles import profiles
from wattprint.factors.zones import GenerationMix, Zone, zones
from wattprint.hub import places
from wattprint.hub.api.address_limit import take_by_address
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.pages.rendering import page, static_address
from wattprint.hub.pages.sharing import shared_page
from wattprint.hub.pages.visitor import AnyVisitor, Visitor
from wattprint.hub.places import KINDS, SORTS, Typical, ZonesAsked, ZoneYear

router = APIRouter(include_in_schema=False, dependencies=[Depends(take_by_address)])
PAGE_ROWS = 60
_MOST_FIGURES = 80
_Word = Annotated[str, Query(max_length=200)]


@router.get("/zones")
async def get_zones(
    request: Request,
    visitor: AnyVisitor,
    *,
    q: _Word = "",
    kind: _Word = "",
    year: _Word = "",
    sort: _Word = "name",
    part: Annotated[str, Query(alias="page", max_length=20)] = "1",
) -> Response:
    """Show the map and the table of zones."""

    def made(visitor: Visitor) -> Response:
        return _zones(request, visitor, q, kind, year, sort=sort, part=part)

    return await shared_page(request, visitor, made)


def _zones(
    request: Request, visitor: Visitor, q: str, kind: str, year: str, *, sort: str, part: str
) -> Response:
    asked, fault = _asked(q, kind, year, sort)
    found = places.listed(asked)
    number = _page_number(part, len(found))
    shown = found[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    return page(
        request,
        visitor,
        "zones.html.jinja",
        status=200 if fault is None else 422,
        asked=asked,
        said_year=year,
        fault=fault,
        found=shown,
        total=len(found),
        number=number,
        pages=max(1, -(-len(found) // PAGE_ROWS)),
        kinds=[("", "All kinds"), *KINDS.items()],
        kind_words=KINDS,
        sort=asked.sort,
    )


def _asked(q: str, kind: str, year: str, sort: str) -> tuple[ZonesAsked, str | None]:
    """Return what is asked for, and what is wrong with the year."""
    said = year.strip()
    fault, wanted = None, None
    if said:
        is_year = said.isdecimal() and said.isascii() and len(said) == 4
        wanted = int(said) if is_year else None
        if wanted is None or not FIRST_YEAR <= wanted <= LAST_YEAR:
            fault = f"year is {said!r}; expected one from {FIRST_YEAR} to {LAST_YEAR}."
            wanted = None
    asked = ZonesAsked(
        q.strip(),
        kind if kind in KINDS else "",
        wanted,
        sort if sort in SORTS else "name",
    )
    return asked, fault


def _page_number(text: str, rows: int) -> int:
    last = max(1, -(-rows // PAGE_ROWS))
    return min(max(1, int(text)), last) if text.isascii() and text.isdecimal() else 1


@router.get("/zones/map.json")
def get_map(year: _Word = "") -> Response:
    """Return the map of zones as data: those of life cycle, so that all are comparable."""
    asked, fault = _asked("", "", year, "name")
    if fault is not None:
        raise ProblemError(422, fault, [{"parameter": "year", "detail": fault}])
    shades = [
        Shade(one.zone.zone, one.zone.name, one.figure.carbon_intensity_g_per_kwh, _note(one))
        for one in places.listed(asked)
        if one.figure.basis == MAP_BASIS and one.zone.kind in _ON_MAP
    ]
    return _drawn(zone_map_chart(shades, world=static_address("vendor/world.json")))


MAP_BASIS = "lifecycle"
_ON_MAP = ("country", "subdivision")


def _note(one: ZoneYear) -> str:
    figure = one.figure
    return f"{figure.year}, life cycle, {figure.scope}, {figure.source}"


@router.get("/zones/{code}/hours.json")
def get_hours(code: str) -> Response:
    """Return the typical hours of a zone as data."""
    zone = _zone(code)
    typical = places.typical_of(zone.zone)
    if typical is None:
        raise ProblemError(404, f"Zone {zone.zone!r} has no typical profile.")
    profile = profiles().find(zone.zone)
    return _drawn(day_hours_chart(profile, name=zone.name, mean_g_per_kwh=typical.scale_g_per_kwh))


@router.get("/zones/{code}/years.json")
def get_years(code: str) -> Response:
    """Return the intensity of a zone by year as data."""
    spread = convention("intensity_source").amount
    points = [
        Point(str(one.year), product(spread, value=one.carbon_intensity_g_per_kwh))
        for one in places.default_years(_zone(code))
    ]
    return _drawn(compute_intensity_chart(points, unit="gCO2e/kWh", per="kWh of electricity"))


def _drawn(spec: Mapping[str, Any]) -> Response:
    return JSONResponse(spec, headers={"cache-control": "public, max-age=3600"})


@router.get("/zones/{code}")
async def get_zone(request: Request, visitor: AnyVisitor, code: str) -> Response:
    """Show a zone."""
    return await shared_page(request, visitor, lambda who: _shown_zone(request, who, code))


def _shown_zone(request: Request, visitor: Visitor, code: str) -> Response:
    zone = _zone(code)
    if zone.zone != code:
        return RedirectResponse(f"/zones/{quote(zone.zone, safe='')}", status_code=303)
    taken = places.default_years(zone)
    figures = places.figures_of(zone)
    typical = places.typical_of(zone.zone)
    return page(
        request,
        visitor,
        "zone.html.jinja",
        zone=zone,
        kind=KINDS.get(zone.kind, zone.kind),
        newest=taken[-1] if taken else None,
        years=len(taken),
        figures=figures[:_MOST_FIGURES],
        more=max(0, len(figures) - _MOST_FIGURES),
        mix=_mix_rows(places.mix_of(zone)),
        mix_of=places.mix_of(zone),
        regions=places.regions_in(zone),
        inside=places.within(zone),
        country=zones().find(zone.country) if zone.country not in ("", zone.zone) else None,
        typical=typical,
        hours=None if typical is None else typical_table(typical),
        best=None if typical is None else _best(typical),
    )


def _zone(code: str) -> Zone:
    """Return a zone.

    Raises:
        ProblemError: None is called so.
    """
    try:
        return zones().find(code)
    except InputError as error:
        raise ProblemError(404, str(error)) from None


def typical_table(typical: Typical) -> Table:
    """Return typical hours by month, for those who read tables."""
    head = (
        "Month",
        "Mean",
        f"Cleanest {places.CLEAN_HOURS} hours, UTC",
        "Mean there",
        "Highest hour, UTC",
        "There",
        "Real hours",
    )
    rows = []
    for month in typical.months:
        highest = month.by_hour.index(max(month.by_hour))
        rows.append(
            (
                month.name,
                units.plain(month.mean),
                hours_words(month.cleanest),
                units.plain(month.cleanest_mean),
                f"{highest:02}:00",
                units.plain(month.by_hour[highest]),
                f"x {units.plain(month.low_ratio, 2)} to {units.plain(month.high_ratio, 2)}",
            )
        )
    caption = "Typical intensity by month [gCO2e/kWh]; real hours are 90 % of those of other years"
    return Table(caption, head, tuple(rows), (1, 3, 5))


def hours_words(first: int, hours: int = places.CLEAN_HOURS) -> str:
    """Return a stretch of a day: '02:00 to 06:00'."""
    return f"{first:02}:00 to {(first + hours) % 24:02}:00"


class Best(NamedTuple):
    """The cleanest stretch of a typical day of the year."""

    hours: str
    intensity: str
    below_percent: str
    """Below the mean of the year."""
    swing: str
    """Highest over lowest hour."""


def _best(typical: Typical) -> Best:
    by_hour = typical.year_by_hour
    first = places.cleanest_stretch(by_hour)
    there, mean = places.stretch_mean(by_hour, first), sum(by_hour) / len(by_hour)
    return Best(
        hours_words(first),
        units.plain(there),
        units.plain(100 * (1 - there / mean), 2),
        units.plain(max(by_hour) / min(by_hour), 2),
    )


class MixRow(NamedTuple):
    """A source of electricity with its share."""

    name: str
    words: str
    percent: float
    is_fossil: bool


def _mix_rows(mix: GenerationMix | None) -> list[MixRow]:
    if mix is None:
        return []
    shares = sorted(mix.share.items(), key=lambda item: -item[1])
    return [
        MixRow(
            name.replace("_", " ").capitalize(),
            f"{units.plain(100 * share)} %",
            round(100 * share, 2),
            name in ("coal", "gas", "oil"),
        )
        for name, share in shares
        if share > 0
    ]
