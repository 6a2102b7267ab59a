"""Which factors the stored footprints are of, and what two sets of them differ by."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from wattprint.hub.api.asked import AskedHub, Reader, problems
from wattprint.hub.api.reading import Name
from wattprint.hub.recompute_diff import MOST_RUNS, factor_set_diff, factor_sets

router = APIRouter(prefix="/api/v1/factor-sets", tags=["read"])
_SHA = r"^[0-9a-f]{64}$"


class FactorSetFound(BaseModel):
    """A set of factors."""

    version: str
    sha256: str
    runs: Annotated[int, Field(description="Runs that have a footprint of it")]


class ProjectDiffFound(BaseModel):
    """What two sets say of the runs of a project."""

    project: str
    runs: int
    runs_unknown: Annotated[int, Field(description="Without emissions under one; not summed")]
    before_g: float
    after_g: float
    difference_g: float
    before_kwh: float
    after_kwh: float


class MoverFound(BaseModel):
    """A run whose emissions differ."""

    project: str
    run: str
    before_g: float
    after_g: float
    difference_g: float


class DiffFound(BaseModel):
    """A page of a difference: sums of its runs by project, and those that moved most."""

    projects: list[ProjectDiffFound]
    movers: list[MoverFound]
    next: Annotated[str | None, Field(description="`cursor` of the next page; null at the end")]


@router.get("", responses={**problems()})
def get_factor_sets(hub: AskedHub, principal: Reader) -> list[FactorSetFound]:
    """List the sets of factors of which footprints are stored, the newest version first."""
    return [
        FactorSetFound(**seen._asdict()) for seen in factor_sets(hub.database, principal.org_id)
    ]


@router.get("/diff", responses={**problems()})
def get_diff(
    hub: AskedHub,
    principal: Reader,
    *,
    before: Annotated[str, Query(alias="from", pattern=_SHA)],
    after: Annotated[str, Query(alias="to", pattern=_SHA)],
    project: Name | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_RUNS)] = MOST_RUNS,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> DiffFound:
    """Compare two sets of factors over the runs that have a footprint of both, page by page."""
    diff = factor_set_diff(
        hub.database,
        principal.org_id,
        before,
        after,
        project=project,
        cursor=cursor,
        limit=limit,
    )
    return DiffFound(
        projects=[
            ProjectDiffFound(**each._asdict(), difference_g=each.difference_g)
            for each in diff.projects
        ],
        movers=[
            MoverFound(**each._asdict(), difference_g=each.difference_g) for each in diff.movers
        ],
        next=diff.next_cursor,
    )
