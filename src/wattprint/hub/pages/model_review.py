"""The queue of submissions, and what a maintainer decides; how the registry is published."""

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.rights import ADMIN, MANAGE, WRITE, Principal
from wattprint.hub.pages.models import ModelPath, shown_row
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.visitor import (
    AnyVisitor,
    Form,
    SignInNeededError,
    Visitor,
    checked,
    local_path,
    text_of,
)
from wattprint.hub.registry import store
from wattprint.hub.registry.files import mass_words
from wattprint.hub.registry.search import Asked, counts, find_model, list_models
from wattprint.hub.registry.settings import LICENCES, RegistrySettings, set_settings, settings_of
from wattprint.hub.registry.shown import ratio

router = APIRouter(include_in_schema=False)
_PER_PAGE = 20
_MOST_AT_ONCE = 5000


def _member(visitor: Visitor, right: str) -> Principal:
    principal = checked(visitor, right).principal
    if principal is None:
        raise SignInNeededError
    return principal


@router.get("/models/review")
def get_review(request: Request, hub: AskedHub, visitor: AnyVisitor) -> Response:
    """Show what waits, the oldest first."""
    principal = _member(visitor, MANAGE)
    asked = Asked(state="submitted", sort="changed_at_ms", limit=_PER_PAGE)
    found = list_models(hub.database, principal.org_id, asked)
    models = [find_model(hub.database, principal.org_id, row["model_id"]) for row in found.rows]
    return page(
        request,
        visitor,
        "model_review.html.jinja",
        rows=[_waiting(model) for model in models if model is not None],
        counts=counts(hub.database, principal.org_id),
        settings=settings_of(hub.database, principal.org_id),
        licences=[(name, name) for name in LICENCES],
        may_publish=visitor.may(ADMIN),
        done=request.query_params.get("done", "")[:10],
    )


def _waiting(model: dict[str, Any]) -> dict[str, Any]:
    ours = [row["computed_location_ug"] for row in model["footprints"]]
    theirs = [row["reported_ug"] for row in model["footprints"]]
    is_whole = None not in ours and None not in theirs
    return {
        **shown_row(model),
        "findings": json.loads(model["findings"]),
        "ours": [mass_words(_computed(row)) for row in model["footprints"]],
        "apart": ratio(sum(ours), sum(theirs)) if is_whole else None,
    }


def _computed(row: dict[str, Any]) -> dict[str, Any]:
    return {
        f"location{bound}_ug": row[f"computed_location{bound}_ug"]
        for bound in ("", "_low", "_high")
    }


@router.post("/models/review")
async def post_review(hub: AskedHub, visitor: AnyVisitor, form: Form) -> Response:
    """Accept or reject one submission."""
    principal = _member(visitor, MANAGE)
    decision, reason = text_of(form, "decision"), text_of(form, "reason", 1000)
    if decision not in ("accepted", "rejected"):
        raise ProblemError(422, f"decision is {decision!r}; expected accepted or rejected.")
    if decision == "rejected" and not reason:
        raise ProblemError(422, "A rejection needs a reason; go back and give one.")
    model_id = text_of(form, "id", 64)
    await run_in_threadpool(_change, hub, principal, [model_id], decision, reason)
    back = local_path(text_of(form, "back") or "/models/review")
    return RedirectResponse(back, status_code=303)


def _change(
    hub: Hub, principal: Principal, ids: list[str], state: str, reason: str
) -> dict[str, str]:
    now_ms = hub.now_ms()
    return store.change_state(hub.database, principal, ids, state, reason=reason, now_ms=now_ms)


@router.post("/models/review/plain")
async def post_plain(hub: AskedHub, visitor: AnyVisitor, form: Form) -> Response:  # noqa: ARG001 - the form's key is checked by asking for it
    """Accept all submissions of which nothing is odd, up to 5,000 at once."""
    principal = _member(visitor, MANAGE)
    done = await run_in_threadpool(_accept_plain, hub, principal)
    return RedirectResponse(f"/models/review?done={done}", status_code=303)


def _accept_plain(hub: Hub, principal: Principal) -> int:
    asked = Asked(state="submitted", sort="changed_at_ms", warned=False, limit=_MOST_AT_ONCE)
    found = list_models(hub.database, principal.org_id, asked)
    ids = [row["model_id"] for row in found.rows]
    told = _change(hub, principal, ids, "accepted", "nothing odd about it") if ids else {}
    return sum(state == "accepted" for state in told.values())


@router.post("/models/review/settings")
async def post_settings(hub: AskedHub, visitor: AnyVisitor, form: Form) -> Response:
    """Publish the registry or not, and under which licence."""
    principal = _member(visitor, ADMIN)
    licence = text_of(form, "licence")
    if licence not in LICENCES:
        raise ProblemError(422, f"licence is {licence!r}; expected {', '.join(LICENCES)}.")
    attribution = text_of(form, "attribution", 200)
    if not attribution or not attribution.isprintable():
        raise ProblemError(422, "attribution is empty; expected whom to name.")
    said = RegistrySettings(text_of(form, "is_public") == "yes", licence, attribution)
    await run_in_threadpool(set_settings, hub.database, principal, said, hub.now_ms())
    return RedirectResponse("/models/review", status_code=303)


@router.post("/models/{model}/withdraw")
async def post_withdrawal(
    hub: AskedHub, visitor: AnyVisitor, form: Form, model: ModelPath
) -> Response:
    """Withdraw a model: who submitted it may, and a maintainer."""
    principal = _member(visitor, WRITE)
    reason = text_of(form, "reason", 1000)
    told = await run_in_threadpool(_change, hub, principal, [model], "withdrawn", reason)
    if told[model] != "withdrawn":
        raise ProblemError(403, "Only who submitted it, or a maintainer, may withdraw it, once.")
    return RedirectResponse(f"/models/{model}", status_code=303)
