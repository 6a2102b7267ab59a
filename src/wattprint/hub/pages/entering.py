"""A session that begins, whatever opened it: the cookie is new, the one before is worth nothing."""

from collections.abc import Collection
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from wattprint.hub.api.asked import Hub
from wattprint.hub.auth.rights import Principal
from wattprint.hub.organisations import note
from wattprint.hub.pages.visitor import SESSION_COOKIE, Visitor, browser_of, set_cookie


def enter(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    of: tuple[str, str],
    *,
    opened_by: str,
    scopes: Collection[str] = ("admin",),
    back: str = "/",
) -> Response:
    """Open a session of a member, and send the browser on.

    Args:
        request: What asked for it.
        hub: The hub.
        visitor: Who asked; a session that goes on in this browser ends.
        of: Organisation and user.
        opened_by: See `Sessions.open`.
        scopes: What the session may do.
        back: Local address to go to.
    """
    if visitor.principal is not None:
        hub.sessions.close(visitor.principal)
    org_id, user_id = of
    cookie = hub.sessions.open(
        org_id, user_id, scopes=scopes, opened_by=opened_by, browser=browser_of(request)
    )
    by = Principal(org_id, user_id, f"session-{cookie.split('.')[1]}", "viewer", frozenset())
    audited(hub, by, "session.open", user_id, by=opened_by)
    response = RedirectResponse(back, status_code=303)
    set_cookie(request, response, SESSION_COOKIE, cookie)
    return response


def audited(hub: Hub, who: Principal, action: str, subject: str, **detail: Any) -> None:
    """Write down who did what, where the deed has no transaction of its own."""
    now_ms = hub.now_ms()
    hub.database.write(
        lambda connection: note(connection, who, action, subject, detail, now_ms=now_ms)
    )
