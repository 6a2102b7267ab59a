"""Two to eight runs side by side."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from wattprint.charts.comparison import Compared, comparison_chart, comparison_table
from wattprint.domain.interval import Range
from wattprint.domain.units import GRAMS_PER_KILOGRAM
from wattprint.hub import comparison, run_view
from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.notes import RunKey
from wattprint.hub.pages import asked
from wattprint.hub.pages.dashboard import Quantity
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.run import address_of
from wattprint.hub.pages.runs import ticked_again
from wattprint.hub.pages.sharing import shared_page
from wattprint.hub.pages.visitor import Member, Visitor
from wattprint.hub.run_view import RunView

router = APIRouter(include_in_schema=False)
Runs = Annotated[list[str], asked.Query(max_length=200)]
"""More than are compared: who ticks a whole page is told how many can be."""


class Asked(NamedTuple):
    """The runs that are compared."""

    views: list[RunView]
    named: list[str]


def asked_of(hub: AskedHub, member: Member, run: Runs = []) -> Asked:  # noqa: B006 - FastAPI copies it
    """Return the runs of an address, each as PROJECT/RUN.

    Raises:
        ProblemError: Too few, too many, or one that is unknown.
    """
    named = list(dict.fromkeys(run))
    if fault := _count_fault(named):
        raise ProblemError(422, fault)
    return Asked([_found(hub, member.org_id, name) for name in named], named)


def _count_fault(named: Sequence[str]) -> str:
    """Say that too few or too many runs are named; nothing where they can be compared."""
    least, most, count = comparison.LEAST_RUNS, comparison.MOST_RUNS, len(named)
    if least <= count <= most:
        return ""
    words = {0: "No run is ticked", 1: "1 run is ticked"}.get(count, f"{count} runs are ticked")
    return f"{words}; tick {least} to {most} of them."


def _found(hub: Hub, org_id: str, name: str) -> RunView:
    project, _, run = name.rpartition("/")
    is_text = len(name) <= 400 and "\0" not in name
    view = run_view.find(hub.database, RunKey(org_id, project, run)) if is_text else None
    if view is None:
        raise ProblemError(404, f"Run {name[:80]!r} is unknown; expected PROJECT/RUN.")
    return view


AskedRuns = Annotated[Asked, Depends(asked_of)]


@router.get("/compare")
async def get_compare(
    request: Request,
    *,
    hub: AskedHub,
    member: Member,
    run: Runs = [],  # noqa: B006 - FastAPI copies it
    quantity: Quantity = "emissions",
    of: Annotated[str, asked.Query(max_length=5000)] = "",
) -> Response:
    """Show runs side by side; or the list `of` this address again: too few or many are ticked."""

    def made(member: Visitor) -> Response:
        named = list(dict.fromkeys(run))
        if fault := _count_fault(named):
            return ticked_again(request, hub, member, named, of=of, fault=fault)
        return _page(request, member, asked_of(hub, member, run), quantity)

    return await shared_page(request, member, made)


def _page(request: Request, member: Visitor, of: Asked, quantity: str) -> Response:
    return page(
        request,
        member,
        "compare.html.jinja",
        views=of.views,
        links=[address_of(view.key) for view in of.views],
        labels=_labels(of),
        quantity=quantity,
        figures=comparison.figure_lines(of.views),
        facts=comparison.fact_lines(of.views),
        settings=comparison.setting_lines(of.views),
        table=comparison_table(_compared(of, quantity), quantity=quantity),
        chart=_address("/compare/chart.json", of, quantity),
        other=[(name, _address("/compare", of, name)) for name in ("emissions", "energy")],
    )


@router.get("/compare/chart.json")
def get_chart(_member: Member, of: AskedRuns, quantity: Quantity = "emissions") -> Response:
    """Return the chart of runs side by side."""
    return JSONResponse(comparison_chart(_compared(of, quantity), quantity=quantity))


def _address(path: str, of: Asked, quantity: str) -> str:
    query = [("run", name) for name in of.named] + [("quantity", quantity)]
    return f"{path}?{urlencode(query)}"


def _labels(of: Asked) -> list[str]:
    """Return a name for each run: with its project, its id too where two would be the same."""
    names = [f"{view.key.project_id}: {view.row['name']}" for view in of.views]
    return [
        f"{name} ({view.key.run_id})" if names.count(name) > 1 else name
        for name, view in zip(names, of.views, strict=True)
    ]


def _compared(of: Asked, quantity: str) -> list[Compared]:
    return [
        Compared(label, _amount(view, quantity))
        for label, view in zip(_labels(of), of.views, strict=True)
    ]


def _amount(view: RunView, quantity: str) -> Range | None:
    if quantity == "energy":
        return comparison.amount_of(view.footprint, "it")
    kg = comparison.amount_of(view.footprint, "location_based")
    return None if kg is None else Range(*(part * GRAMS_PER_KILOGRAM for part in kg.as_tuple()))
