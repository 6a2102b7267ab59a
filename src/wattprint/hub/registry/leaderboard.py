"""Models of a task by their score, and those that none beats in both score and emissions."""

from collections.abc import Sequence
from math import inf
from typing import Any, NamedTuple

from sqlalchemy import func, select

from wattprint.hub.registry.examine import key
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.registry_tables import registry_models, registry_scores

_MILLION = 1_000_000


class Contest(NamedTuple):
    """What models of a task are compared by."""

    metric: str
    dataset: str
    higher_is_better: bool
    models: int


class Ranked(NamedTuple):
    """A model's place."""

    model_id: str
    name: str
    version: str
    score: float
    location_ug: int | None
    location_low_ug: int | None
    location_high_ug: int | None
    method: str
    is_on_front: bool = False
    """Whether no other has both a score as good and emissions as low, and one of them better."""


class Leaderboard(NamedTuple):
    """All that is shown of a task."""

    task: str
    contests: list[Contest]
    chosen: Contest | None
    ranked: list[Ranked]
    """The best score first."""


def on_front(points: Sequence[tuple[float, float | None]], *, higher_is_better: bool) -> list[bool]:
    """Tell of each point (score, emissions) whether no other is at least as good in both.

    One without emissions is never on the front; of equal ones, all are.

    >>> on_front([(0.9, 100.0), (0.8, 10.0), (0.7, 20.0), (0.95, None)], higher_is_better=True)
    [True, True, False, False]
    """
    sign = -1.0 if higher_is_better else 1.0
    known = [(i, cost, sign * score) for i, (score, cost) in enumerate(points) if cost is not None]
    front = [False] * len(points)
    best, at_cost = inf, -inf
    for i, cost, rank in sorted(known, key=lambda point: (point[1], point[2])):
        if rank < best:
            best, at_cost = rank, cost
            front[i] = True
        elif rank == best and cost == at_cost:
            front[i] = True
    return front


def leaderboard(
    database: Database, org_id: str, task: str, metric: str | None, dataset: str | None
) -> Leaderboard:
    """Return the leaderboard of a task.

    Args:
        database: The hub's database.
        org_id: The tenant.
        task: The task.
        metric: Metric that models are compared by; None takes the one with most models.
        dataset: Dataset of the evaluation; None takes the one with most models.
    """
    contests = _contests(database, org_id, task)
    fitting = [
        contest
        for contest in contests
        if metric in (None, contest.metric) and dataset in (None, contest.dataset)
    ]
    if not fitting:
        return Leaderboard(task, contests, None, [])
    return Leaderboard(task, contests, fitting[0], _ranked(database, org_id, task, fitting[0]))


def _contests(database: Database, org_id: str, task: str) -> list[Contest]:
    its, models = registry_scores.c, registry_models.c
    count = func.count().label("models")
    statement = (
        select(
            func.min(its.metric).label("metric"),
            func.min(its.dataset).label("dataset"),
            its.higher_is_better,
            count,
        )
        .where(
            *_of_task(org_id, task), its.org_id == models.org_id, its.model_id == models.model_id
        )
        .group_by(its.metric_key, its.dataset_key, its.higher_is_better)
        .order_by(count.desc(), its.metric_key, its.dataset_key)
        .limit(100)
    )
    with database.reading() as connection:
        return [
            Contest(row.metric, row.dataset, bool(row.higher_is_better), row.models)
            for row in connection.execute(statement)
        ]


def _of_task(org_id: str, task: str) -> tuple[Any, ...]:
    its = registry_models.c
    return its.org_id == org_id, its.state == "accepted", its.task_key == key(task)


def _ranked(database: Database, org_id: str, task: str, contest: Contest) -> list[Ranked]:
    its, models = registry_scores.c, registry_models.c
    shown = ("model_id", "name", "version", "location_ug", "location_low_ug", "location_high_ug")
    statement = select(*(models[name] for name in (*shown, "method")), its.score_millionths)
    statement = statement.where(
        *_of_task(org_id, task),
        its.org_id == models.org_id,
        its.model_id == models.model_id,
        its.metric_key == key(contest.metric),
        its.dataset_key == key(contest.dataset),
        its.higher_is_better == int(contest.higher_is_better),
    )
    with database.reading() as connection:
        rows = [dict(row) for row in connection.execute(statement).mappings()]
    found = [Ranked(score=row.pop("score_millionths") / _MILLION, **row) for row in rows]
    sign = -1 if contest.higher_is_better else 1

    def place(one: Ranked) -> tuple[float, float, str]:
        cost_ug = inf if one.location_ug is None else one.location_ug
        return sign * one.score, cost_ug, one.model_id

    found.sort(key=place)
    front = on_front(
        [(one.score, one.location_ug) for one in found], higher_is_better=contest.higher_is_better
    )
    return [one._replace(is_on_front=is_on) for one, is_on in zip(found, front, strict=True)]
