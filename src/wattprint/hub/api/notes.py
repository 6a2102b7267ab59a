"""Tags, notes and exclusions of runs."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from wattprint.hub import notes
from wattprint.hub.api.asked import AskedHub, Hub, Reader, Writer, problems
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.api.reading import Name, RunId
from wattprint.hub.auth.rights import READ, Principal
from wattprint.hub.notes import RunKey
from wattprint.hub.reading import projects_of
from wattprint.hub.storage.note_tables import TAG

router = APIRouter(prefix="/api/v1/runs/{run}", tags=["notes"])
_Tag = Annotated[str, Path(max_length=64, pattern=TAG)]
_TEXT = r"^[^\x00]*[^\s\x00][^\x00]*$"


class TagsFound(BaseModel):
    """Tags of a run."""

    tags: list[str]


class NoteSaid(BaseModel):
    """A note, or a new version of one of one's own."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(min_length=1, max_length=notes.LONGEST_NOTE, pattern=_TEXT)]
    edits: Annotated[str | None, Field(max_length=40, pattern=r"^[0-9a-f]+$")] = None


class NoteFound(BaseModel):
    """The newest version of a note."""

    id: str
    user: str
    at_ms: int
    text: str
    versions: int


class NoteMade(BaseModel):
    """A note that was written."""

    id: str


class ExclusionSaid(BaseModel):
    """Why a run is not counted."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[
        str,
        Field(
            min_length=1,
            max_length=notes.LONGEST_REASON,
            pattern=_TEXT,
            examples=["a test of the meters"],
        ),
    ]


class ExclusionFound(BaseModel):
    """Why a run is not counted, and who said so."""

    reason: str
    user: str
    at_ms: int


@router.get("/tags", responses={**problems(404, 409)})
def get_tags(
    hub: AskedHub, principal: Reader, run: RunId, project: Name | None = None
) -> TagsFound:
    """List a run's tags."""
    key = run_key(hub, principal.org_id, run, project)
    return TagsFound(tags=notes.said_of(hub.database, key).tags)


@router.put("/tags/{tag}", status_code=204, responses={**problems(404, 409, 507)})
def put_tag(
    hub: AskedHub, principal: Writer, run: RunId, tag: _Tag, project: Name | None = None
) -> Response:
    """Give a run a tag."""
    key = _writable(hub, principal, run, project)
    notes.set_tag(hub.database, principal, key, tag, hub.now_ms())
    return Response(status_code=204)


@router.delete("/tags/{tag}", status_code=204, responses={**problems(404, 409, 507)})
def delete_tag(
    hub: AskedHub, principal: Writer, run: RunId, tag: _Tag, project: Name | None = None
) -> Response:
    """Take a tag from a run."""
    key = _writable(hub, principal, run, project)
    if not notes.remove_tag(hub.database, principal, key, tag, hub.now_ms()):
        raise ProblemError(404, f"Run {run!r} has no tag {tag!r}.")
    return Response(status_code=204)


@router.get("/notes", responses={**problems(404, 409)})
def get_notes(
    hub: AskedHub, principal: Reader, run: RunId, project: Name | None = None
) -> list[NoteFound]:
    """List a run's notes, each in its newest version."""
    key = run_key(hub, principal.org_id, run, project)
    return [NoteFound(**note) for note in notes.said_of(hub.database, key).notes]


@router.post("/notes", status_code=201, responses={**problems(400, 404, 409, 507)})
def post_note(
    hub: AskedHub, principal: Writer, run: RunId, said: NoteSaid, project: Name | None = None
) -> NoteMade:
    """Write a note, or a new version of one; what was written stays in the database."""
    key = _writable(hub, principal, run, project)
    made = notes.add_note(
        hub.database, principal, key, said.text, edits_id=said.edits, now_ms=hub.now_ms()
    )
    return NoteMade(id=made)


@router.get("/exclusion", responses={**problems(404, 409)})
def get_exclusion(
    hub: AskedHub, principal: Reader, run: RunId, project: Name | None = None
) -> ExclusionFound | None:
    """Say why a run is not counted; null for one that is."""
    key = run_key(hub, principal.org_id, run, project)
    found = notes.said_of(hub.database, key).exclusion
    return None if found is None else ExclusionFound(**found)


@router.put("/exclusion", status_code=204, responses={**problems(400, 404, 409, 507)})
def put_exclusion(
    hub: AskedHub, principal: Writer, run: RunId, said: ExclusionSaid, project: Name | None = None
) -> Response:
    """Take a run out of all sums; the run itself stays."""
    key = _writable(hub, principal, run, project)
    notes.exclude(hub.database, principal, key, said.reason, hub.now_ms())
    return Response(status_code=204)


@router.delete("/exclusion", status_code=204, responses={**problems(404, 409, 507)})
def delete_exclusion(
    hub: AskedHub, principal: Writer, run: RunId, project: Name | None = None
) -> Response:
    """Count a run again."""
    key = _writable(hub, principal, run, project)
    if not notes.include(hub.database, principal, key, hub.now_ms()):
        raise ProblemError(404, f"Run {run!r} is not excluded.")
    return Response(status_code=204)


def run_key(
    hub: Hub, org_id: str, run: str, project: str | None, among: Collection[str] | None = None
) -> RunKey:
    """Return a run that is there.

    Args:
        hub: The hub.
        org_id: The tenant.
        run: Its id.
        project: Its project; None where its id tells it.
        among: Projects that may be known of; None for all.

    Raises:
        ProblemError: It is not, or several projects have one of this id.
    """
    if project is not None:
        among = [project] if among is None or project in among else []
    found = projects_of(hub.database, org_id, run, among)
    if not found:
        raise ProblemError(404, f"Run {run!r} is unknown.")
    if len(found) > 1:
        raise ProblemError(409, f"Run {run!r} is of several projects; say which by `project`.")
    return RunKey(org_id, found[0], run)


def _writable(hub: Hub, principal: Principal, run: str, project: str | None) -> RunKey:
    # Who may not read learns of no run but those that it may write: of others it is told nothing.
    among = None if principal.may(READ) else principal.own_projects()
    key = run_key(hub, principal.org_id, run, project, among)
    if not principal.may_write(key.project_id):
        raise ProblemError(403, f"Expected a token that may write to project {key.project_id!r}.")
    return key
