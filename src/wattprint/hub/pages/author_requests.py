"""Asking authors: members make secret links, and an author answers three questions by one."""

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from wattprint.domain.errors import InputError
from wattprint.factors.regions import regions
from wattprint.factors.zones import zones
from wattprint.hub.api.address_limit import take_by_address
from wattprint.hub.api.asked import AskedHub, Hub, own_origin
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.rights import WRITE, Principal
from wattprint.hub.pages.model_submit import Tried, ours_of, tried_of
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.visitor import (
    AnyVisitor,
    Form,
    SignInNeededError,
    Visitor,
    checked,
    text_of,
)
from wattprint.hub.registry import requests, store

router = APIRouter(include_in_schema=False, dependencies=[Depends(take_by_address)])
_MOST = 200
_ASKED = ("zone", "hardware", "count", "hours", "trained_in", "pue", "energy", "note")
_Link = Annotated[str, Path(max_length=200)]
_Id = Annotated[str, Path(pattern=r"^[a-f0-9]{16}$")]


def _member(visitor: Visitor) -> Principal:
    principal = checked(visitor, WRITE).principal
    if principal is None:
        raise SignInNeededError
    return principal


@router.get("/requests")
def get_requests(request: Request, hub: AskedHub, visitor: AnyVisitor) -> Response:
    """Show the organisation's requests, and the form of a new one."""
    _member(visitor)
    return _list(request, hub, visitor)


def _list(
    request: Request, hub: Hub, visitor: Visitor, *, link: str = "", fault: str = ""
) -> Response:
    found = requests.list_requests(hub.database, visitor.org_id, _MOST)
    now_ms = hub.now_ms()
    return page(
        request,
        visitor,
        "requests.html.jinja",
        status=422 if fault else 200,
        rows=[{**row, "state": _state(row, now_ms)} for row in found],
        link=f"{own_origin(request)}/request/{link}" if link else "",
        fault=fault,
    )


def _state(row: dict[str, Any], now_ms: int) -> str:
    if row["answered_at_ms"] is not None:
        return "answered"
    if row["revoked_at_ms"] is not None:
        return "taken back"
    return "too old" if row["expires_at_ms"] <= now_ms else "open"


@router.post("/requests")
async def post_request(
    request: Request, hub: AskedHub, visitor: AnyVisitor, form: Form
) -> Response:
    """Make a request and show its link, this once."""
    principal = _member(visitor)
    model_name, note = text_of(form, "model", 200), text_of(form, "note", 2000)
    return await run_in_threadpool(_made, request, hub, visitor, principal, (model_name, note))


def _made(
    request: Request, hub: Hub, visitor: Visitor, principal: Principal, said: tuple[str, str]
) -> Response:
    model_name, note = said
    if not model_name or not model_name.isprintable():
        return _list(request, hub, visitor, fault="Expected the name of the model.")
    made = requests.make_request(
        hub.database, principal, model_name=model_name, note=note, now_ms=hub.now_ms()
    )
    return _list(request, hub, visitor, link=made.link)


@router.post("/requests/{request_id}/revoke")
async def post_revocation(
    hub: AskedHub,
    visitor: AnyVisitor,
    form: Form,  # noqa: ARG001 - the form's key is checked by asking for it
    request_id: _Id,
) -> Response:
    """Take a link back."""
    principal = _member(visitor)
    now_ms = hub.now_ms()
    if not await run_in_threadpool(requests.revoke, hub.database, principal, request_id, now_ms):
        raise ProblemError(404, "This request is unknown, or open no more.")
    return RedirectResponse("/requests", status_code=303)


@router.get("/request/{link}")
def get_answer(request: Request, hub: AskedHub, visitor: AnyVisitor, link: _Link) -> Response:
    """Ask an author the three questions."""
    return _ask(request, visitor, _opened(hub, link), {}, Tried(None, None, {}))


def _opened(hub: Hub, link: str) -> dict[str, Any]:
    found = requests.opened(hub.database, link, hub.now_ms())
    if found is None:
        raise ProblemError(
            404, "This link is none, or was answered, taken back, or is older than 30 days."
        )
    return found


def _ask(
    request: Request,
    visitor: Visitor,
    found: dict[str, Any],
    said: dict[str, str],
    tried: Tried,
) -> Response:
    is_wrong = bool(said) and (tried.it is None or tried.it.is_refused)
    return page(
        request,
        visitor,
        "answer.html.jinja",
        status=422 if is_wrong else 200,
        asked=found,
        said=said,
        faults=_beside(tried),
        ours=ours_of(tried.it),
        findings=[] if tried.it is None else [one._asdict() for one in tried.it.findings],
        may_send=tried.it is not None and not tried.it.is_refused,
    )


def _beside(tried: Tried) -> dict[str, str]:
    """Return what is wrong by the form's fields: one of them is for every kind of place."""
    faults = dict(tried.faults)
    if "region" in faults:
        faults.setdefault("zone", faults.pop("region"))
    return faults


@router.post("/request/{link}")
async def post_answer(
    request: Request, hub: AskedHub, visitor: AnyVisitor, form: Form, link: _Link
) -> Response:
    """Show an author our estimate, then take the answer into the queue of reviews."""
    return await run_in_threadpool(_answered, request, hub, visitor, form, link)


def _answered(request: Request, hub: Hub, visitor: Visitor, form: FormData, link: str) -> Response:
    found = _opened(hub, link)
    said = {name: text_of(form, name, 2000) for name in _ASKED}
    tried = tried_of(hub, _document(found, said))
    is_ready = tried.it is not None and not tried.it.is_refused
    if form.get("do") != "send" or not is_ready or tried.said is None:
        return _ask(request, visitor, found, said, tried)
    author = requests.author_of(found)
    (stored,) = store.submit(hub.database, author, [tried.said], hub.now_ms())
    requests.mark_answered(hub.database, found, hub.now_ms())
    is_first = stored.verdict in ("created", "duplicate")
    return page(
        request, visitor, "answered.html.jinja", status=200 if is_first else 409, is_first=is_first
    )


def _document(found: dict[str, Any], said: dict[str, str]) -> dict[str, Any]:
    """Return an answer as a submission: of three answers our estimate is made."""
    work = {_kind_of_place(said["zone"]): said["zone"]}
    work |= {name: said[name] for name in ("hardware", "count", "hours", "pue", "energy")}
    footprint = {name: text for name, text in work.items() if text}
    if said["trained_in"]:
        footprint["year"] = said["trained_in"]
    if said["energy"]:
        footprint |= {"energy_unit": "kWh", "method": "measured"}
    return {
        "id": requests.model_id_of(found),
        "name": found["model_name"],
        "note": said["note"],
        "footprints": [footprint],
    }


def _kind_of_place(text: str) -> str:
    """Return what an author named: `zone`, or `region` of a cloud."""
    with suppress(InputError):
        zones().find(text)
        return "zone"
    with suppress(InputError):
        regions().find(text)
        return "region"
    return "region" if "/" in text else "zone"
