"""Leaderboards: models of a task by score, and what each cost."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from wattprint.charts.front import Entry, front_chart
from wattprint.domain.evidence import Method
from wattprint.domain.interval import Range
from wattprint.hub.api.address_limit import take_by_address
from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.api.registry_asked import tagged
from wattprint.hub.pages.models import registry_for
from wattprint.hub.pages.rendering import address, page
from wattprint.hub.pages.sharing import shared_page
from wattprint.hub.pages.visitor import AnyVisitor, Visitor
from wattprint.hub.registry.examine import UG_PER_G
from wattprint.hub.registry.files import mass_words
from wattprint.hub.registry.leaderboard import Leaderboard, Ranked, leaderboard
from wattprint.hub.registry.search import tasks

router = APIRouter(include_in_schema=False, dependencies=[Depends(take_by_address)])
_SHOWN = 100
_Word = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


@router.get("/leaderboards")
def get_leaderboards(request: Request, hub: AskedHub, visitor: AnyVisitor) -> Response:
    """Show all tasks."""
    try:
        registry = registry_for(hub, visitor)
    except ProblemError as problem:
        if problem.status != 404:
            raise
        return page(request, visitor, "models_unpublished.html.jinja")
    found = tasks(hub.database, registry.org_id)
    return page(request, visitor, "leaderboards.html.jinja", tasks=found)


@router.get("/leaderboards/{task:path}")
async def get_leaderboard(
    request: Request,
    hub: AskedHub,
    visitor: AnyVisitor,
    task: str,
    *,
    metric: _Word = "",
    dataset: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = None,
) -> Response:
    """Show a task's models by score."""
    return await shared_page(
        request,
        visitor,
        lambda who: _leaderboard(request, hub, who, task, metric=metric, dataset=dataset),
    )


def _leaderboard(
    request: Request, hub: Hub, visitor: Visitor, task: str, *, metric: str, dataset: str | None
) -> Response:
    registry = registry_for(hub, visitor)
    board = leaderboard(hub.database, registry.org_id, _task(task), metric or None, dataset)
    if board.chosen is None:
        raise ProblemError(404, f"No scores of task {task[:200]!r} are there.")
    chosen = board.chosen
    return page(
        request,
        visitor,
        "leaderboard.html.jinja",
        task=task,
        chosen=chosen,
        contests=board.contests,
        ranked=[_shown(one) for one in board.ranked[:_SHOWN]],
        total=len(board.ranked),
        front=[_shown(one) for one in board.ranked if one.is_on_front],
        chart=address(
            "/charts/leaderboard",
            {"task": task, "metric": chosen.metric, "dataset": chosen.dataset},
        ),
        table={
            "head": ("Model", "Score", "Emissions"),
            "rows": [
                (one.name, f"{one.score:g}", _mass(one)) for one in board.ranked if one.is_on_front
            ],
            "caption": "Models that none beats in both score and emissions",
            "numeric": (1, 2),
        },
    )


def _task(task: str) -> str:
    if len(task) > 200 or "\0" in task:
        raise ProblemError(404, "No such task.")
    return task


def _mass(one: Ranked) -> str:
    return mass_words(one._asdict())


def _shown(one: Ranked) -> dict[str, object]:
    return {**one._asdict(), "score": f"{one.score:g}", "mass": _mass(one)}


@router.get("/charts/leaderboard")
def get_chart(
    request: Request,
    hub: AskedHub,
    visitor: AnyVisitor,
    *,
    task: _Word,
    metric: _Word = "",
    dataset: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = None,
) -> Response:
    """Return the chart of a leaderboard as Vega-Lite."""
    registry = registry_for(hub, visitor)
    board = leaderboard(hub.database, registry.org_id, task, metric or None, dataset)
    body = json.dumps(_spec(board), separators=(",", ":")).encode()
    return tagged(request, body, "application/json", registry)


def _spec(board: Leaderboard) -> dict[str, object]:
    chosen = board.chosen
    entries = [
        Entry(one.name, one.score, _grams(one), one.method == Method.MEASURED.value)
        for one in board.ranked
        if one.location_ug
    ]
    return front_chart(
        entries,
        score="score" if chosen is None else chosen.metric[:60],
        higher_is_better=chosen is None or chosen.higher_is_better,
    )


def _grams(one: Ranked) -> Range:
    """Return what a model emitted [gCO2e]; without bounds, as if it had none."""
    value = float(one.location_ug or 0)
    low = value if one.location_low_ug is None else min(value, max(1.0, one.location_low_ug))
    high = value if one.location_high_ug is None else max(value, one.location_high_ug)
    return Range(*(bound / UG_PER_G for bound in (value, low, high)))
