"""/admin/factor-sets: what other factors say of the same runs, and history computed again."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from wattprint.domain.errors import InputError
from wattprint.factors.tables import shipped
from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.jobs.store import QUEUED, RUNNING, Job, list_jobs, make_job
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.visitor import Admin, Form, Visitor, text_of
from wattprint.hub.recompute_diff import Diff, FactorSetSeen, factor_set_diff, factor_sets

router = APIRouter(include_in_schema=False)
_Sha256 = Annotated[str, Query(pattern=r"^([0-9a-f]{64})?$")]
_Cursor = Annotated[str | None, Query(max_length=2000, pattern=r"^[A-Za-z0-9_-]+$")]
_JOBS_SHOWN = 5


@router.get("/admin/factor-sets")
def get_factor_sets(
    request: Request,
    *,
    hub: AskedHub,
    visitor: Admin,
    before: Annotated[_Sha256, Query(alias="from")] = "",
    after: Annotated[_Sha256, Query(alias="to")] = "",
    cursor: _Cursor = None,
) -> Response:
    """Show the sets of factors of which footprints are stored, and compare two of them."""
    seen = factor_sets(hub.database, visitor.who().org_id)
    found = None
    if before and after:
        found = _diff(hub, visitor, before, after, cursor)
    return _page(request, hub, visitor, seen, {"before": before, "after": after, "diff": found})


@router.post("/admin/factor-sets/recompute")
def post_recompute(request: Request, hub: AskedHub, visitor: Admin, form: Form) -> Response:
    """Ask for history under the hub's own factors."""
    project = text_of(form, "project", 200) or None
    try:
        make_job(hub.database, visitor.who(), "recompute", {"project": project}, hub.now_ms())
    except InputError as error:
        seen = factor_sets(hub.database, visitor.who().org_id)
        return _page(request, hub, visitor, seen, {"fault": str(error)}, status=422)
    return RedirectResponse("/admin/factor-sets#jobs", status_code=303)


def _diff(hub: Hub, visitor: Visitor, before: str, after: str, cursor: str | None) -> Diff:
    try:
        return factor_set_diff(hub.database, visitor.who().org_id, before, after, cursor=cursor)
    except InputError as error:
        raise ProblemError(422, str(error)) from None


def _page(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    seen: list[FactorSetSeen],
    said: dict[str, Any],
    *,
    status: int = 200,
) -> Response:
    found = list_jobs(hub.database, visitor.who().org_id, 200)
    shown = [job for job in found if job.kind == "recompute"][:_JOBS_SHOWN]
    parts = {"before": "", "after": "", "diff": None, "fault": None, **said}
    return page(
        request,
        visitor,
        "factor_sets.html.jinja",
        status=status,
        seen=seen,
        here=shipped().identity,
        jobs=[(job, _result(job)) for job in shown],
        is_busy=any(job.state in (QUEUED, RUNNING) for job in shown),
        **parts,
    )


def _result(job: Job) -> dict[str, Any]:
    found: dict[str, Any] = {} if job.result is None else json.loads(job.result)
    return found
