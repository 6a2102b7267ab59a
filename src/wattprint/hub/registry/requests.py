"""Links that ask an author for a model's footprint: secret, of one use, for a while.

The link is `ORGANISATION.ID.SECRET`; the secret has 256 random bits and only its SHA-256 is stored,
so that who reads the database can answer none.
"""

import hmac
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from wattprint.hub.auth.rights import Principal
from wattprint.hub.auth.secret_texts import new_text, read_text
from wattprint.hub.organisations import note as audited
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.registry_tables import registry_requests

LASTS_MS = 30 * 24 * 3600 * 1000
"""How long a link can be answered. [ms]"""


class Made(NamedTuple):
    """A request, and the link's secret, which is shown once."""

    request_id: str
    link: str


def make_request(
    database: Database, by: Principal, *, model_name: str, note: str, now_ms: int
) -> Made:
    """Make a request.

    Args:
        database: The hub's database.
        by: Who asks.
        model_name: Of which model.
        note: Words to the author.
        now_ms: The time. [ms since 1970]
    """
    text = new_text(by.org_id)
    request_id = text.row_id
    row = {
        "org_id": by.org_id,
        "request_id": request_id,
        "secret_sha256": sha256(text.secret.encode()).hexdigest(),
        "model_name": model_name,
        "note": note,
        "user_id": by.user_id,
        "created_at_ms": now_ms,
        "expires_at_ms": now_ms + LASTS_MS,
        "answered_at_ms": None,
        "revoked_at_ms": None,
        "model_id": None,
    }

    def work(connection: Connection) -> None:
        connection.execute(insert(registry_requests), row)
        detail = {"model": model_name}
        audited(connection, by, "registry.request", request_id, detail, now_ms=now_ms)

    database.write(work)
    return Made(request_id, str(text))


def list_requests(database: Database, org_id: str, limit: int) -> list[dict[str, Any]]:
    """Return requests without their secrets, the newest first."""
    its = registry_requests.c
    shown = [column for column in its if column.name not in ("org_id", "secret_sha256")]
    statement = select(*shown).where(its.org_id == org_id)
    statement = statement.order_by(its.created_at_ms.desc(), its.request_id.desc()).limit(limit)
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def revoke(database: Database, by: Principal, request_id: str, now_ms: int) -> bool:
    """Take a link back; return whether there was one that was open."""
    its = registry_requests.c

    def work(connection: Connection) -> bool:
        is_open = its.answered_at_ms.is_(None), its.revoked_at_ms.is_(None)
        statement = update(registry_requests).where(
            its.org_id == by.org_id, its.request_id == request_id, *is_open
        )
        if not connection.execute(statement.values(revoked_at_ms=now_ms)).rowcount:
            return False
        audited(connection, by, "registry.request.revoke", request_id, {}, now_ms=now_ms)
        return True

    return database.write(work)


def opened(database: Database, link: str, now_ms: int) -> dict[str, Any] | None:
    """Return the request of a link; None for none, or one that is answered, revoked or too old."""
    text = read_text(link)
    if text is None:
        return None
    its = registry_requests.c
    statement = select(registry_requests).where(
        its.org_id == text.org_id, its.request_id == text.row_id
    )
    with database.reading() as connection:
        row = connection.execute(statement).mappings().first()
    expected = row["secret_sha256"] if row else "0" * 64
    is_right = hmac.compare_digest(sha256(text.secret.encode()).hexdigest(), expected)
    if row is None or not is_right or row["expires_at_ms"] <= now_ms:
        return None
    is_open = row["answered_at_ms"] is None and row["revoked_at_ms"] is None
    return dict(row) if is_open else None


def author_of(request: dict[str, Any]) -> Principal:
    """Return who answers: nobody of the organisation, and with no right of their own."""
    request_id = request["request_id"]
    user_id = f"author of request {request_id}"
    return Principal(request["org_id"], user_id, f"request-{request_id}", "viewer", frozenset())


def model_id_of(request: dict[str, Any]) -> str:
    """Return the id of the submission that answers a request: so there is one."""
    return f"request-{request['request_id']}"


def mark_answered(database: Database, request: dict[str, Any], now_ms: int) -> None:
    """Close a link that was answered."""
    its = registry_requests.c
    statement = update(registry_requests).where(
        its.org_id == request["org_id"], its.request_id == request["request_id"]
    )
    values = {"answered_at_ms": now_ms, "model_id": model_id_of(request)}
    database.write(lambda connection: connection.execute(statement.values(**values)))
