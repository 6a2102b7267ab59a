"""What pages do with tokens: one's own on /account, all of an organisation's on /admin/tokens."""

from collections.abc import Callable
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from starlette.datastructures import FormData

from wattprint.domain.errors import InputError
from wattprint.hub.api.asked import Hub
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.rights import Principal, checked_scopes
from wattprint.hub.organisations import noting
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.typed import typed_name
from wattprint.hub.pages.visitor import Visitor, text_of
from wattprint.hub.storage.schema import tokens

_MOST = 500


class TokenSeen(NamedTuple):
    """A token without its secret."""

    token_id: str
    user_id: str
    name: str
    scopes: str
    created_at_ms: int
    last_used_at_ms: int | None
    revoked_at_ms: int | None


def list_tokens(hub: Hub, who: Principal, *, of_all: bool, user: str = "") -> list[TokenSeen]:
    """Return tokens that one may take back, those that hold first, the newest first.

    Args:
        hub: The hub.
        who: Who asks.
        of_all: Of all members, not of who asks alone.
        user: Only of this user; the empty text for any.
    """
    statement = select(*(tokens.c[name] for name in TokenSeen._fields))
    statement = statement.where(tokens.c.org_id == who.org_id)
    if not of_all or user:
        statement = statement.where(tokens.c.user_id == (user if of_all else who.user_id))
    order = tokens.c.revoked_at_ms.is_not(None), tokens.c.created_at_ms.desc(), tokens.c.token_id
    with hub.database.reading() as connection:
        rows = connection.execute(statement.order_by(*order).limit(_MOST))
        return [TokenSeen(*row) for row in rows if who.may_revoke(row)]


def make_token(hub: Hub, who: Principal, name: str, scopes: str) -> str:
    """Make a token of one's own and return it.

    Args:
        hub: The hub.
        who: Whose token.
        name: What it is for.
        scopes: One a line, or with commas between.

    Raises:
        InputError: No name, no such scope, or one that is more than one's own.
    """
    checked = checked_scopes([s for s in scopes.replace(",", "\n").split("\n") if s.strip()])
    checked = checked_scopes({scope.strip() for scope in checked})
    for scope in sorted(checked):
        if not who.may_give(scope):
            raise InputError(f"scope {scope!r} is more than you may", "expected less than your own")
    typed = typed_name(name, "name of the token")
    detail: dict[str, Any] = {"name": name, "scopes": sorted(checked)}
    noted = noting(who, "token.create", hub.now_ms(), **detail)
    return hub.tokens.create(who.org_id, who.user_id, typed, checked, noted=noted)


def answer_to_form(
    hub: Hub, visitor: Visitor, form: FormData, show: Callable[..., Response]
) -> Response:
    """Make a token of one's own as a form says, and show it this once; or what is wrong with it.

    Args:
        hub: The hub.
        visitor: Who sends the form.
        form: Name and scopes.
        show: Makes the page that the form is on, with `made_token`, or with `token_fault` and what
            was typed.
    """
    name, scopes = text_of(form, "name"), text_of(form, "scopes", 2000)
    try:
        made = make_token(hub, visitor.who(), name, scopes)
    except InputError as error:
        return show(token_fault=str(error), token_name=name, token_scopes=scopes)
    return show(made_token=made)


def revoke_token(hub: Hub, who: Principal, token_id: str, *, of_all: bool) -> None:
    """Take a token back.

    Raises:
        ProblemError: There is none, or it is not one's own, or may do more.
    """
    noted = noting(who, "token.revoke", hub.now_ms())
    if not hub.tokens.revoke_by(who, token_id, of_all=of_all, noted=noted):
        raise ProblemError(404, f"Token {token_id!r} is unknown, or was taken back before.")


def confirm_revoking(
    request: Request, hub: Hub, visitor: Visitor, token_id: str, back: str, *, of_all: bool
) -> Response:
    """Return the page that asks whether a token is to be taken back.

    Raises:
        ProblemError: There is none, or it is not one's own, or may do more.
    """
    who = visitor.who()
    statement = select(*(tokens.c[name] for name in TokenSeen._fields)).where(
        tokens.c.org_id == who.org_id,
        tokens.c.token_id == token_id,
        tokens.c.revoked_at_ms.is_(None),
        *([] if of_all else [tokens.c.user_id == who.user_id]),
    )
    with hub.database.reading() as connection:
        found = connection.execute(statement).first()
    if found is None or not who.may_revoke(found):
        raise ProblemError(404, f"Token {token_id!r} is unknown, or was taken back before.")
    return page(
        request,
        visitor,
        "confirm.html.jinja",
        title=f"Take back the token {found.name}?",
        words="What uses it is refused from then on, and sessions that it opened end. "
        "It cannot be given back; another can be made.",
        button="Take it back",
        back=back,
        fields={},
    )
