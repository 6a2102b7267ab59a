"""One's own account: name, password, sessions, tokens."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection, select, update

from wattprint.domain.errors import InputError
from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.passwords import store_password
from wattprint.hub.auth.rights import Principal
from wattprint.hub.auth.sessions import end_sessions, may_end, session_of
from wattprint.hub.organisations import note
from wattprint.hub.pages.entering import audited
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.sharing import shared_page
from wattprint.hub.pages.tokens import (
    answer_to_form,
    confirm_revoking,
    list_tokens,
    revoke_token,
)
from wattprint.hub.pages.typed import typed_name
from wattprint.hub.pages.visitor import (
    Form,
    Member,
    Visitor,
    address_of,
    secret_of,
    text_of,
)
from wattprint.hub.storage.schema import users

router = APIRouter(include_in_schema=False)
_SessionId = Annotated[str, Path(pattern=r"^[a-f0-9]{16}$")]
_TokenId = Annotated[str, Path(pattern=r"^[a-f0-9]{16}$")]


@router.get("/account")
async def get_account(request: Request, hub: AskedHub, visitor: Member) -> Response:
    """Show one's own name, password, sessions and tokens."""
    return await shared_page(request, visitor, lambda who: _page(request, hub, who), is_own=True)


@router.post("/account/name")
def post_name(request: Request, hub: AskedHub, visitor: Member, form: Form) -> Response:
    """Change the name that others see."""
    who, text = visitor.who(), text_of(form, "name")
    try:
        _check_whole(who)
        name = typed_name(text)
    except InputError as error:
        return _page(request, hub, visitor, name_fault=str(error), typed_name=text)
    now_ms = hub.now_ms()
    its = users.c.org_id == who.org_id, users.c.user_id == who.user_id

    def work(connection: Connection) -> None:
        connection.execute(update(users).where(*its).values(name=name))
        note(connection, who, "account.name", who.user_id, {"name": name}, now_ms=now_ms)

    hub.database.write(work)
    return RedirectResponse("/account", status_code=303)


@router.post("/account/password")
def post_password(request: Request, hub: AskedHub, visitor: Member, form: Form) -> Response:
    """Change the password, or set the first; other sessions end."""
    who = visitor.who()
    try:
        _check_present(hub, who, secret_of(form, "present"), address_of(request))
        names = (who.user_id, _name(hub, who))
        made = hub.accounts.passwords.hashed(secret_of(form, "password"), names)
    except InputError as error:
        return _page(request, hub, visitor, password_fault=str(error))
    now_ms = hub.now_ms()

    def work(connection: Connection) -> None:
        store_password(connection, who.org_id, who.user_id, made, now_ms)
        end_sessions(connection, who.org_id, who.user_id, but=session_of(who))
        note(connection, who, "account.password", who.user_id, {}, now_ms=now_ms)

    hub.database.write(work)
    return RedirectResponse("/account#password", status_code=303)


@router.post("/account/sessions/{session}/end")
def post_end(hub: AskedHub, visitor: Member, form: Form, session: _SessionId) -> Response:  # noqa: ARG001 - the form's key is checked by asking for it
    """End one of one's own sessions."""
    who = visitor.who()
    if not may_end(who, session) or not hub.sessions.close_one(who.org_id, who.user_id, session):
        raise ProblemError(404, f"Session {session!r} is unknown, or has ended.")
    audited(hub, who, "session.end", session)
    return RedirectResponse("/account#sessions", status_code=303)


@router.post("/account/sessions/end-others")
def post_end_others(hub: AskedHub, visitor: Member, form: Form) -> Response:  # noqa: ARG001 - as above
    """End all of one's own sessions but this."""
    who, now_ms = visitor.who(), hub.now_ms()
    if not who.is_whole:
        raise ProblemError(403, "This session may do less than its member; it ends itself alone.")

    def work(connection: Connection) -> None:
        end_sessions(connection, who.org_id, who.user_id, but=session_of(who))
        note(connection, who, "session.end", "all others", {}, now_ms=now_ms)

    hub.database.write(work)
    return RedirectResponse("/account#sessions", status_code=303)


@router.post("/account/tokens")
def post_token(request: Request, hub: AskedHub, visitor: Member, form: Form) -> Response:
    """Make a token of one's own, and show it this once."""
    return answer_to_form(hub, visitor, form, partial(_page, request, hub, visitor))


@router.get("/account/tokens/{token}/revoke")
def get_revoke(request: Request, hub: AskedHub, visitor: Member, token: _TokenId) -> Response:
    """Ask whether one's own token is to be taken back."""
    return confirm_revoking(request, hub, visitor, token, "/account", of_all=False)


@router.post("/account/tokens/{token}/revoke")
def post_revoke(hub: AskedHub, visitor: Member, form: Form, token: _TokenId) -> Response:  # noqa: ARG001 - as above
    """Take back one's own token."""
    revoke_token(hub, visitor.who(), token, of_all=False)
    return RedirectResponse("/account#tokens", status_code=303)


def _check_present(hub: Hub, who: Principal, password: str, address: str) -> None:
    """Check that it is the member who changes the password, not somebody at an open screen.

    Raises:
        InputError: It is not the password, or was tried too often; or see `_check_whole`.
    """
    passwords, attempts = hub.accounts.passwords, hub.accounts.attempts
    _check_whole(who)
    if not passwords.has(who.org_id, who.user_id):
        return
    if attempts.take(who.org_id, who.user_id, address):
        raise InputError("the present password was tried too often", "expected a later attempt")
    if not passwords.check(who.org_id, who.user_id, password):
        raise InputError("the present password is another", "expected the one you signed in with")
    attempts.passed(who.org_id, who.user_id, address)


def _check_whole(who: Principal) -> None:
    """Check that a session may do all that its member may.

    Raises:
        InputError: It is of a token that may do less.
    """
    if not who.is_whole:
        allowed = "expected one of a password, a link or a token that may do all you may"
        raise InputError("this session may not change the account", allowed)


def _name(hub: Hub, who: Principal) -> str:
    its = users.c.org_id == who.org_id, users.c.user_id == who.user_id
    with hub.database.reading() as connection:
        return str(connection.scalar(select(users.c.name).where(*its)))


def _page(request: Request, hub: Hub, visitor: Visitor, **parts: Any) -> Response:
    who = visitor.who()
    faults = dict.fromkeys(("name_fault", "password_fault", "token_fault", "made_token"))
    is_faulty = any(name.endswith("_fault") for name in parts)
    said = {**faults, "typed_name": None, "token_name": "", "token_scopes": "read", **parts}
    return page(
        request,
        visitor,
        "account.html.jinja",
        status=422 if is_faulty else 200,
        name=_name(hub, who),
        has_password=hub.accounts.passwords.has(who.org_id, who.user_id),
        sessions=[
            found
            for found in hub.sessions.of_user(who.org_id, who.user_id)
            if may_end(who, found.session_id)
        ],
        this_session=session_of(who),
        tokens=list_tokens(hub, who, of_all=False),
        **said,
    )
