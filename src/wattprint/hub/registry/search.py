"""Models found by words, filters and order, by pages, on whichever database.

A word that is asked for is looked for within the words of the tenant, of which there are few; then
models are looked up by whole words. Nothing is counted and no row is passed over to reach a page.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, literal, or_, select

from wattprint.domain.errors import InputError
from wattprint.factors.zones import zones
from wattprint.hub.cursors import foreign, packed, unpacked
from wattprint.hub.registry.examine import FACET, facet, key
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.registry_tables import (
    registry_events,
    registry_footprints,
    registry_models,
    registry_scores,
    registry_word_models,
    registry_words,
)

LISTED = (
    *("model_id", "name", "version", "task", "dataset", "licence", "publisher", "year", "zones"),
    *("state", "origin", "method", "energy_j", "energy_low_j", "energy_high_j"),
    *("location_ug", "location_low_ug", "location_high_ug", "computed_ug", "warnings"),
    *("submitted_at_ms", "changed_at_ms", "submitter"),
)
"""Columns of a model in a list."""
SORTS = {
    "changed_at_ms": "changed_at_ms",
    "name": "name_key",
    "emissions": "location_ug",
    "energy": "energy_j",
    "year": "year",
}
"""What a list is sorted by, falling with a '-' in front; models without the figure are left out."""
_MOST_TERMS, _MOST_WORDS = 8, 500
_FEW = 2_000
"""Models of a word that are listed in a query; of more, the order of the list is followed."""
_END = "\U0010ffff"
_ORDER = {"submitted": 0, "accepted": 1, "rejected": 1, "withdrawn": 2}


class Asked(NamedTuple):
    """Which models are asked for."""

    words: str = ""
    task: str | None = None
    dataset: str | None = None
    publisher: str | None = None
    zone: str | None = None
    stage: str | None = None
    method: str | None = None
    first_year: int | None = None
    last_year: int | None = None
    most_g: float | None = None
    state: str = "accepted"
    submitter: str | None = None
    warned: bool | None = None
    sort: str = "-changed_at_ms"
    limit: int = 50
    cursor: str | None = None


class Found(NamedTuple):
    """A part of a list."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def list_models(database: Database, org_id: str, asked: Asked) -> Found:
    """Return a page of models.

    Raises:
        InputError: The cursor is none of this list.
    """
    its = registry_models.c
    is_falling = asked.sort.startswith("-")
    order = its[SORTS[asked.sort.removeprefix("-")]]
    place = [order, its.model_id]
    statement = select(*(its[name] for name in LISTED), order.label("_order"))
    statement = statement.where(its.org_id == org_id, its.state == asked.state, *_plain(asked))
    if order.nullable:
        statement = statement.where(order.is_not(None))
    if asked.cursor is not None:
        behind = _behind(place, _unpacked(asked), is_falling=is_falling)
        statement = statement.where(behind)
    ordered = [column.desc() if is_falling else column.asc() for column in place]
    with database.reading() as connection:
        statement = statement.where(*_worded(connection, org_id, asked))
        found = connection.execute(statement.order_by(*ordered).limit(asked.limit + 1)).mappings()
        rows = [dict(row) for row in found]
    last = [(row.pop("_order"), row["model_id"]) for row in rows]
    is_more = len(rows) > asked.limit
    more = packed([asked.sort, *last[asked.limit - 1]]) if is_more else None
    return Found(rows[: asked.limit], more)


def _plain(asked: Asked) -> list[Any]:
    its = registry_models.c
    conditions = [
        its[column] == wanted
        for column, wanted in (
            ("task_key", asked.task and key(asked.task)),
            ("dataset_key", asked.dataset and key(asked.dataset)),
            ("publisher_key", asked.publisher and key(asked.publisher)),
            ("submitter", asked.submitter),
        )
        if wanted
    ]
    if asked.first_year is not None:
        conditions.append(its.year >= asked.first_year)
    if asked.last_year is not None:
        conditions.append(its.year <= asked.last_year)
    if asked.most_g is not None:
        conditions.append(its.location_ug <= round(asked.most_g * 1_000_000))
    if asked.warned is not None:
        conditions.append(its.warnings > 0 if asked.warned else its.warnings == 0)
    return conditions


def _worded(connection: Connection, org_id: str, asked: Asked) -> list[Any]:
    """Return the conditions of words and of filters that are words."""
    terms = list(dict.fromkeys(re.findall(r"\w+", asked.words.casefold())))[:_MOST_TERMS]
    facets = [
        facet(name, value)
        for name, value in (
            ("zone", _zone(asked.zone)),
            ("stage", asked.stage),
            ("method", asked.method),
        )
        if value
    ]
    return [
        *(_having(connection, org_id, _matching(connection, org_id, term)) for term in terms),
        *(_having(connection, org_id, registry_word_models.c.word == word) for word in facets),
    ]


def _zone(text: str | None) -> str | None:
    """Return the code of a zone by any of its names; what is none finds nothing."""
    try:
        return zones().find(text).zone if text else None
    except InputError:
        return text


def _matching(connection: Connection, org_id: str, term: str) -> Any:
    """Return the condition of words that hold a term; only begin with it where those are many."""
    word = registry_word_models.c.word
    if len(term) == 1:
        return word == term
    known = registry_words.c.word
    statement = select(known).where(
        registry_words.c.org_id == org_id,
        known.contains(term, autoescape=True),
        ~known.startswith(FACET),
    )
    words = connection.scalars(statement.limit(_MOST_WORDS + 1)).all()
    if len(words) <= _MOST_WORDS:
        return word.in_(words)
    return and_(word >= term, word < term + _END)


def _having(connection: Connection, org_id: str, is_word: Any) -> Any:
    """Return the condition of models that have a word."""
    its = registry_word_models.c
    is_its = its.org_id == org_id
    few = select(its.model_id).where(is_its, is_word).limit(_FEW + 1)
    found = set(connection.scalars(few))
    if len(found) <= _FEW:
        return registry_models.c.model_id.in_(sorted(found))
    having = select(literal(1)).where(is_its, is_word, its.model_id == registry_models.c.model_id)
    return having.exists()


def _behind(place: Sequence[Any], at: Sequence[Any], *, is_falling: bool) -> Any:
    first, second = place
    if is_falling:
        return or_(first < at[0], and_(first == at[0], second < at[1]))
    return or_(first > at[0], and_(first == at[0], second > at[1]))


def _unpacked(asked: Asked) -> tuple[Any, str]:
    text = asked.cursor or ""
    try:
        sort, first, model_id = unpacked(text)
        is_ours = sort == asked.sort and isinstance(model_id, str) and "\0" not in model_id
        if asked.sort.removeprefix("-") == "name":
            is_ours = is_ours and isinstance(first, str) and first.isprintable()
        else:
            is_ours = is_ours and type(first) is int and abs(first) < 2**63
        is_ours = is_ours and model_id.isprintable()
    except (ValueError, TypeError):
        is_ours = False
    if not is_ours:
        raise foreign(text)
    return first, model_id


def find_model(database: Database, org_id: str, model_id: str) -> dict[str, Any] | None:
    """Return a model with its pieces of work, scores and history; None where there is none."""
    its = registry_models.c
    with database.reading() as connection:
        statement = select(registry_models).where(its.org_id == org_id, its.model_id == model_id)
        row = connection.execute(statement).mappings().first()
        if row is None:
            return None
        model = dict(row)
        for name, table, order in (
            ("footprints", registry_footprints, "number"),
            ("scores", registry_scores, "number"),
            ("history", registry_events, "at_ms"),
        ):
            of_model = table.c.org_id == org_id, table.c.model_id == model_id
            listed = select(table).where(*of_model).order_by(table.c[order])
            model[name] = [dict(one) for one in connection.execute(listed).mappings()]
        # Of one moment, the states come in the order in which they are reached.
        model["history"].sort(key=lambda event: (event["at_ms"], _ORDER[event["state"]]))
        others = select(its.model_id, its.version, its.changed_at_ms).where(
            its.org_id == org_id,
            its.name_key == model["name_key"],
            its.state == "accepted",
            its.model_id != model_id,
        )
        others = others.order_by(its.changed_at_ms.desc()).limit(20)
        model["others"] = [dict(one) for one in connection.execute(others).mappings()]
    return model


def tasks(database: Database, org_id: str, limit: int = 500) -> list[dict[str, Any]]:
    """Return the tasks of accepted models, those with most models first."""
    its = registry_models.c
    count = func.count().label("models")
    statement = (
        select(func.min(its.task).label("task"), its.task_key, count)
        .where(its.org_id == org_id, its.state == "accepted", its.task_key != "")
        .group_by(its.task_key)
        .order_by(count.desc(), its.task_key)
        .limit(limit)
    )
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def counts(database: Database, org_id: str) -> dict[str, int]:
    """Return how many models there are, by state."""
    its = registry_models.c
    statement = select(its.state, func.count()).where(its.org_id == org_id).group_by(its.state)
    with database.reading() as connection:
        return {state: count for state, count in connection.execute(statement)}  # noqa: C416 - rows
