"""The list of runs: filters in the address, orders that stay fast, columns by choice, CSV."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from wattprint.domain.checks import one_of
from wattprint.domain.errors import InputError
from wattprint.domain.run import OUTCOMES, STAGES
from wattprint.hub import run_list, sweeps
from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.csv_cells import csv_line
from wattprint.hub.ingest.run_facts import RUNNING
from wattprint.hub.pages import asked, sweep_words
from wattprint.hub.pages.asked import Text, Texts
from wattprint.hub.pages.rendering import address, page
from wattprint.hub.pages.sharing import shared_page
from wattprint.hub.pages.visitor import Member, Visitor

router = APIRouter(include_in_schema=False)

COLUMNS = {
    "started": "Started, UTC",
    "stage": "Stage",
    "outcome": "Outcome",
    "hardware": "Hardware",
    "zone": "Zone",
    "duration": "Duration",
    "energy": "Energy of the IT",
    "emissions": "Emissions",
    "tags": "Tags",
    "facility": "Energy of the facility",
    "market": "Emissions, market-based",
    "embodied": "Embodied emissions",
    "region": "Region",
    "parent": "Part of",
    "factors": "Factor set",
    "received": "Received",
}
"""Columns that a list can have; its name has one always."""
_FIRST_COLUMNS = tuple(COLUMNS)[:9]
_ROWS, _LONGEST = 50, 200
_TEXTS = ("project", "team", "stage", "outcome", "zone", "hardware", "tag", "parent", "name")
MOST_CSV_ROWS = 50_000
_CSV = (
    *("project_id", "run_id", "name", "stage", "outcome", "parent_id", "zone", "region"),
    *("hardware", "started_at_ms", "duration_ms", "accelerator_j", "cpu_j", "memory_j"),
    *("it_j", "it_low_j", "it_high_j", "facility_j", "facility_low_j", "facility_high_j"),
    *("location_ug", "location_low_ug", "location_high_ug"),
    *("market_ug", "market_low_ug", "market_high_ug"),
    *("embodied_ug", "embodied_low_ug", "embodied_high_ug"),
    *("factor_set_version", "tags", "is_excluded"),
)


class Asked(NamedTuple):
    """Which runs, in which order, with which columns."""

    runs: run_list.Asked
    sort: str
    columns: tuple[str, ...]
    query: Mapping[str, str]
    """The parts of the address that say so."""
    faults: Mapping[str, str]
    """What is wrong, by field; then no run is looked for."""


async def asked_of(
    *,
    project: Text = "",
    team: Text = "",
    stage: Text = "",
    outcome: Text = "",
    zone: Text = "",
    hardware: Text = "",
    tag: Text = "",
    parent: Text = "",
    name: Text = "",
    excluded: Text = "",
    since: Text = "",
    until: Text = "",
    sort: Text = "-started",
    columns: Texts = [],  # noqa: B006 - FastAPI copies it
) -> Asked:
    """Return which runs are asked for, by the address.

    Raises:
        InputError: An order or a column that is none.
    """
    said = {"project": project, "team": team, "stage": stage, "outcome": outcome, "zone": zone}
    said |= {"hardware": hardware, "tag": tag, "parent": parent, "name": name}
    said |= {"excluded": excluded, "since": since, "until": until, "sort": sort}
    return _read(said, [one for text in columns for one in text.split(",")])


def _read(said: Mapping[str, str], columns: Sequence[str]) -> Asked:
    """Read an address's parts; a day that is none is a fault of its field, and no more.

    Raises:
        InputError: An order or a column that is none.
    """
    texts = {field: said.get(field, "") for field in _TEXTS}
    excluded, sort = said.get("excluded", ""), said.get("sort", "") or "-started"
    if excluded:
        one_of("excluded", excluded, [text for text in run_list.EXCLUDED if text])
    days = {name: said.get(name, "") for name in ("since", "until")}
    faults, begins = _days(days)
    found: dict[str, Any] = {field: asked.said(text) for field, text in texts.items()}
    found["project"] = asked.exact(texts["project"])  # chosen from a list, as it is stored
    wanted = run_list.Asked(**found, excluded=excluded, **begins)
    chosen = [one for one in columns if one]
    for column in chosen:
        one_of("column", column, COLUMNS)
    shown = tuple(column for column in COLUMNS if column in chosen) or _FIRST_COLUMNS
    query = {**texts, "excluded": excluded, **days}
    query |= {"sort": sort if sort != "-started" else ""}
    query |= {"columns": ",".join(shown) if shown != _FIRST_COLUMNS else ""}
    return Asked(wanted, sort, shown, query, faults)


def _days(days: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what is wrong with the days of an address, by field, else the moments they mean."""
    faults: dict[str, str] = {}
    begins: dict[str, Any] = {}
    for days_later, (name, text) in enumerate(days.items()):
        try:
            begins[f"{name}_ms"] = midnight_ms(name, text, days_later)
        except InputError as error:
            faults[name] = f"{text} is no day; {error.allowed}."
    since_ms, until_ms = begins.get("since_ms"), begins.get("until_ms")
    if since_ms is not None and until_ms is not None and since_ms >= until_ms:
        words = f"{days['since']} is behind {days['until']}; expected the earlier day first."
        faults["since"] = words
    return (faults, {}) if faults else ({}, begins)


AskedRuns = Annotated[Asked, Depends(asked_of)]


def midnight_ms(name: str, text: str, days_later: int) -> int | None:
    """Return the begin of a day of an address, or of one after it; None for the empty text.

    Raises:
        InputError: It is no day.
    """
    day = asked.day(name, text)
    if day is None:
        return None
    midnight = datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
    begun = midnight - datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(days=days_later)
    return begun.days * 86_400_000


@router.get("/runs")
async def get_runs(
    request: Request,
    hub: AskedHub,
    member: Member,
    of: AskedRuns,
    cursor: Annotated[str, asked.Query(max_length=2000)] = "",
) -> Response:
    """List runs."""
    return await shared_page(request, member, lambda who: _runs(request, hub, who, of, cursor))


def ticked_again(
    request: Request, hub: Hub, member: Visitor, ticked: Sequence[str], *, of: str, fault: str
) -> Response:
    """Show a list again whose ticks are refused, with them and the fault.

    Args:
        request: What asks for it.
        hub: The hub.
        member: Who looks.
        ticked: Runs as PROJECT/RUN.
        of: The query of the list's address; another list than one of ours is the first page.
        fault: What is wrong.
    """
    said = dict(parse_qsl(of))
    cursor, columns = said.pop("cursor", ""), said.pop("columns", "").split(",")
    again = partial(_runs, request, hub, member, ticked=ticked, fault=fault)
    if all(text.isprintable() and len(text) <= _LONGEST for text in said.values()):
        with suppress(InputError):
            found = _read(said, columns)
            if not found.faults:
                return again(found, cursor)
    return again(_read({}, ()), "")


def _runs(
    request: Request,
    hub: Hub,
    member: Visitor,
    of: Asked,
    cursor: str,
    *,
    ticked: Sequence[str] = (),
    fault: str = "",
) -> Response:
    found = _found(hub, member.org_id, of, cursor)
    sweep, sweep_run = None, None
    if of.runs.parent is not None:
        sweep, sweep_run = sweeps.of_parent(hub.database, member.org_id, of.runs.parent)
    return page(
        request,
        member,
        "runs.html.jinja",
        status=422 if fault or of.faults else 200,
        fault=fault,
        ticked=ticked,
        elsewhere=sorted({*ticked} - {f"{r['project_id']}/{r['run_id']}" for r in found.rows}),
        here=address("", of.query, cursor=cursor).removeprefix("?"),
        sweep=sweep,
        sweep_run=sweep_run,
        words=sweep_words,
        asked=of,
        found=found,
        cursor=cursor,
        looked=f"{sum(run_list.STRETCHES):,}",
        all_columns=COLUMNS,
        numeric=("duration", "energy", "emissions", "facility", "market", "embodied"),
        orders=run_list.ORDERS,
        choices=run_list.choices(hub.database, member.org_id),
        stages=STAGES,
        outcomes=(*OUTCOMES, RUNNING),
        is_filtered=any(text for key, text in of.query.items() if key not in ("sort", "columns")),
        csv=address("/runs.csv", of.query),
    )


def _found(hub: Hub, org_id: str, of: Asked, cursor: str) -> run_list.Listing:
    if of.faults:
        return run_list.Listing([], None)
    after = cursor or None
    return run_list.listed(hub.database, org_id, of.runs, sort=of.sort, cursor=after, limit=_ROWS)


@router.get("/runs.csv")
def get_csv(hub: AskedHub, member: Member, of: AskedRuns) -> Response:
    """Download the runs that are asked for as CSV, at most so many rows.

    Raises:
        ProblemError: A day that is none.
    """
    for name, words in of.faults.items():
        raise ProblemError(422, words, [{"parameter": name, "detail": words}])
    headers = {"content-disposition": 'attachment; filename="runs.csv"'}
    # What cannot be read is refused here: an answer that has begun cannot say so.
    first = _csv_piece(hub, member.org_id, of, None, MOST_CSV_ROWS)
    lines = _csv_lines(hub, member.org_id, of, first)
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _csv_lines(hub: Hub, org_id: str, of: Asked, found: run_list.Listing) -> Iterator[str]:
    yield csv_line(_CSV)
    left = MOST_CSV_ROWS
    while True:
        for row in found.rows:
            yield csv_line([_cell(row[name]) for name in _CSV])
        left -= len(found.rows)
        if found.next_cursor is None or left <= 0:
            return
        found = _csv_piece(hub, org_id, of, found.next_cursor, left)


def _csv_piece(hub: Hub, org_id: str, of: Asked, cursor: str | None, left: int) -> run_list.Listing:
    return run_list.listed(
        hub.database, org_id, of.runs, sort=of.sort, cursor=cursor, limit=min(1000, left)
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, list) else str(value)
