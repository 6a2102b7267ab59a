"""Batches of runs and intervals, taken whole or not at all."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response
from msgspec import Raw
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from wattprint.hub.api.asked import AskedHub, Hub, Writer, problems
from wattprint.hub.api.examples import INTERVALS_BODY, RUNS_BODY
from wattprint.hub.api.limits import read_body
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.rights import Principal
from wattprint.hub.ingest import messages
from wattprint.hub.ingest.messages import IntervalRow, RowFault
from wattprint.hub.ingest.quick import QuickIntervals, quick_intervals
from wattprint.hub.ingest.run_rows import FaultyRowError, read_run
from wattprint.hub.ingest.store_intervals import VERDICTS as INTERVAL_VERDICTS
from wattprint.hub.ingest.store_intervals import SentInterval, store_intervals
from wattprint.hub.ingest.store_runs import VERDICTS as RUN_VERDICTS
from wattprint.hub.ingest.store_runs import store_runs

router = APIRouter(prefix="/api/v1", tags=["ingest"])
Read = TypeVar("Read")
_ERRORS = problems(400, 413, 415, 507)


class Verdicts(BaseModel):
    """What became of the rows of a batch, which is stored when this is answered."""

    model_config = ConfigDict(extra="forbid")

    counts: Annotated[dict[str, int], Field(examples=[{"created": 2, "duplicate": 1}])]
    verdicts: Annotated[
        list[str],
        Field(
            description="Of each row, in the batch's order. Runs: "
            + ", ".join(RUN_VERDICTS)
            + ". Intervals: "
            + ", ".join(INTERVAL_VERDICTS)
            + ".",
            examples=[["created", "created", "duplicate"]],
        ),
    ]


def _body(schema: str, example: Any) -> dict[str, Any]:
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


@router.post(
    "/runs:batch",
    response_model=Verdicts,
    responses={**_ERRORS},
    openapi_extra=_body("RunsBatch", RUNS_BODY),
)
async def post_runs(request: Request, hub: AskedHub, principal: Writer) -> Response:
    """Store up to 5,000 runs. The same runs again, in any order, change nothing.

    A run is its raw record, `wattprint.run/1`, and may bring the footprint that its sender
    computed.
    Of two records of a run the one that has ended holds, then the longer.
    """
    body = await whole_body(request, hub)
    return await run_in_threadpool(_take_runs, hub, principal, body)


@router.post(
    "/intervals:batch",
    response_model=Verdicts,
    responses={**_ERRORS},
    openapi_extra=_body("IntervalsBatch", INTERVALS_BODY),
)
async def post_intervals(request: Request, hub: AskedHub, principal: Writer) -> Response:
    """Store up to 5,000 readings of devices. They may come before their run.

    A reading is known by its run, device and start. The first one holds: another of the same name
    is a `conflict`, and changes nothing.
    """
    body = await whole_body(request, hub)
    return await run_in_threadpool(_take_intervals, hub, principal, body)


async def whole_body(request: Request, hub: Hub, media_type: str = "application/json") -> bytes:
    """Return a request's body.

    Raises:
        ProblemError: It is none that is taken.
    """
    try:
        return await read_body(request, hub.settings, (media_type,))
    except ClientDisconnect:
        raise ProblemError(400, "The body was cut off; nothing was stored.") from None


def _take_runs(hub: Hub, principal: Principal, body: bytes) -> Response:
    batch = _decoded(messages.RUNS.decode, body)
    _check_length(hub, len(batch.runs))
    read = read_all(read_run, batch.runs, "/runs")
    check_projects(principal, {run.row["project_id"] for run in read})
    verdicts = store_runs(hub.database, principal.org_id, read, hub.now_ms())
    return answer_rows(hub, "runs", verdicts)


def _take_intervals(hub: Hub, principal: Principal, body: bytes) -> Response:
    # Nearly every batch is in order; one that is not is read row by row, to name each fault.
    batch = quick_intervals(body) or _decoded(messages.INTERVALS.decode, body)
    _check_length(hub, len(batch.intervals))
    check_projects(principal, {batch.project})
    read: Sequence[SentInterval]
    if isinstance(batch, QuickIntervals):
        read = batch.intervals
    else:
        read = read_all(read_interval, batch.intervals, "/intervals")
    verdicts = store_intervals(hub.database, principal.org_id, batch.project, read, hub.now_ms())
    return answer_rows(hub, "intervals", verdicts)


def _decoded(decode: Callable[[bytes], Read], body: bytes) -> Read:
    try:
        return decode(body)
    except msgspec.ValidationError as error:
        fault = messages.fault(error, "")
        raise ProblemError(422, f"{fault.pointer}: {fault.detail}", _faults([fault])) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError(400, f"The body is no JSON that can be read: {error}.") from None


def read_interval(sent: Raw, base: str) -> IntervalRow:
    """Read a row of readings.

    Raises:
        FaultyRowError: It is none.
    """
    try:
        row = messages.INTERVAL_ROW.decode(sent)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FaultyRowError(messages.fault(error, base)) from None
    if row.end_ms < row.start_ms:
        raise FaultyRowError(RowFault(f"{base}/end_ms", "expected start_ms or later"))
    if row.end_ms - row.start_ms > messages.LONGEST_INTERVAL_MS:
        raise FaultyRowError(RowFault(f"{base}/end_ms", "expected at most 366 days after start_ms"))
    return row


def read_all(read: Callable[[Any, str], Read], sent: Sequence[Any], base: str) -> list[Read]:
    """Read every row; refuse the batch with the faults of all of them.

    Raises:
        ProblemError: At least one row is refused.
    """
    rows, faults = [], []
    for i, row in enumerate(sent):
        try:
            rows.append(read(row, f"{base}/{i}"))
        except FaultyRowError as error:
            faults.append(error.fault)
        except RecursionError:
            faults.append(RowFault(f"{base}/{i}", "it is nested too deeply"))
    if faults:
        detail = f"{len(faults)} of {len(sent)} rows are refused, and nothing was stored."
        raise ProblemError(422, detail, _faults(faults))
    return rows


def _faults(faults: Iterable[RowFault]) -> list[dict[str, str]]:
    return [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults]


def _check_length(hub: Hub, count: int) -> None:
    most = hub.settings.largest_batch
    if count > most:
        raise ProblemError(413, f"The batch has {count:,} rows; expected {most:,} or fewer.")


def check_projects(principal: Principal, projects: Iterable[str]) -> None:
    """Check that a token may write some projects.

    Raises:
        ProblemError: One that it may not.
    """
    refused = sorted(project for project in projects if not principal.may_write(project))
    if refused:
        detail = f"The token may not send runs of project {refused[0]!r}."
        raise ProblemError(403, detail, [{"pointer": "", "detail": name} for name in refused])


def answer_rows(hub: Hub, kind: str, verdicts: Sequence[str]) -> Response:
    """Answer what became of rows, and count them."""
    counts = dict(Counter(verdicts))
    for verdict, count in counts.items():
        hub.counters.rows(kind, verdict, count)
    body = msgspec.json.encode({"counts": counts, "verdicts": verdicts})
    return Response(body, media_type="application/json")


def batch_schemas() -> dict[str, Any]:
    """Return the JSON Schemas of the bodies, made from what decodes them."""
    return {
        "RunsBatch": _runs_schema(),
        "IntervalsBatch": _intervals_schema(),
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "errors": {
                    "type": "array",
                    "items": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
        },
    }


def _runs_schema() -> dict[str, Any]:
    row = {
        "type": "object",
        "required": ["record"],
        "additionalProperties": False,
        "properties": {
            "record": {"type": "object", "description": "wattprint.run/1"},
            "footprint": {
                "type": ["object", "null"],
                "description": "wattprint.footprint/1, as its sender computed it",
            },
        },
    }
    return {
        "type": "object",
        "required": ["runs"],
        "additionalProperties": False,
        "properties": {"runs": {"type": "array", "maxItems": 5000, "items": row}},
    }


def _intervals_schema() -> dict[str, Any]:
    _, parts = msgspec.json.schema_components(
        [IntervalRow], ref_template="#/components/schemas/{name}"
    )
    # A schema's `$` is the very end, which Python spells otherwise.
    row = msgspec.json.decode(msgspec.json.encode(parts["IntervalRow"]).replace(b"\\\\Z", b"$"))
    return {
        "type": "object",
        "required": ["project", "intervals"],
        "additionalProperties": False,
        "properties": {
            "project": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "pattern": messages.PROJECT.replace(r"\Z", "$"),
            },
            "intervals": {"type": "array", "maxItems": 5000, "items": row},
        },
    }
