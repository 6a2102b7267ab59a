"""A run: its figures and what they rest on, its power, what people said of it."""

import json
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from wattprint.charts.fluid import nothing
from wattprint.charts.run_intensity import run_intensity_chart, run_intensity_table
from wattprint.charts.run_power import run_power_chart, run_power_table
from wattprint.domain import units
from wattprint.domain.footprint import co2e
from wattprint.estimator.per_unit import breakdown_of_run
from wattprint.hub import notes, run_view, sweeps
from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.api.notes import run_key
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.rights import WRITE, Principal
from wattprint.hub.notes import RunKey
from wattprint.hub.pages import sweep_words
from wattprint.hub.pages.asked import Text
from wattprint.hub.pages.rendering import address, page
from wattprint.hub.pages.sharing import shared_page
from wattprint.hub.pages.visitor import Form, Member, Visitor, not_allowed, text_of
from wattprint.hub.run_hours import hours_of
from wattprint.hub.run_view import RunView
from wattprint.reports.documents import footprint_latex, footprint_markdown
from wattprint.reports.parts import run_parts

router = APIRouter(include_in_schema=False)
_ROWS_OF_SWEEP = 10
_RunId = Annotated[str, Path(max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]


class Asked(NamedTuple):
    """A run that is there, and who asks for it."""

    key: RunKey
    visitor: Visitor


def asked_of(hub: AskedHub, member: Member, run: _RunId, project: Text = "") -> Asked:
    """Return the run that an address names.

    Raises:
        ProblemError: There is none, or several projects have one of this id.
    """
    return Asked(run_key(hub, member.org_id, run, project or None), member)


AskedRun = Annotated[Asked, Depends(asked_of)]


def address_of(key: RunKey, more: str = "", **query: Any) -> str:
    """Return the address of a run, or of a part of it."""
    return address(f"/runs/{key.run_id}{more}", {"project": key.project_id, **query})


@router.get("/runs/{run}")
async def get_run(
    request: Request, hub: AskedHub, member: Member, run: _RunId, project: Text = ""
) -> Response:
    """Show a run."""

    def made(member: Visitor) -> Response:
        return _page(request, hub, asked_of(hub, member, run, project))

    return await shared_page(request, member, made, is_own=True)


def _page(
    request: Request, hub: Hub, of: Asked, *, fault: str | None = None, status: int = 200
) -> Response:
    view = _found(hub, of.key)
    breakdown = breakdown_of_run(view.record, view.footprint)
    principal = of.visitor.principal
    hours = hours_of(view)
    return page(
        request,
        of.visitor,
        "run.html.jinja",
        status=status,
        fault=fault,
        **_figures(view),
        key=of.key,
        view=view,
        said=notes.said_of(hub.database, of.key),
        may_write=principal is not None and principal.may_write(of.key.project_id),
        power=run_power_table(run_view.with_power(hub.database, view)),
        hours=hours,
        intensity=None if hours.course is None else run_intensity_table(hours.course),
        versions=_versions(view),
        **_sweep(hub, view),
        latex=footprint_latex(view.footprint, breakdown),
        markdown=footprint_markdown(view.footprint, breakdown),
        longest_reason=notes.LONGEST_REASON,
        longest_note=notes.LONGEST_NOTE,
    )


def _sweep(hub: Hub, view: RunView) -> dict[str, Any]:
    """Return what the page says of the runs around this one, and of the runs of this one."""
    key, around = view.key, {}
    for name, column in (("parent", "parent_id"), ("launcher", "within_id")):
        of = view.row[column]
        around[name] = of and sweeps.around(hub.database, key.org_id, key.project_id, of)
    found = sweeps.of_run(hub.database, key.org_id, key.run_id, limit=_ROWS_OF_SWEEP)
    return {**around, "sweep": found, "words": sweep_words}


def _figures(view: RunView) -> dict[str, Any]:
    """Return what both the page and its part that goes on say."""
    breakdown = breakdown_of_run(view.record, view.footprint)
    parts = run_parts(view.record, view.footprint, breakdown, view.row["outcome"])
    # A record comes with its readings added up; how many there were is not for it to say.
    parts["facts"] = [fact for fact in parts["facts"] if fact[0] != "Readings"]
    return {
        "parts": parts,
        "boundaries": _boundaries(view),
        "here": lambda more="", **query: address_of(view.key, more, **query),
        "is_running": view.is_running,
    }


@router.get("/runs/{run}/live")
def get_live(request: Request, hub: AskedHub, of: AskedRun) -> Response:
    """Return the figures of a run that goes on, to replace those on its page."""
    view = _found(hub, of.key)
    made = page(request, of.visitor, "run_live.html.jinja", **_figures(view))
    if not view.is_running:
        made.headers["hx-refresh"] = "true"  # it has ended: the whole page changes
    return made


@router.get("/runs/{run}/charts/power.json")
def get_power(hub: AskedHub, of: AskedRun) -> Response:
    """Return the chart of a run's power over time."""
    view = _found(hub, of.key)
    return JSONResponse(run_power_chart(run_view.with_power(hub.database, view)))


@router.get("/runs/{run}/charts/intensity.json")
def get_intensity(hub: AskedHub, of: AskedRun) -> Response:
    """Return the chart of the intensity of a run's hours, on the axis of its power."""
    hours = hours_of(_found(hub, of.key))
    made = nothing(hours.said) if hours.course is None else run_intensity_chart(hours.course)
    return JSONResponse(made)


@router.get("/runs/{run}/record.json")
def get_record(hub: AskedHub, of: AskedRun) -> Response:
    """Download a run's record as it came."""
    return _download(of.key, "record", _found(hub, of.key).row["record"])


@router.get("/runs/{run}/footprint.json")
def get_footprint(hub: AskedHub, of: AskedRun, factors: Text = "") -> Response:
    """Download a run's footprint, by the factor set it was computed with.

    Raises:
        ProblemError: None was stored for that factor set.
    """
    view = _found(hub, of.key)
    if not factors:
        return _download(of.key, "footprint", json.dumps(view.footprint.as_dict()))
    for version in view.versions:
        if version["factor_set_sha256"] == factors:
            return _download(of.key, "footprint", version["document"])
    raise ProblemError(404, f"No footprint of factor set {factors[:64]!r}.")


def _download(key: RunKey, what: str, text: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{key.run_id}.{what}.json"'}
    return Response(text, media_type="application/json", headers=headers)


Change = Callable[[Hub, Principal, RunKey, FormData], object]


async def _changed(request: Request, hub: Hub, of: Asked, form: FormData, work: Change) -> Response:
    """Do what a form asks for, and go back to the run; or say why not."""
    principal = of.visitor.principal
    if principal is None or not principal.may_write(of.key.project_id):
        raise not_allowed(of.visitor.who(), WRITE, f" of project {of.key.project_id}")
    try:
        await run_in_threadpool(work, hub, principal, of.key, form)
    except ValueError as error:  # InputError: what was typed
        fault = str(error)
        return await run_in_threadpool(_page, request, hub, of, fault=fault, status=422)
    return RedirectResponse(address_of(of.key) + "#said", status_code=303)


@router.post("/runs/{run}/tags")
async def post_tag(request: Request, hub: AskedHub, form: Form, of: AskedRun) -> Response:
    """Give a run a tag."""

    def work(hub: Hub, by: Principal, key: RunKey, form: FormData) -> object:
        return notes.set_tag(hub.database, by, key, text_of(form, "tag", 200), hub.now_ms())

    return await _changed(request, hub, of, form, work)


@router.post("/runs/{run}/untag")
async def post_untag(request: Request, hub: AskedHub, form: Form, of: AskedRun) -> Response:
    """Take a tag from a run."""

    def work(hub: Hub, by: Principal, key: RunKey, form: FormData) -> object:
        return notes.remove_tag(hub.database, by, key, text_of(form, "tag", 200), hub.now_ms())

    return await _changed(request, hub, of, form, work)


@router.post("/runs/{run}/notes")
async def post_note(request: Request, hub: AskedHub, form: Form, of: AskedRun) -> Response:
    """Write a note, or a new version of one."""

    def work(hub: Hub, by: Principal, key: RunKey, form: FormData) -> object:
        text, edits = text_of(form, "text", notes.LONGEST_NOTE * 2), text_of(form, "edits", 40)
        return notes.add_note(
            hub.database, by, key, text, edits_id=edits or None, now_ms=hub.now_ms()
        )

    return await _changed(request, hub, of, form, work)


@router.post("/runs/{run}/exclude")
async def post_exclude(request: Request, hub: AskedHub, form: Form, of: AskedRun) -> Response:
    """Take a run out of all sums."""

    def work(hub: Hub, by: Principal, key: RunKey, form: FormData) -> object:
        reason = text_of(form, "reason", notes.LONGEST_REASON * 2)
        return notes.exclude(hub.database, by, key, reason, hub.now_ms())

    return await _changed(request, hub, of, form, work)


@router.post("/runs/{run}/include")
async def post_include(request: Request, hub: AskedHub, form: Form, of: AskedRun) -> Response:
    """Count a run again."""

    def work(hub: Hub, by: Principal, key: RunKey, form: FormData) -> object:  # noqa: ARG001 - as the others
        return notes.include(hub.database, by, key, hub.now_ms())

    return await _changed(request, hub, of, form, work)


def _found(hub: Hub, key: RunKey) -> RunView:
    view = run_view.find(hub.database, key)
    if view is None:
        raise ProblemError(404, f"Run {key.run_id!r} is unknown.")
    return view


def _boundaries(view: RunView) -> list[tuple[str, str, str]]:
    """Return energy at each boundary, and emissions, with what each one counts."""
    energy, emissions = view.footprint.energy_kwh, view.footprint.emissions_kg
    known = [
        ("Chips", energy.chips or energy.accelerator, "what the devices' meters say"),
        ("IT", energy.it, "with the host and its supply losses, at the wall"),
        ("Facility", energy.facility, "times PUE: cooling and distribution"),
    ]
    rows = [
        (name, "not known" if kwh is None else units.energy_range(kwh.as_tuple()), words)
        for name, kwh, words in known
    ]
    for name, kg, words in (
        ("Emissions, location-based", emissions.location_based, "at the intensity of the grid"),
        ("Emissions, market-based", emissions.market_based, "by what was contracted"),
        ("Embodied emissions", emissions.embodied, "the run's share of making the hardware"),
    ):
        rows.append((name, "not known" if kg is None else co2e(kg), words))
    return rows


def _versions(view: RunView) -> list[dict[str, Any]]:
    """Return a run's footprints under each factor set, side by side."""
    rows: list[dict[str, Any]] = []
    first = None
    for version in view.versions:
        footprint = run_view.footprint_of(version["document"])
        if footprint is None:
            continue
        location = footprint.emissions_kg.location_based
        first = first or location
        change = ""
        if rows and location is not None and first is not None and first.value:
            percent = 100 * (location.value / first.value - 1)
            change = f"{percent:+.2g} %" if abs(percent) >= 0.005 else "the same"
        rows.append(
            {
                "version": version["factor_set_version"],
                "sha256": version["factor_set_sha256"],
                "received_at_ms": version["received_at_ms"],
                "energy": "not known"
                if footprint.best_energy_kwh is None
                else units.energy_range(footprint.best_energy_kwh.as_tuple()),
                "location": "not known" if location is None else co2e(location),
                "change": change,
                "is_counted": version["factor_set_sha256"] == view.row["factor_set_sha256"],
            }
        )
    return rows
