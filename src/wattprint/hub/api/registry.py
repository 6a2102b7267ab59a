"""The registry of models' footprints, read: by anybody, where its organisation publishes it."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from wattprint.hub.api.asked import AskedHub, problems
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.api.registry_asked import AskedRegistry, ModelPath, Registry, tagged
from wattprint.hub.registry.leaderboard import leaderboard
from wattprint.hub.registry.search import SORTS, Asked, find_model, list_models, tasks
from wattprint.hub.registry.shown import kg, listed, whole

router = APIRouter(prefix="/api/v1/registry", tags=["registry"])
NOT_MODIFIED: Mapping[int | str, dict[str, Any]] = {304: {"description": "Not modified"}}
_Words = Annotated[
    str,
    Query(max_length=200, pattern=r"^[^\x00]*$", description="Words, or parts of words, all found"),
]
_Name = Annotated[str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Year = Annotated[int | None, Query(ge=1900, le=2200)]
_Sort = Annotated[
    str, Query(pattern=f"^-?({'|'.join(SORTS)})$", description="With '-' in front it falls")
]


class ModelsPage(BaseModel):
    """A page of models."""

    models: list[dict[str, Any]]
    next: Annotated[str | None, Field(description="`cursor` of the next page; null at the end")]


class ModelFound(BaseModel):
    """A model: its figures, reported and computed, its scores, its history, and as it came."""

    model: dict[str, Any]


class TaskFound(BaseModel):
    """A task and how many models it has."""

    task: str
    models: int


class TasksFound(BaseModel):
    """All tasks."""

    tasks: list[TaskFound]


class LeaderboardFound(BaseModel):
    """Models of a task by score; `front` are those that none beats in both score and emissions."""

    task: str
    contests: list[dict[str, Any]]
    chosen: dict[str, Any] | None
    ranked: list[dict[str, Any]]
    front: list[str]


class SettingsFound(BaseModel):
    """How a registry is published."""

    organisation: str
    is_public: bool
    licence: str
    licence_link: str
    attribution: str


@router.get("/models", response_model=ModelsPage, responses={**problems(404), **NOT_MODIFIED})
def get_models(
    request: Request,
    *,
    hub: AskedHub,
    registry: AskedRegistry,
    q: _Words = "",
    task: _Name = None,
    dataset: _Name = None,
    publisher: _Name = None,
    zone: _Name = None,
    stage: _Name = None,
    method: _Name = None,
    first_year: _Year = None,
    last_year: _Year = None,
    most_kg: Annotated[float | None, Query(ge=0, le=1e9)] = None,
    state: Literal["submitted", "accepted", "rejected", "withdrawn"] = "accepted",
    sort: _Sort = "-changed_at_ms",
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    cursor: Annotated[str | None, Query(max_length=2000, pattern=r"^[A-Za-z0-9_-]+$")] = None,
) -> Response:
    """List models, the newest first, by pages. Only members see other states than `accepted`.

    Sorted by a figure, the list holds the models that have it.
    """
    if state != "accepted" and registry.principal is None:
        raise ProblemError(403, "Expected a member's token: others see accepted models.")
    asked = Asked(
        words=q,
        task=task,
        dataset=dataset,
        publisher=publisher,
        zone=zone,
        stage=stage,
        method=method,
        first_year=first_year,
        last_year=last_year,
        most_g=None if most_kg is None else most_kg * 1000,
        state=state,
        sort=sort,
        limit=limit,
        cursor=cursor,
    )
    found = list_models(hub.database, registry.org_id, asked)
    models = [listed(row) for row in found.rows]
    return _answer(request, {"models": models, "next": found.next_cursor}, registry)


def shown_model(hub: Any, registry: Registry, model_id: str) -> dict[str, Any]:
    """Return a model that who asks may see.

    Raises:
        ProblemError: There is none.
    """
    model = find_model(hub.database, registry.org_id, model_id)
    if model is None or (model["state"] != "accepted" and registry.principal is None):
        raise ProblemError(404, f"Model {model_id!r} is unknown.")
    return model


@router.get(
    "/models/{model}", response_model=ModelFound, responses={**problems(404), **NOT_MODIFIED}
)
def get_model(
    request: Request, hub: AskedHub, registry: AskedRegistry, model: ModelPath
) -> Response:
    """Return a model with its figures, scores and history."""
    found = shown_model(hub, registry, model)
    is_member = registry.principal is not None
    return _answer(request, {"model": whole(found, is_member=is_member)}, registry)


@router.get("/tasks", response_model=TasksFound, responses={**problems(404), **NOT_MODIFIED})
def get_tasks(request: Request, hub: AskedHub, registry: AskedRegistry) -> Response:
    """List tasks, those with most models first."""
    found = tasks(hub.database, registry.org_id)
    rows = [{"task": row["task"], "models": row["models"]} for row in found]
    return _answer(request, {"tasks": rows}, registry)


@router.get(
    "/leaderboard", response_model=LeaderboardFound, responses={**problems(404), **NOT_MODIFIED}
)
def get_leaderboard(
    request: Request,
    *,
    hub: AskedHub,
    registry: AskedRegistry,
    task: Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")],
    metric: _Name = None,
    dataset: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Return a task's models by score; without `metric` by the one that most models have.

    The Pareto front is that of all models, also of those behind `limit`.
    """
    board = leaderboard(hub.database, registry.org_id, task, metric, dataset)
    if board.chosen is None:
        raise ProblemError(404, f"No scores of task {task!r} are there.")
    ranked = [
        {
            "model": one.model_id,
            "name": one.name,
            "version": one.version,
            "score": one.score,
            "emissions_kg": kg(one.location_ug),
            "method": one.method,
            "is_on_front": one.is_on_front,
        }
        for one in board.ranked[:limit]
    ]
    document = {
        "task": task,
        "contests": [contest._asdict() for contest in board.contests],
        "chosen": board.chosen._asdict(),
        "ranked": ranked,
        "front": [one.model_id for one in board.ranked if one.is_on_front],
    }
    return _answer(request, document, registry)


@router.get("/settings", responses={**problems(404)})
def get_settings(registry: AskedRegistry) -> SettingsFound:
    """Say how the registry is published."""
    settings = registry.settings
    return SettingsFound(
        organisation=registry.org_id,
        licence_link=settings.licence_link,
        **settings._asdict(),
    )


def _answer(request: Request, document: Any, registry: Registry) -> Response:
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return tagged(request, body, "application/json", registry)
