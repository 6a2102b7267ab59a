"""Runs, projects and sums, read by whoever may."""

from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, Literal
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import select

from wattprint.domain.errors import InputError
from wattprint.hub import reading, run_list
from wattprint.hub.api.asked import NO_CONTROLS, AskedHub, Hub, Reader, problems
from wattprint.hub.api.examples import RECORD
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.rights import Principal
from wattprint.hub.reading import FIELDS
from wattprint.hub.storage.note_tables import TAG
from wattprint.hub.storage.schema import projects
from wattprint.hub.sums import GROUPS, sums_of_readings, sums_of_runs
from wattprint.hub.sums import Asked as SumsAsked

router = APIRouter(prefix="/api/v1", tags=["read"])
Name = Annotated[str, Query(min_length=1, max_length=200, pattern=NO_CONTROLS)]
RunId = Annotated[str, Path(max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
_PARENT = Query(
    max_length=128,
    pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$",
    description="Id of the run that they are part of: the runs of a sweep",
)
_Sort = Literal[
    "started_at_ms",
    "-started_at_ms",
    "duration_ms",
    "-duration_ms",
    "it_j",
    "-it_j",
    "location_ug",
    "-location_ug",
]
_SORT = Query(description="With a - from the largest on; runs without the figure are left out")
_Stage = Literal["data", "search", "pretrain", "finetune", "evaluate", "inference"]
_Outcome = Literal["completed", "failed", "interrupted", "running"]
_Moment = Annotated[int, Query(ge=0, le=2**53, description="[ms since 1970]")]
_GROUP = "|".join(GROUPS)
_EPOCH = date(1970, 1, 1)
_NOT_MODIFIED: Mapping[int | str, dict[str, Any]] = {304: {"description": "Not modified"}}


class RunsPage(BaseModel):
    """A page of runs."""

    runs: list[dict[str, Any]]
    next: Annotated[str | None, Field(description="`cursor` of the next page; null at the end")]
    search_goes_on: Annotated[
        bool,
        Field(
            description="Whether looking ended at its bound, before the page was full: what the "
            "filters seek may be behind it, and `next` goes on from there. Such a page may be empty"
        ),
    ]


class RunFound(BaseModel):
    """A run: its figures, its raw record, and its footprint under each factor set."""

    run: dict[str, Any]
    record: Annotated[dict[str, Any], Field(examples=[RECORD])]
    footprints: list[dict[str, Any]]


class IntervalsPage(BaseModel):
    """Raw readings of a run, device by device."""

    intervals: list[dict[str, Any]]
    next: str | None


class ProjectFound(BaseModel):
    """A project."""

    project: str
    team: str | None
    created_at_ms: int


class ProjectsFound(BaseModel):
    """All projects."""

    projects: list[ProjectFound]


class Sums(BaseModel):
    """Sums of runs [J, ugCO2e, ms]; `runs_without_...` counts those that a sum knows nothing of."""

    rows: list[dict[str, Any]]


@router.get("/runs", response_model=RunsPage, responses={**problems(), **_NOT_MODIFIED})
async def get_runs(
    request: Request,
    *,
    hub: AskedHub,
    principal: Reader,
    project: Name | None = None,
    team: Name | None = None,
    stage: _Stage | None = None,
    outcome: _Outcome | None = None,
    zone: Name | None = None,
    hardware: Name | None = None,
    tag: Annotated[str, Query(max_length=64, pattern=TAG)] | None = None,
    parent: Annotated[str, _PARENT] | None = None,
    since_ms: _Moment | None = None,
    until_ms: _Moment | None = None,
    sort: Annotated[_Sort, _SORT] = "-started_at_ms",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str | None, Query(max_length=2000, pattern=r"^[A-Za-z0-9_-]+$")] = None,
    fields: Annotated[
        str | None,
        Query(
            max_length=2000,
            pattern=r"^[a-z0-9_]+(,[a-z0-9_]+)*$",
            description="Comma-separated: " + ", ".join(FIELDS),
        ),
    ] = None,
) -> Response:
    """List runs, the newest first, by pages.

    So many runs are looked at for one page: a filter that fits hardly any of a million is answered
    at once with what was found among them, and `search_goes_on`.
    """
    asked = run_list.Asked(
        project=project,
        team=team,
        stage=stage,
        outcome=outcome,
        zone=zone,
        hardware=hardware,
        tag=tag,
        parent=parent,
        since_ms=since_ms,
        until_ms=until_ms,
    )
    named = _fields(fields)

    def document() -> dict[str, Any]:
        page = run_list.listed(
            hub.database,
            principal.org_id,
            asked,
            sort=_order(sort),
            cursor=cursor,
            limit=limit,
            is_described=False,
        )
        found = [{name: row[reading.column_of(name)] for name in named} for row in page.rows]
        return {"runs": found, "next": page.next_cursor, "search_goes_on": page.is_cut}

    return await _shared(request, hub, principal, document)


def _order(sort: str) -> str:
    """Return the name of an order of columns, as lists of runs know it."""
    names = {column: name for name, column in run_list.ORDERS.items()}
    return ("-" if sort.startswith("-") else "") + names[sort.removeprefix("-")]


def _fields(text: str | None) -> tuple[str, ...]:
    names = FIELDS if text is None else tuple(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in FIELDS:
            raise InputError(f"field {name!r} is unknown", "expected some of " + ", ".join(FIELDS))
    return names


@router.get(
    "/runs/{run}", response_model=RunFound, responses={**problems(404, 409), **_NOT_MODIFIED}
)
async def get_run(
    request: Request, hub: AskedHub, principal: Reader, run: RunId, project: Name | None = None
) -> Response:
    """Return a run; `project` is needed only where two projects share its id."""
    return await _shared(request, hub, principal, lambda: _run(hub, principal.org_id, run, project))


def _run(hub: Hub, org_id: str, run: str, project: str | None) -> dict[str, Any]:
    found = _found(hub, org_id, run, project)
    described = {name: found[reading.column_of(name)] for name in FIELDS}
    # As they came: a number beyond what a float holds would be no JSON if it were read.
    versions = [
        {**version, "document": msgspec.Raw(version["document"].encode())}
        for version in found["footprints"]
    ]
    record = msgspec.Raw(found["record"].encode())
    return {"run": described, "record": record, "footprints": versions}


@router.get(
    "/runs/{run}/intervals",
    response_model=IntervalsPage,
    responses={**problems(404, 409), **_NOT_MODIFIED},
)
async def get_intervals(
    request: Request,
    *,
    hub: AskedHub,
    principal: Reader,
    run: RunId,
    project: Name | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    after_device: Name | None = None,
    after_ms: _Moment = 0,
) -> Response:
    """Return raw readings of a run. `next` is the query of the next page."""
    after = None if after_device is None else (after_device, after_ms)

    def document() -> dict[str, Any]:
        found = _found(hub, principal.org_id, run, project)
        return _intervals(hub, (principal.org_id, found["project_id"], run), after, limit)

    return await _shared(request, hub, principal, document)


def _intervals(
    hub: Hub, of: tuple[str, str, str], after: tuple[str, int] | None, limit: int
) -> dict[str, Any]:
    rows = reading.list_intervals(hub.database, of, after, limit + 1)
    at = None
    if len(rows) > limit:
        rows.pop()
        at = f"after_device={_quoted(rows[-1]['device'])}&after_ms={rows[-1]['start_ms']}"
    return {"intervals": rows, "next": at}


@router.get("/projects", response_model=ProjectsFound, responses={**problems(), **_NOT_MODIFIED})
async def get_projects(request: Request, hub: AskedHub, principal: Reader) -> Response:
    """List all projects and their teams."""
    its = projects.c
    statement = select(its.project_id, its.team_id, its.created_at_ms)
    statement = statement.where(its.org_id == principal.org_id).order_by(its.project_id)

    def document() -> dict[str, Any]:
        with hub.database.reading() as connection:
            rows = [
                {"project": row.project_id, "team": row.team_id, "created_at_ms": row.created_at_ms}
                for row in connection.execute(statement)
            ]
        return {"projects": rows}

    return await _shared(request, hub, principal, document)


@router.get("/sums/runs", response_model=Sums, responses={**problems(), **_NOT_MODIFIED})
async def get_sums_of_runs(
    request: Request,
    *,
    hub: AskedHub,
    principal: Reader,
    by: Annotated[
        str,
        Query(
            pattern=rf"^({_GROUP})(,({_GROUP})){{0,5}}$",
            description="Comma-separated: " + ", ".join(GROUPS),
        ),
    ] = "day",
    first_day: date = date(1970, 1, 1),
    last_day: date = date(9999, 12, 31),
    project: Name | None = None,
) -> Response:
    """Add up runs by the day on which they began, project, team, outcome, zone or hardware."""
    groups = tuple(dict.fromkeys(by.split(",")))
    wanted = SumsAsked(principal.org_id, groups, _days(first_day, last_day), project)

    def document() -> dict[str, Any]:
        return {"rows": [_dated(row) for row in sums_of_runs(hub.database, wanted)]}

    return await _shared(request, hub, principal, document)


@router.get("/sums/intervals", response_model=Sums, responses={**problems(), **_NOT_MODIFIED})
async def get_sums_of_intervals(
    request: Request,
    *,
    hub: AskedHub,
    principal: Reader,
    first_day: date = date(1970, 1, 1),
    last_day: date = date(9999, 12, 31),
    project: Name | None = None,
) -> Response:
    """Add up raw readings by project and day [uJ, ms], whichever runs they are of."""
    days = _days(first_day, last_day)

    def document() -> dict[str, Any]:
        rows = sums_of_readings(hub.database, principal.org_id, days, project)
        return {"rows": [_dated(row) for row in rows]}

    return await _shared(request, hub, principal, document)


def _found(hub: Any, org_id: str, run: str, project: str | None) -> dict[str, Any]:
    found = reading.find_run(hub.database, org_id, run, project)
    if not found:
        raise ProblemError(404, f"Run {run!r} is unknown.")
    if len(found) > 1:
        raise ProblemError(409, f"Run {run!r} is of several projects; say which by `project`.")
    return found[0]


def _days(first: date, last: date) -> tuple[int, int]:
    return (first - _EPOCH).days, (last - _EPOCH).days


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    if "day" not in row:
        return row
    return {**row, "day": date.fromordinal(_EPOCH.toordinal() + row["day"]).isoformat()}


def _quoted(text: str) -> str:
    return quote(text, safe="")


async def _shared(
    request: Request, hub: Hub, principal: Principal, document: Callable[[], Any]
) -> Response:
    """Return a document, made once for all of an organisation who wait for it."""

    def made() -> tuple[bytes, str]:
        body = msgspec.json.encode(document())
        return body, f'"{sha256(body).hexdigest()[:32]}"'

    key = (principal.org_id, request.url.path, request.url.query)
    return _answer(request, *await hub.answers.of(key, made))


def _answer(request: Request, body: bytes, tag: str) -> Response:
    """Return a document, or that the client has it already."""
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if tag in request.headers.get("if-none-match", "").replace("W/", "").split(", "):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
