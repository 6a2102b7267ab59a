"""The registry written: submissions, their review, requests to authors, how it is published."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from wattprint.hub.api.asked import AskedHub, Hub, problems
from wattprint.hub.api.limits import read_body
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.api.registry import SettingsFound
from wattprint.hub.api.registry_asked import Asker, ModelPath, Publisher, Reviewer, Submitter
from wattprint.hub.auth.rights import Principal
from wattprint.hub.registry import requests, store
from wattprint.hub.registry.examine import Examined, examined
from wattprint.hub.registry.messages import (
    EXAMPLE,
    ModelId,
    Submission,
    faults_of,
    is_model_id,
    read_submission,
)
from wattprint.hub.registry.settings import LICENCES, RegistrySettings, set_settings
from wattprint.hub.registry.shown import kg
from wattprint.hub.registry.table import read_table

router = APIRouter(prefix="/api/v1/registry", tags=["registry"])
_NO_CONTROLS = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
_LINE = r"^[^\x00-\x1f\x7f]+$"
_Reason = Annotated[str, Field(max_length=1000, pattern=_NO_CONTROLS)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Checked(BaseModel):
    """What is odd about a submission, and what we compute beside it. Nothing is stored."""

    is_refused: bool
    findings: list[dict[str, Any]]
    computed_emissions_kg: list[float | None]
    computed_how: list[str]


class Submitted(BaseModel):
    """What became of a submission."""

    id: str
    verdict: str
    findings: list[dict[str, Any]]


class RowResult(BaseModel):
    """What became of a row: `line` is that of a table, or the place in a JSON list from 1 on."""

    line: int
    id: str | None
    verdict: str
    reasons: list[str]


class BatchResult(BaseModel):
    """What became of each row; those that are refused leave nothing, the others are stored."""

    counts: Annotated[dict[str, int], Field(examples=[{"created": 2, "refused": 1}])]
    rows: list[RowResult]


class ReviewSaid(_Said):
    """A decision over submissions."""

    ids: Annotated[list[ModelId], Field(min_length=1, max_length=5000)]
    decision: Literal["accepted", "rejected"]
    reason: _Reason = ""


class Reviewed(BaseModel):
    """What became of each: the decision, `unknown`, or `is ...` where it is decided already."""

    models: dict[str, str]


class WithdrawalSaid(_Said):
    """Why a model is withdrawn."""

    reason: _Reason = ""


class SettingsSaid(_Said):
    """How the registry is to be published."""

    is_public: bool
    licence: Literal["CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0"] = "CC-BY-4.0"
    attribution: Annotated[str, Field(min_length=1, max_length=200, pattern=_LINE)]


class RequestSaid(_Said):
    """Of which model an author is asked."""

    model: Annotated[str, Field(min_length=1, max_length=200, pattern=_LINE)]
    note: Annotated[str, Field(max_length=2000, pattern=_NO_CONTROLS)] = ""


class RequestMade(BaseModel):
    """A request; the path of its page is shown this once."""

    request_id: str
    path: str


class RequestFound(BaseModel):
    """A request without its secret."""

    request_id: str
    model_name: str
    note: str
    user_id: str
    created_at_ms: int
    expires_at_ms: int
    answered_at_ms: int | None
    revoked_at_ms: int | None
    model_id: str | None


def _body(schema: str, example: Any, *, table: bool = False) -> dict[str, Any]:
    content: dict[str, Any] = {
        "application/json": {
            "schema": {"$ref": f"#/components/schemas/{schema}"},
            "example": example,
        }
    }
    if table:
        content["text/csv"] = {"schema": {"type": "string"}}
    return {"requestBody": {"required": True, "content": content}}


_ERRORS = problems(400, 413, 415, 507)


@router.post(
    "/models",
    response_model=Submitted,
    status_code=201,
    responses={**problems(400, 409, 413, 415, 507), 200: {"description": "There already"}},
    openapi_extra=_body("Submission", EXAMPLE),
)
async def post_model(request: Request, hub: AskedHub, principal: Submitter) -> Response:
    """Submit a model with its footprints; a maintainer reviews it. The same again changes nothing.

    What cannot be is refused, with the arithmetic and what would make it fit; what is odd is told,
    and shown to the reviewer. Nothing is converted.
    """
    said = _submission(await _json(request, hub))
    (stored,) = await run_in_threadpool(store.submit, hub.database, principal, [said], hub.now_ms())
    if stored.verdict == "refused":
        detail = "The figures contradict each other; nothing was stored."
        raise ProblemError(422, detail, _errors(stored.it))
    if stored.verdict == "conflict":
        raise ProblemError(409, f"Model {said.id!r} is there already, and says something else.")
    made = Submitted(id=said.id, verdict=stored.verdict, findings=_findings(stored.it))
    hub.counters.rows("models", stored.verdict, 1)
    status = 201 if stored.verdict == "created" else 200
    return Response(made.model_dump_json(), status, media_type="application/json")


@router.post(
    "/models:check",
    response_model=Checked,
    responses={**_ERRORS},
    openapi_extra=_body("Submission", EXAMPLE),
)
async def post_check(request: Request, hub: AskedHub, principal: Submitter) -> Checked:  # noqa: ARG001 - the right is checked by asking for it
    """Examine a submission without storing it."""
    said = _submission(await _json(request, hub))
    year = store.this_year(hub.now_ms())
    it = await run_in_threadpool(examined, said, like_it=(), this_year=year)
    ours = [piece.computed for piece in it.pieces]
    return Checked(
        is_refused=it.is_refused,
        findings=_findings(it),
        computed_emissions_kg=[kg(one.location_ug[0]) if one.location_ug else None for one in ours],
        computed_how=[one.how for one in ours],
    )


@router.post(
    "/models:batch",
    response_model=BatchResult,
    responses={**_ERRORS},
    openapi_extra=_body("SubmissionsBatch", {"models": [EXAMPLE]}, table=True),
)
async def post_models(request: Request, hub: AskedHub, principal: Submitter) -> Response:
    """Submit up to 5,000 models, as JSON or as a CSV table; each row stands for itself.

    Columns of a table are those of docs/registry.md. A row without an id gets one that follows from
    what it says, so that the same table again changes nothing.
    """
    body = await _read(request, hub, ("application/json", "text/csv"))
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return await run_in_threadpool(_take, hub, principal, body, kind)


class _Row(NamedTuple):
    line: int
    said: Any
    fault: str


def _take(hub: Hub, principal: Principal, body: bytes, kind: str) -> Response:
    rows = _table_rows(body) if kind == "text/csv" else _json_rows(body)
    most = hub.settings.largest_batch
    if len(rows) > most:
        raise ProblemError(413, f"There are {len(rows):,} rows; expected {most:,} or fewer.")
    results: list[RowResult] = []
    good: list[tuple[int, Submission]] = []
    for row in rows:
        if row.fault:
            results.append(_refused(row, [row.fault]))
            continue
        try:
            good.append((row.line, read_submission(row.said)))
        except ValidationError as error:
            reasons = [f"{fault['pointer']}: {fault['detail']}" for fault in faults_of(error)]
            results.append(_refused(row, reasons))
    stored = store.submit(hub.database, principal, [said for _, said in good], hub.now_ms())
    for (line, said), one in zip(good, stored, strict=True):
        reasons = [_reason(finding) for finding in _findings(one.it)]
        results.append(RowResult(line=line, id=said.id, verdict=one.verdict, reasons=reasons))
    results.sort(key=lambda result: result.line)
    counts = dict(Counter(result.verdict for result in results))
    for verdict, count in counts.items():
        hub.counters.rows("models", verdict, count)
    made = BatchResult(counts=counts, rows=results)
    return Response(made.model_dump_json(), media_type="application/json")


def _refused(row: _Row, reasons: list[str]) -> RowResult:
    said = row.said.get("id") if isinstance(row.said, dict) else None
    model_id = said if is_model_id(said) else None
    return RowResult(line=row.line, id=model_id, verdict="refused", reasons=reasons[:20])


def _reason(finding: dict[str, Any]) -> str:
    parts = [f"{finding['field']}: {finding['text']}", finding["equation"], finding["remedy"]]
    return "; ".join(part for part in parts if part)


def _table_rows(body: bytes) -> list[_Row]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProblemError(400, f"The table is no UTF-8: {error.reason}.") from None
    return [_Row(*row) for row in read_table(text)]


def _json_rows(body: bytes) -> list[_Row]:
    document = _parsed(body)
    if not isinstance(document, dict) or set(document) != {"models"}:
        raise ProblemError(422, "/: expected an object with models alone.")
    models = document["models"]
    if not isinstance(models, list):
        raise ProblemError(422, "/models: expected a list.")
    return [_Row(line, said, "") for line, said in enumerate(models, 1)]


async def _json(request: Request, hub: Hub) -> Any:
    return _parsed(await _read(request, hub, ("application/json",)))


async def _read(request: Request, hub: Hub, kinds: Sequence[str]) -> bytes:
    try:
        return await read_body(request, hub.settings, kinds)
    except ClientDisconnect:
        raise ProblemError(400, "The body was cut off; nothing was stored.") from None


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProblemError(400, f"The body is no JSON that can be read: {error}.") from None


def _submission(document: Any) -> Submission:
    try:
        return read_submission(document)
    except ValidationError as error:
        faults = faults_of(error)
        names = ", ".join(fault["pointer"] for fault in faults[:10])
        raise ProblemError(422, f"Refused: {names}.", faults) from None


def _findings(it: Examined) -> list[dict[str, Any]]:
    return [finding._asdict() for finding in it.findings]


def _errors(it: Examined) -> list[dict[str, str]]:
    return [
        {"pointer": finding.field, "detail": _reason(finding._asdict())}
        for finding in it.findings
        if finding.level == "error"
    ]


@router.post("/models:review", responses={**problems(400, 507)})
def post_review(hub: AskedHub, principal: Reviewer, said: ReviewSaid) -> Reviewed:
    """Accept or reject submissions; a rejection says why."""
    if said.decision == "rejected" and not said.reason.strip():
        fault = {"pointer": "/reason", "detail": "expected why it is rejected"}
        raise ProblemError(422, "A rejection needs a reason.", [fault])
    told = store.change_state(
        hub.database,
        principal,
        said.ids,
        said.decision,
        reason=said.reason.strip(),
        now_ms=hub.now_ms(),
    )
    return Reviewed(models=told)


@router.post("/models/{model}/withdraw", responses={**problems(400, 404, 409, 507)})
def post_withdrawal(
    hub: AskedHub, principal: Submitter, model: ModelPath, said: WithdrawalSaid
) -> Reviewed:
    """Withdraw a model: who submitted it may, and a maintainer. Its history stays."""
    told = store.change_state(
        hub.database,
        principal,
        [model],
        "withdrawn",
        reason=said.reason.strip(),
        now_ms=hub.now_ms(),
    )
    if told[model] == "unknown":
        raise ProblemError(404, f"Model {model!r} is unknown.")
    if told[model] == "not yours":
        raise ProblemError(403, "Only who submitted it, or a maintainer, may withdraw it.")
    if told[model] != "withdrawn":
        raise ProblemError(409, f"Model {model!r} {told[model]}.")
    return Reviewed(models=told)


@router.put("/settings", responses={**problems(400, 507)})
def put_settings(hub: AskedHub, principal: Publisher, said: SettingsSaid) -> SettingsFound:
    """Publish the registry or not, and under which licence."""
    settings = RegistrySettings(said.is_public, said.licence, said.attribution)
    set_settings(hub.database, principal, settings, hub.now_ms())
    return SettingsFound(
        organisation=principal.org_id, licence_link=LICENCES[said.licence], **settings._asdict()
    )


@router.get("/requests", responses={**problems()})
def get_requests(
    hub: AskedHub, principal: Asker, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> list[RequestFound]:
    """List requests to authors, the newest first; their links are not shown again."""
    found: Iterable[dict[str, Any]] = requests.list_requests(hub.database, principal.org_id, limit)
    return [RequestFound(**row) for row in found]


@router.post("/requests", status_code=201, responses={**problems(400, 507)})
def post_request(hub: AskedHub, principal: Asker, said: RequestSaid) -> RequestMade:
    """Make a link that asks an author where, on which hardware and for how long; shown this once.

    It can be answered once, within 30 days, without a login.
    """
    made = requests.make_request(
        hub.database, principal, model_name=said.model, note=said.note, now_ms=hub.now_ms()
    )
    return RequestMade(request_id=made.request_id, path=f"/request/{made.link}")


@router.delete("/requests/{request_id}", status_code=204, responses={**problems(404, 507)})
def delete_request(
    hub: AskedHub,
    principal: Asker,
    request_id: Annotated[str, Path(pattern=r"^[a-f0-9]{16}$")],
) -> Response:
    """Take a link back."""
    if not requests.revoke(hub.database, principal, request_id, hub.now_ms()):
        raise ProblemError(404, f"Request {request_id!r} is unknown, or open no more.")
    return Response(status_code=204)
