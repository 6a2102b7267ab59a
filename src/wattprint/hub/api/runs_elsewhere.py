"""Which of some runs other projects have: asked before they are sent under one more name."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from wattprint.hub import reading
from wattprint.hub.api.asked import NO_CONTROLS, AskedHub, Reader, problems

router = APIRouter(prefix="/api/v1", tags=["read"])
MOST_IDS = 1000
_Id = Annotated[str, Field(max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]


class RunsSought(BaseModel):
    """Runs by their ids, and the project that they are meant for."""

    model_config = ConfigDict(extra="forbid")
    project: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_CONTROLS)]
    runs: Annotated[list[_Id], Field(min_length=1, max_length=MOST_IDS)]


class RunsElsewhere(BaseModel):
    """How many of the runs each other project has."""

    projects: Annotated[dict[str, int], Field(examples=[{"cluster jobs": 12}])]


@router.post("/runs:elsewhere", response_model=RunsElsewhere, responses={**problems(400)})
def post_elsewhere(hub: AskedHub, principal: Reader, sought: RunsSought) -> RunsElsewhere:
    """Count which of up to 1,000 runs other projects have; nothing is changed.

    A run is known by its project and id: the same run under another project is counted twice.
    """
    counts = reading.projects_elsewhere(
        hub.database, principal.org_id, sought.project, sorted(set(sought.runs))
    )
    return RunsElsewhere(projects=counts)
