"""Readings as a file of Parquet: the same checks, and whole or not at all, as a JSON batch."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from wattprint.hub.api.asked import AskedHub, Hub, Writer, problems
from wattprint.hub.api.ingest import (
    Verdicts,
    answer_rows,
    check_projects,
    read_all,
    read_interval,
    whole_body,
)
from wattprint.hub.api.parquet_extra import check_parquet
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.rights import Principal
from wattprint.hub.ingest import messages
from wattprint.hub.ingest.store_intervals import store_intervals

router = APIRouter(prefix="/api/v1", tags=["ingest"])
MEDIA_TYPE = "application/vnd.apache.parquet"
_CHILD = "wattprint.hub.ingest.parquet_child"
_PATIENCE_S = 60
_TURNS = ThreadPoolExecutor(2, "parquet")
"""Two files at once in a process; others wait, and hold no thread that answers something else."""
_BODY = {
    "requestBody": {
        "required": True,
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}
_Project = Annotated[
    str,
    Query(
        min_length=1,
        max_length=200,
        pattern=messages.PROJECT.replace(r"\Z", "$"),
    ),
]


@router.post(
    "/intervals:parquet",
    response_model=Verdicts,
    responses={**problems(400, 413, 415, 507)},
    openapi_extra=_BODY,
)
async def post_parquet(
    request: Request, hub: AskedHub, principal: Writer, project: _Project
) -> Response:
    """Store up to 100,000 readings of one project from a file of Parquet.

    Its columns are `run` and `device` (strings), `start_ms`, `end_ms` and `energy_uj` (whole
    numbers), in any order, and no others. What holds of `intervals:batch` holds here.
    """
    check_projects(principal, {project})
    body = await whole_body(request, hub, MEDIA_TYPE)
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_TURNS, _take, hub, principal, project, body)


def _take(hub: Hub, principal: Principal, project: str, body: bytes) -> Response:
    columns = _columns(hub, body)
    names = list(columns)
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    # Through the decoder of JSON batches: one set of checks, and one wording of what is wrong.
    sent = [msgspec.Raw(msgspec.json.encode(row)) for row in rows]
    read = read_all(read_interval, sent, "/intervals")
    verdicts = store_intervals(hub.database, principal.org_id, project, read, hub.now_ms())
    return answer_rows(hub, "intervals", verdicts)


def _columns(hub: Hub, body: bytes) -> dict[str, list[Any]]:
    check_parquet()
    limits = hub.settings.largest_parquet_rows, hub.settings.largest_unpacked_bytes
    command = [sys.executable, "-m", _CHILD, *map(str, limits)]
    said = _said_by_child(command, body, hub.settings.largest_unpacked_bytes)
    answer: dict[str, Any] = msgspec.json.decode(said)
    if "refused" in answer:
        raise ProblemError(*answer["refused"])
    return answer


def _said_by_child(command: Sequence[str], body: bytes, most_bytes: int) -> bytes:
    """Return what a child says of a file, and hold no more of it than is allowed.

    Raises:
        ProblemError: It says more, or nothing in time, or cannot read the file.
    """
    pipe, is_late = subprocess.PIPE, threading.Event()
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as child:

        def end() -> None:
            is_late.set()
            child.kill()

        patience = threading.Timer(_PATIENCE_S, end)
        patience.start()
        try:
            said = _exchanged(child, body, most_bytes + 1)
            if len(said) <= most_bytes:
                child.wait()
        finally:
            patience.cancel()
            child.kill()
    if is_late.is_set():
        raise ProblemError(413, "The file takes too long to unpack; send smaller ones.")
    if len(said) > most_bytes:
        detail = f"The file unpacks to more than {most_bytes:,} bytes; send smaller ones."
        raise ProblemError(413, detail)
    if child.returncode != 0:
        detail = "The body is no Parquet that can be read, or unpacks to far more than is allowed."
        raise ProblemError(400, detail)
    return said


def _exchanged(child: "subprocess.Popen[bytes]", body: bytes, most_bytes: int) -> bytes:
    if child.stdin is None or child.stdout is None:
        raise ValueError("expected a child with pipes")
    with suppress(BrokenPipeError):  # it ended before it had read all, and its silence says so
        child.stdin.write(body)
        child.stdin.flush()
    with suppress(BrokenPipeError):
        child.stdin.close()
    # It answers once it has read all: so neither waits for the other.
    return child.stdout.read(most_bytes)
