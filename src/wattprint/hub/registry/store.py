"""Submissions stored once, and what becomes of them: accepted, rejected, withdrawn, by whom."""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from hashlib import sha256
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select, update

from wattprint.hub.auth.rights import MANAGE, Principal
from wattprint.hub.organisations import note
from wattprint.hub.registry.examine import Examined, Rows, examined, key, rows_of
from wattprint.hub.registry.messages import Submission
from wattprint.hub.storage.bulk import insert_new, row_of
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.registry_tables import (
    registry_events,
    registry_footprints,
    registry_models,
    registry_scores,
    registry_word_models,
    registry_words,
)

STATES = ("submitted", "accepted", "rejected", "withdrawn")
VERDICTS = ("created", "duplicate", "conflict", "refused")
_NEXT = {
    "accepted": ("submitted",),
    "rejected": ("submitted",),
    "withdrawn": ("submitted", "accepted"),
}
"""From which states each is reached."""
_PIECE = 500


class Stored(NamedTuple):
    """What became of a submission."""

    verdict: str
    """One of `VERDICTS`."""
    it: Examined


def this_year(now_ms: int) -> int:
    """Return the year of a moment, in UTC."""
    return datetime.fromtimestamp(now_ms / 1000, timezone.utc).year


def submit(
    database: Database, by: Principal, submissions: Sequence[Submission], now_ms: int
) -> list[Stored]:
    """Store submissions, each of which stands for itself; one that is refused leaves nothing.

    Args:
        database: The hub's database.
        by: Who submits.
        submissions: What is said; the same id again changes nothing.
        now_ms: The time. [ms since 1970]
    """
    like = _like(database, by.org_id, submissions)
    year = this_year(now_ms)
    examinations = []
    for said in submissions:
        others = [one for one in like.get((key(said.name), said.version), ()) if one != said.id]
        examinations.append(examined(said, like_it=others, this_year=year))
    rows = {
        it.submission.id: rows_of(by.org_id, by.user_id, it, now_ms)
        for it in reversed(examinations)  # of two of one id, the first holds
        if not it.is_refused
    }
    verdicts = database.write(lambda connection: _insert(connection, by, rows, now_ms))
    return [_stored(it, rows, verdicts) for it in examinations]


def _stored(it: Examined, rows: Mapping[str, Rows], verdicts: dict[str, str]) -> Stored:
    if it.is_refused:
        return Stored("refused", it)
    model_id = it.submission.id
    verdict = verdicts[model_id]
    raw = sha256(it.submission.model_dump_json(exclude_unset=True).encode()).hexdigest()
    if verdict == "created" and raw != rows[model_id].model["raw_sha256"]:
        return Stored("conflict", it)
    verdicts[model_id] = "duplicate" if verdict == "created" else verdict
    return Stored(verdict, it)


def _like(
    database: Database, org_id: str, submissions: Sequence[Submission]
) -> dict[tuple[str, str], list[str]]:
    """Return the ids of models by name and version."""
    names = {key(said.name) for said in submissions}
    its = registry_models.c
    found: dict[tuple[str, str], list[str]] = {}
    with database.reading() as connection:
        for piece in _pieces(sorted(names)):
            statement = select(its.name_key, its.version, its.model_id).where(
                its.org_id == org_id,
                its.name_key.in_(piece),
                its.state.in_(("submitted", "accepted")),
            )
            for name, version, model_id in connection.execute(statement):
                found.setdefault((name, version), []).append(model_id)
    return found


def _insert_new(
    connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]
) -> set[tuple[Any, ...]]:
    return insert_new(connection, table, list(map(row_of(table), rows)))


def _insert(
    connection: Connection, by: Principal, rows: Mapping[str, Rows], now_ms: int
) -> dict[str, str]:
    """Insert rows of what is new; return a verdict for each id."""
    org_id = by.org_id
    ordered = [rows[model_id] for model_id in sorted(rows)]
    new = {k[1] for k in _insert_new(connection, registry_models, [r.model for r in ordered])}
    fresh = [r for r in ordered if r.model["model_id"] in new]
    _insert_new(connection, registry_footprints, [f for r in fresh for f in r.footprints])
    _insert_new(connection, registry_scores, [s for r in fresh for s in r.scores])
    pairs = sorted((word, r.model["model_id"]) for r in fresh for word in r.words)
    words = sorted({word for word, _ in pairs})
    _insert_new(connection, registry_words, [{"org_id": org_id, "word": w} for w in words])
    _insert_new(
        connection,
        registry_word_models,
        [{"org_id": org_id, "word": w, "model_id": m} for w, m in pairs],
    )
    _write_events(connection, by, sorted(new), "submitted", reason="", now_ms=now_ms)
    if len(new) == 1:
        note(connection, by, "registry.submit", next(iter(new)), {}, now_ms=now_ms)
    elif new:
        note(connection, by, "registry.submit", f"{len(new)} models", {}, now_ms=now_ms)
    verdicts = dict.fromkeys(new, "created")
    old = _hashes(connection, org_id, [model_id for model_id in rows if model_id not in new])
    for model_id, known in old.items():
        is_same = known == rows[model_id].model["raw_sha256"]
        verdicts[model_id] = "duplicate" if is_same else "conflict"
    return verdicts


def _hashes(connection: Connection, org_id: str, ids: Sequence[str]) -> dict[str, str]:
    its = registry_models.c
    found: dict[str, str] = {}
    for piece in _pieces(ids):
        statement = select(its.model_id, its.raw_sha256).where(
            its.org_id == org_id, its.model_id.in_(piece)
        )
        found |= {row.model_id: row.raw_sha256 for row in connection.execute(statement)}
    return found


def _pieces(texts: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(texts)
    while piece := list(islice(rest, _PIECE)):
        yield piece


def change_state(
    database: Database, by: Principal, ids: Sequence[str], state: str, *, reason: str, now_ms: int
) -> dict[str, str]:
    """Accept, reject or withdraw models; each of them or none of it, and each change is audited.

    Args:
        database: The hub's database.
        by: Who does it: a maintainer, or the submitter who withdraws.
        ids: Which models.
        state: `accepted`, `rejected` or `withdrawn`.
        reason: Why; kept with the history.
        now_ms: The time. [ms since 1970]

    Returns:
        What became of each: the state, or `unknown`, `not yours`, or the state that it stays in.
    """

    def work(connection: Connection) -> dict[str, str]:
        told, done = dict.fromkeys(ids, "unknown"), []
        for piece in _pieces(dict.fromkeys(ids)):
            for model_id, submitter, before in connection.execute(_locked(by.org_id, piece)):
                if not by.may(MANAGE) and (submitter != by.user_id or state != "withdrawn"):
                    told[model_id] = "not yours" if before == "accepted" else "unknown"
                elif before in _NEXT[state]:
                    told[model_id] = state
                    done.append(model_id)
                else:
                    told[model_id] = f"is {before}"
        for piece in _pieces(done):
            its = registry_models.c
            connection.execute(
                update(registry_models)
                .where(its.org_id == by.org_id, its.model_id.in_(piece))
                .values(state=state, changed_at_ms=now_ms)
            )
        _write_events(connection, by, done, state, reason=reason, now_ms=now_ms)
        if done:
            subject = done[0] if len(done) == 1 else f"{len(done)} models"
            detail = {"reason": reason, "models": done[:1000]}
            note(connection, by, f"registry.{state}", subject, detail, now_ms=now_ms)
        return told

    return database.write(work)


def _locked(org_id: str, ids: Sequence[str]) -> Any:
    its = registry_models.c
    statement = select(its.model_id, its.submitter, its.state)
    statement = statement.where(its.org_id == org_id, its.model_id.in_(ids))
    return statement.order_by(its.model_id).with_for_update()


def _write_events(
    connection: Connection,
    by: Principal,
    ids: Sequence[str],
    state: str,
    *,
    reason: str,
    now_ms: int,
) -> None:
    rows = [
        {
            "org_id": by.org_id,
            "model_id": model_id,
            "event_id": secrets.token_hex(8),
            "at_ms": now_ms,
            "user_id": by.user_id,
            "state": state,
            "reason": reason,
        }
        for model_id in sorted(ids)
    ]
    _insert_new(connection, registry_events, rows)


def findings_of(row: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what was odd about a model when it was submitted."""
    found: list[dict[str, str]] = json.loads(row["findings"])
    return found
