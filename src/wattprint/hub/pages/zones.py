"""Grid zones: a map of yearly intensity, a table, and a page for each with its typical hours."""

from typing import Annotated, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.estimator.place import FIRST_YEAR, LAST_YEAR
from wattprint.factors.zones import GenerationMix, Zone, zones
from wattprint.hub import places
from wattprint.hub.api.address_limit import take_by_address
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.visitor import AnyVisitor
from wattprint.hub.places import KINDS, SORTS, Typical, ZonesAsked

router = APIRouter(include_in_schema=False, dependencies=[Depends(take_by_address)])
PAGE_ROWS = 60
_MOST_FIGURES = 80
_Word = Annotated[str, Query(max_length=200)]


class Table(NamedTuple):
    """A table as the macro `chart` takes it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str
    numeric: tuple[int, ...]


@router.get("/zones")
def get_zones(
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


@router.get("/zones/{code}")
def get_zone(request: Request, visitor: AnyVisitor, code: str) -> Response:
    """Show a zone."""
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
        first=taken[0] if taken else None,
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
    return Table(head, tuple(rows), caption, (1, 3, 5))


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
