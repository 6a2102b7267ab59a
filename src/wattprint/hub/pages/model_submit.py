"""A model submitted by a form or by its card, with what is odd said beside the fields."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from wattprint.domain.errors import InputError
from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.auth.rights import WRITE, Principal
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.visitor import AnyVisitor, Form, Visitor, checked, text_of
from wattprint.hub.registry import store
from wattprint.hub.registry.cards import LARGEST_CARD, read_card
from wattprint.hub.registry.computed import equations
from wattprint.hub.registry.examine import Examined, examined
from wattprint.hub.registry.files import energy_words, mass_words
from wattprint.hub.registry.messages import (
    GRAMS,
    KWH,
    METHODS,
    STAGES,
    Submission,
    faults_of,
    read_submission,
)
from wattprint.hub.registry.table import COLUMNS, submission_of

router = APIRouter(include_in_schema=False)
_FIELDS = tuple(name for name in COLUMNS if name != "id")
_FIELD_NAMES = {
    ("scores", "value"): "score",
    ("scores", "dataset"): "score_dataset",
    ("footprints", "year"): "trained_in",
}
_CHOICES: dict[str, list[tuple[str, str]]] = {
    "stage": [("", "not said"), *((s, s) for s in STAGES)],
    "method": [(m, m) for m in METHODS],
    "emissions_unit": [("", "unit"), *((u, f"{u} CO2e") for u in GRAMS)],
    "energy_unit": [("", "unit"), *((u, u) for u in KWH)],
    "energy_at": [
        ("", "facility, or not said"),
        ("accelerator", "accelerators alone"),
        ("chips", "accelerators, CPUs and memory"),
        ("it", "machine at the wall"),
        ("facility", "facility, cooling included"),
    ],
    "higher_is_better": [("true", "higher is better"), ("false", "lower is better")],
}


class Tried(NamedTuple):
    """What became of a form."""

    said: Submission | None
    it: Examined | None
    faults: Mapping[str, str]
    """By field; of the whole form under ''."""


@router.get("/models/submit")
def get_submit(request: Request, visitor: AnyVisitor) -> Response:
    """Show the empty form."""
    checked(visitor, WRITE)
    return _form(request, visitor, {"id": secrets.token_hex(12)}, Tried(None, None, {}))


@router.post("/models/submit")
async def post_submit(request: Request, hub: AskedHub, visitor: AnyVisitor, form: Form) -> Response:
    """Check a form, or submit it."""
    principal = checked(visitor, WRITE).principal
    said = {name: text_of(form, name, 2000) for name in ("id", *_FIELDS)}
    send = form.get("do") == "send"
    return await run_in_threadpool(_submitted, request, hub, visitor, said, by=principal, send=send)


def _submitted(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    said: dict[str, str],
    *,
    by: Any,
    send: bool,
) -> Response:
    tried = tried_of(hub, _document(said))
    if not send or tried.it is None or tried.it.is_refused:
        return _form(request, visitor, said, tried)
    return _stored(hub, by, tried) or _form(
        request, visitor, said, tried._replace(faults={"": "An entry of this id is there already."})
    )


def _document(said: Mapping[str, str]) -> dict[str, Any]:
    """Return the form as a submission; a choice that stands by itself says nothing."""
    cells = dict(said)
    if not cells.get("metric") and not cells.get("score"):
        cells.pop("higher_is_better", None)
    for amount in ("emissions", "energy"):
        if not cells.get(amount):
            cells.pop(f"{amount}_unit", None)
    return submission_of(cells)


def _stored(hub: Hub, principal: Principal, tried: Tried) -> Response | None:
    """Store a submission and go to its page; None where the id is another's."""
    if tried.said is None:
        return None
    (stored,) = store.submit(hub.database, principal, [tried.said], hub.now_ms())
    if stored.verdict not in ("created", "duplicate"):
        return None
    return RedirectResponse(f"/models/{tried.said.id}", status_code=303)


def tried_of(hub: Hub, document: dict[str, Any]) -> Tried:
    """Read and examine a submission as a form makes it."""
    try:
        said = read_submission(document)
    except ValidationError as error:
        faults = {_field_of(fault["pointer"]): fault["detail"] for fault in faults_of(error)}
        return Tried(None, None, faults)
    it = examined(said, like_it=(), this_year=store.this_year(hub.now_ms()))
    faults = {_field_of(one.field): _beside(one) for one in reversed(it.findings)}
    return Tried(said, it, faults)


def _beside(finding: Any) -> str:
    parts = (finding.text, finding.equation, finding.remedy)
    return "; ".join(part for part in parts if part)


def _field_of(pointer: str) -> str:
    """Return the field of the form that a JSON pointer is about."""
    steps = [step for step in pointer.split("/") if step and not step.isdecimal()]
    if not steps:
        return ""
    if len(steps) == 1:
        return {"links": "link", "footprints": "", "scores": "metric"}.get(steps[0], steps[0])
    return _FIELD_NAMES.get((steps[0], steps[1]), steps[1])


def _form(request: Request, visitor: Visitor, said: Mapping[str, str], tried: Tried) -> Response:
    is_wrong = bool(tried.faults) and (tried.it is None or tried.it.is_refused)
    return page(
        request,
        visitor,
        "model_submit.html.jinja",
        status=422 if is_wrong or "" in tried.faults else 200,
        said={"method": "given", "higher_is_better": "true", **said},
        faults=tried.faults,
        choices=_CHOICES,
        ours=ours_of(tried.it),
        findings=[] if tried.it is None else [one._asdict() for one in tried.it.findings],
    )


def ours_of(it: Examined | None) -> list[dict[str, Any]]:
    """Return our estimate of each piece of work, to be shown before it is sent."""
    if it is None:
        return []
    return [_ours(piece) for piece in it.pieces]


def _ours(piece: Any) -> dict[str, Any]:
    mass: Sequence[int | None] = piece.computed.location_ug or (None, None, None)
    energy: Sequence[int | None] = piece.computed.energy_j or (None, None, None)
    row = {
        **dict(zip(("location_ug", "location_low_ug", "location_high_ug"), mass, strict=True)),
        **dict(zip(("energy_j", "energy_low_j", "energy_high_j"), energy, strict=True)),
    }
    return {
        "mass": mass_words(row),
        "energy": energy_words(row),
        "how": piece.computed.how,
        "is_there": piece.computed.energy_j is not None,
        "equations": equations(piece.said),
    }


@router.post("/models/submit/card")
async def post_card(request: Request, hub: AskedHub, visitor: AnyVisitor, form: Form) -> Response:
    """Read a pasted card, show what it comes to, and submit it when that is confirmed."""
    principal = checked(visitor, WRITE).principal
    text = text_of(form, "card", LARGEST_CARD).replace("\r\n", "\n")
    name = text_of(form, "card_name", 200)
    send = form.get("do") == "send"
    return await run_in_threadpool(_card, request, hub, visitor, principal, (text, name, send))


def _card(
    request: Request, hub: Hub, visitor: Visitor, principal: Any, card: tuple[str, str, bool]
) -> Response:
    text, name, send = card
    tried, fault = Tried(None, None, {}), ""
    try:
        tried = tried_of(hub, read_card(text, name))
        fault = "" if tried.said is not None else "; ".join(tried.faults.values())
    except InputError as error:
        fault = str(error)
    if send and tried.it is not None and not tried.it.is_refused:
        made = _stored(hub, principal, tried)
        if made is not None:
            return made
        fault = "An entry of this id is there already."
    return page(
        request,
        visitor,
        "model_card.html.jinja",
        status=422 if fault else 200,
        text=text,
        name=name,
        fault=fault,
        said=tried.said,
        is_refused=tried.it is None or tried.it.is_refused,
        ours=ours_of(tried.it),
        findings=[] if tried.it is None else [one._asdict() for one in tried.it.findings],
    )
