"""Long work: asked for, watched, cancelled, its file fetched."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from wattprint.hub.api.asked import NO_CONTROLS, Admin, AskedHub, problems
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.jobs import store
from wattprint.hub.jobs.export_file import file_of
from wattprint.hub.jobs.store import Job

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])
_Id = Annotated[str, Path(pattern=r"^[a-f0-9]{16}$")]


class JobSaid(BaseModel):
    """Work that is wanted."""

    model_config = ConfigDict(extra="forbid")
    kind: Annotated[
        Literal["recompute", "export"],
        Field(description="recompute: figures under the hub's factors. export: a zip of it all."),
    ]
    project: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=200,
            pattern=NO_CONTROLS,
            description="Only this project; of `recompute`.",
        ),
    ] = None
    format: Annotated[
        Literal["json", "parquet"] | None, Field(description="Of `export`. [default: json]")
    ] = None


class JobFound(BaseModel):
    """A job."""

    job: str
    kind: str
    state: Annotated[str, Field(examples=["queued", "running", "done", "failed", "cancelled"])]
    arguments: dict[str, Any]
    user: str
    done: int
    total: int | None
    is_cancelled: Annotated[bool, Field(description="Somebody asked to cancel it")]
    created_at_ms: int
    started_at_ms: int | None
    ended_at_ms: int | None
    result: dict[str, Any] | None
    error: str | None


def _found(job: Job) -> JobFound:
    return JobFound(
        job=job.job_id,
        kind=job.kind,
        state=job.state,
        arguments=json.loads(job.arguments),
        user=job.user_id,
        done=job.done,
        total=job.total,
        is_cancelled=bool(job.is_cancelled),
        created_at_ms=job.created_at_ms,
        started_at_ms=job.started_at_ms,
        ended_at_ms=job.ended_at_ms,
        result=None if job.result is None else json.loads(job.result),
        error=job.error,
    )


@router.post("", status_code=202, responses={**problems(400, 507)})
def post_job(hub: AskedHub, principal: Admin, said: JobSaid, response: Response) -> JobFound:
    """Ask for long work. It begins soon, and goes on when a worker is killed."""
    if said.project is not None and said.kind != "recompute":
        raise ProblemError(422, "project is given; expected it with kind 'recompute' alone.")
    if said.format is not None and said.kind != "export":
        raise ProblemError(422, "format is given; expected it with kind 'export' alone.")
    arguments = {"project": said.project} if said.kind == "recompute" else {}
    if said.kind == "export":
        arguments = {"format": said.format or "json"}
    job = store.make_job(hub.database, principal, said.kind, arguments, hub.now_ms())
    response.headers["Location"] = f"/api/v1/jobs/{job.job_id}"
    return _found(job)


@router.get("", responses={**problems()})
def get_jobs(
    hub: AskedHub, principal: Admin, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[JobFound]:
    """List jobs, the newest first."""
    return [_found(job) for job in store.list_jobs(hub.database, principal.org_id, limit)]


@router.get("/{job}", responses={**problems(404)})
def get_job(hub: AskedHub, principal: Admin, job: _Id) -> JobFound:
    """Say how far a job is, and what came of it."""
    found = store.find_job(hub.database, principal.org_id, job)
    if found is None:
        raise ProblemError(404, f"Job {job!r} is unknown.")
    return _found(found)


@router.delete("/{job}", status_code=204, responses={**problems(404, 409, 507)})
def delete_job(hub: AskedHub, principal: Admin, job: _Id) -> Response:
    """Cancel a job that has not ended. What it did so far stays; one that goes on ends soon."""
    found = store.cancel_job(hub.database, principal, job, hub.now_ms())
    if found is None:
        raise ProblemError(404, f"Job {job!r} is unknown.")
    if found.state not in (store.QUEUED, store.RUNNING):
        raise ProblemError(409, f"Job {job!r} is {found.state}; expected one that goes on.")
    return Response(status_code=204)


@router.get(
    "/{job}/file",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}},
        **problems(404),
    },
)
def get_file(hub: AskedHub, principal: Admin, job: _Id) -> FileResponse:
    """Fetch what an export made. It is kept for a week."""
    path = file_of(hub.settings.job_files, principal.org_id, job)
    found = store.find_job(hub.database, principal.org_id, job)
    if found is None or found.state != store.DONE or not path.is_file():
        raise ProblemError(404, f"Job {job!r} has no file, or has it no more.")
    name = f"wattprint-{principal.org_id}-{job}.zip"
    return FileResponse(path, media_type="application/zip", filename=name)
