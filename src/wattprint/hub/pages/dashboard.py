"""What the runs of an organisation come to: totals, over time, by whom, and what was lost."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from wattprint.charts import calendar
from wattprint.charts.carbon_aware import carbon_aware_chart, carbon_aware_table, saved_words
from wattprint.charts.over_time import over_time_chart, over_time_table
from wattprint.charts.trend import compute_intensity_chart, compute_intensity_table
from wattprint.charts.waste import waste_chart, waste_table
from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.interval import Range
from wattprint.hub import overview, periods, run_list
from wattprint.hub.api.asked import AskedHub, Hub, own_origin
from wattprint.hub.overview import DIMENSIONS, Cell, Course, Overview, Total, View
from wattprint.hub.pages import asked
from wattprint.hub.pages.asked import Text
from wattprint.hub.pages.rendering import address, page
from wattprint.hub.pages.sharing import shared_chart, shared_page
from wattprint.hub.pages.visitor import Member, Visitor

router = APIRouter(include_in_schema=False)
By = Literal["project", "team", "hardware", "zone"]
Quantity = Literal["emissions", "energy"]
_UNIT, _PER = "gCO2e/kWh", "kWh of the facility"
_MOST_ROWS = 8


class Said(NamedTuple):
    """What the address of a dashboard says."""

    period: str
    first: str
    last: str
    project: str
    team: str
    by: str
    quantity: str
    step: str


class Asked(NamedTuple):
    """What a dashboard is asked for."""

    view: View
    by: str
    quantity: str
    step: str
    query: Mapping[str, str]
    """The parts of the address that say so."""


async def said_of(
    *,
    period: Text = "quarter",
    first: Annotated[str, asked.Query(alias="from", max_length=20)] = "",
    last: Annotated[str, asked.Query(alias="to", max_length=20)] = "",
    project: Text = "",
    team: Text = "",
    by: By = "project",
    quantity: Quantity = "emissions",
    step: Text = "",
) -> Said:
    """Return what an address says."""
    return Said(period or "quarter", first, last, project, team, by, quantity, step)


WhatIsSaid = Annotated[Said, Depends(said_of)]


def _asked(hub: Hub, org_id: str, said: Said) -> Asked:
    """Return what a dashboard is asked for.

    Raises:
        InputError: A period that is none.
    """
    today = asked.today(hub)
    earliest = overview.earliest_day(hub.database, org_id) or today
    days = asked.day("from", said.first), asked.day("to", said.last)
    chosen = periods.chosen(said.period, *days, today=today, earliest=earliest)
    view = View(org_id, chosen, asked.exact(said.project), asked.said(said.team))
    step = periods.step_of(said.step, view.period)
    return Asked(view, said.by, said.quantity, step, _query(said))


def _query(said: Said) -> dict[str, str]:
    """Return the parts of an address that say what is not so anyway."""
    return {
        "period": said.period if said.period != "quarter" else "",
        "from": said.first,
        "to": said.last,
        "project": said.project,
        "team": said.team,
        "by": said.by if said.by != "project" else "",
        "step": said.step,
        "quantity": said.quantity if said.quantity != "emissions" else "",
    }


@router.get("/dashboard")
async def get_dashboard(
    request: Request, hub: AskedHub, member: Member, said: WhatIsSaid
) -> Response:
    """Show what the runs come to."""
    return await shared_page(request, member, lambda who: _dashboard(request, hub, who, said))


def _dashboard(request: Request, hub: Hub, member: Visitor, said: Said) -> Response:
    try:
        of = _asked(hub, member.org_id, said)
    except InputError as error:
        return _again(request, hub, member, said, error)
    figures = overview.overview(hub.database, of.view)
    course = _course(hub, of)
    charted = of.view.chosen.name or "given"
    return page(
        request,
        member,
        "dashboard.html.jinja",
        **_form(hub, member, of, charted),
        fault=None,
        figures=figures,
        tiles=list(_tiles(figures)),
        notes=list(_notes(figures)),
        change=_change(figures, of.view),
        over_time=over_time_table(
            course.slices(of.quantity), quantity=of.quantity, by=of.by, others=course.others
        ),
        intensity=compute_intensity_table(course.intensity, unit=_UNIT, per=_PER)
        if course.intensity
        else None,
        intensity_runs=course.intensity_runs,
        aware=_aware(course.by_hour),
        aware_table=carbon_aware_table(course.timed),
        waste=waste_table(course.ended),
        lost=_lost(figures),
        tables=[*_tables(figures, of), _quarters(course.cells)],
        is_new=figures.total.runs == 0
        and not (figures.excluded or figures.within)
        and overview.earliest_day(hub.database, member.org_id) is None,
        hub_address=own_origin(request),
        chart=lambda name: address(f"/dashboard/charts/{name}.json", of.query),
    )


def _form(hub: Hub, member: Visitor, of: Asked, charted: str) -> dict[str, Any]:
    """Return what the form above the figures says."""
    return {
        "asked": of,
        "named": [(name, words, name == charted) for name, words in periods.NAMED.items()],
        "choices": run_list.choices(hub.database, member.org_id),
    }


def _again(request: Request, hub: Hub, member: Visitor, said: Said, error: InputError) -> Response:
    """Show the form again, with what it was asked and what is wrong with that."""
    today = asked.today(hub)
    chosen = periods.chosen("quarter", None, None, today=today, earliest=today)
    view = View(member.org_id, chosen, asked.said(said.project), asked.said(said.team))
    # A word that is none stands in no field: it is not sent again.
    words = {name: "" for name in ("period", "step") if error.given.startswith(name)}
    of = Asked(view, said.by, said.quantity, "", _query(said._replace(**words)))
    parts = {**_form(hub, member, of, ""), "fault": str(error), "is_of_days": not words}
    return page(request, member, "dashboard.html.jinja", status=422, is_new=False, **parts)


@router.get("/dashboard/charts/{name}.json")
async def get_chart(
    request: Request,
    hub: AskedHub,
    member: Member,
    said: WhatIsSaid,
    name: Literal["over-time", "intensity", "waste", "carbon-aware"],
) -> Response:
    """Return a chart of the dashboard."""

    def made() -> Response:
        of = _asked(hub, member.org_id, said)
        return JSONResponse(_CHARTS[name](of, _course(hub, of)))

    return await shared_chart(request, member, made)


def _over_time(of: Asked, course: Course) -> dict[str, Any]:
    slices = course.slices(of.quantity)
    return over_time_chart(slices, quantity=of.quantity, by=of.by, others=course.others)


_CHARTS: Mapping[str, Callable[[Asked, Course], dict[str, Any]]] = {
    "over-time": _over_time,
    "intensity": lambda _, course: compute_intensity_chart(course.intensity, unit=_UNIT, per=_PER),
    "waste": lambda _, course: waste_chart(course.ended),
    "carbon-aware": lambda _, course: carbon_aware_chart(course.timed),
}


def _course(hub: Hub, of: Asked) -> Course:
    return overview.course(hub.database, of.view, by=of.by, quantity=of.quantity, step=of.step)


class _Tile(NamedTuple):
    label: str
    figure: str
    interval: str
    note: str


def _tiles(figures: Overview) -> Iterator[_Tile]:
    total = figures.total
    yield _tile("Emissions, location-based", "location", total, total.emissions_g())
    yield _tile("Emissions, market-based", "market", total, total.emissions_g("market"))
    yield _tile("Embodied emissions", "embodied", total, total.emissions_g("embodied"))
    yield _tile("Energy of the IT", "energy", total, total.energy_kwh())
    yield _tile("Energy of the facility", "facility", total, total.energy_kwh("facility"))
    time = units.duration(total.sums["duration_ms"] / 1000)
    yield _Tile("Runs", f"{total.runs:,}", f"{time} together", "")


def _tile(label: str, what: str, total: Total, amount: Range) -> _Tile:
    lacking = total.lacking(what)
    if lacking == total.runs:
        return _Tile(label, "not known", "", "of any run")
    is_energy = what in ("energy", "facility")
    words = (units.energy_range if is_energy else units.mass_range)(amount.as_tuple())
    figure, _, bounds = words.replace(" CO2e", "").partition(" (")
    note = f"not known of {lacking:,} of {total.runs:,} runs" if lacking else ""
    return _Tile(label, figure, f"90 %: {bounds[:-1]}" if bounds else "exact", note)


def _notes(figures: Overview) -> Iterator[str]:
    """Yield what the sums do not count."""
    lacking = figures.total.lacking("location")
    if lacking:
        yield (
            f"{_runs(lacking)} without emissions, because no place or no energy is known of "
            f"{'it' if lacking == 1 else 'them'}: the sums count nothing for "
            f"{'it' if lacking == 1 else 'them'}, and are too low by what "
            f"{'it' if lacking == 1 else 'they'} emitted."
        )
    if figures.excluded:
        yield f"{_runs(figures.excluded)} excluded, and in no figure of this page."
    if figures.within:
        yield (
            f"{_runs(figures.within)} measured within others that were tracked around them, and "
            "counted there alone: nothing is counted twice."
        )
    if figures.lost:
        yield (
            f"{_runs(figures.lost)} in no figure of this page, because the run that measured "
            f"{'it' if figures.lost == 1 else 'them'} was not sent: wattprint push --all sends it."
        )


def _runs(count: int) -> str:
    return "1 run is" if count == 1 else f"{count:,} runs are"


def _change(figures: Overview, view: View) -> list[tuple[str, str, str]]:
    """Return how a period differs from the one before: what, before, difference."""
    before = figures.before
    if before is None or view.chosen.before is None or not before.runs:
        return []
    now = figures.total
    emissions = _changed("Emissions", before.emissions_g(), now.emissions_g(), units.mass_range)
    energy = _changed("Energy of the IT", before.energy_kwh(), now.energy_kwh(), units.energy_range)
    runs = ("Runs", f"{before.runs:,}", _difference(before.runs, now.runs))
    return [emissions, energy, runs]


def _changed(
    label: str, before: Range, now: Range, write: Callable[[units.Bounds], str]
) -> tuple[str, str, str]:
    return label, write(before.as_tuple()), _difference(before.value, now.value)


def _difference(before: float, now: float) -> str:
    if not before:
        return "there was none before" if now else "none either"
    percent = 100 * (now - before) / before
    if abs(percent) < 0.05:
        return "the same"
    if percent > 100:
        return f"{units.plain(now / before)} times as much"
    return f"{units.plain(abs(percent), 2)} % {'more' if percent > 0 else 'less'}"


def _lost(figures: Overview) -> dict[str, str]:
    """Return what failed and interrupted runs came to, in words."""
    wasted, total = figures.wasted, figures.total
    return {
        "runs": f"{wasted.runs:,} of {total.runs:,}",
        "energy": units.energy_range(wasted.energy_kwh().as_tuple()),
        "energy_share": _share(wasted.sums["it_j"], total.sums["it_j"]),
        "emissions": units.mass_range(wasted.emissions_g().as_tuple()),
        "emissions_share": _share(wasted.sums["location_ug"], total.sums["location_ug"]),
    }


def _aware(total: Total) -> dict[str, str] | None:
    """Return what is charged by its own hours, and what those saved; None where nothing is."""
    sums = total.sums
    if not sums["timed_j"]:
        return None
    saved = saved_words(sums["saved_ug"] / overview.UG_PER_G)
    return {
        "share": _share(sums["cleaner_j"], sums["timed_j"]),
        "cleaner": units.energy(sums["cleaner_j"] / units.JOULES_PER_KWH),
        "saved": "as much as at the year's mean" if saved == "the same" else saved,
        "charged": _share(sums["timed_j"], sums["it_j"]),
        "runs": f"{total.runs - total.lacking('hours'):,} of {total.runs:,}",
    }


def _share(part: int, whole: int) -> str:
    percent = 100 * part / whole if whole else 0.0
    return "< 0.1 %" if 0 < percent < 0.1 else f"{units.plain(percent, 2)} %"


class _Row(NamedTuple):
    name: str
    href: str | None
    runs: str
    figures: tuple[tuple[str, str], ...]
    """Energy and emissions: what it is, and what is to be said of it in small type."""
    said: str
    share: float
    """Of the emissions. [0 to 1]"""


class _Table(NamedTuple):
    title: str
    head: tuple[str, ...]
    rows: list[_Row]
    others: str


def _tables(figures: Overview, of: Asked) -> Iterator[_Table]:
    days = {"since": of.view.period.first.isoformat(), "until": of.view.period.last.isoformat()}
    for dimension in DIMENSIONS:
        groups = figures.ranked[dimension]
        rows = []
        for name, total in groups[:_MOST_ROWS]:
            words = name or overview.NOBODY[dimension]
            within = {"project": of.view.project, "team": of.view.team, dimension: name}
            href = None if name is None else address("/runs", {**within, **days})
            rows.append(_row(words, href, total, figures.total))
        left = len(groups) - len(rows)
        rest = sum(total.sums["location_ug"] for _, total in groups[_MOST_ROWS:])
        share = _share(rest, figures.total.sums["location_ug"])
        others = f"{left:,} more, with {share} of the emissions together" if left else ""
        yield _Table(f"By {dimension}", _HEAD, rows, others)


_HEAD = ("Runs", "Energy of the IT", "Emissions", "Share")


def _quarters(cells: Sequence[Cell]) -> _Table:
    quarters = overview.by_quarter(cells)
    whole = Total(total.sums for _, total in quarters)
    rows = [_row(calendar.words(label), None, total, whole) for label, total in quarters]
    return _Table("By quarter", _HEAD, rows[-40:], "")


def _row(name: str, href: str | None, total: Total, whole: Total) -> _Row:
    part, sum_of_all = total.sums["location_ug"], whole.sums["location_ug"]
    energy = _figure(units.energy_range(total.energy_kwh().as_tuple()), total, "energy")
    emissions = _figure(units.mass_range(total.emissions_g().as_tuple()), total, "location")
    figures = (energy, emissions)
    share = part / sum_of_all if sum_of_all else 0.0
    return _Row(name, href, f"{total.runs:,}", figures, _share(part, sum_of_all), share)


def _figure(words: str, total: Total, what: str) -> tuple[str, str]:
    lacking = total.lacking(what)
    if lacking == total.runs:
        return "not known", ""
    figure, _, bounds = words.partition(" (")
    without = f"without {lacking:,} of its runs" if lacking else ""
    return figure, ", ".join(text for text in (bounds.rstrip(")"), without) if text)
