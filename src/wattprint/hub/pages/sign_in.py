"""Signing in and out: name and password, a token, or an OIDC provider."""

from math import ceil
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from wattprint.hub.api.address_limit import take_by_address
from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.oidc import FLOW_S, LogInRefusedError
from wattprint.hub.auth.oidc_entry import enter as enter_by_provider
from wattprint.hub.auth.oidc_fetch import ProviderAwayError
from wattprint.hub.auth.rights import READ
from wattprint.hub.pages.entering import enter
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.visitor import (
    SESSION_COOKIE,
    AnyVisitor,
    Form,
    Visitor,
    address_of,
    local_path,
    secret_of,
    set_cookie,
    text_of,
)

router = APIRouter(include_in_schema=False, dependencies=[Depends(take_by_address)])
LOG_IN_COOKIE = "wattprint_log_in"
_Back = Annotated[str, Query(alias="next", max_length=2000)]
_Short = Annotated[str, Query(max_length=64)]
_MOST_ANSWER = 4000


@router.get("/sign-in")
def get_sign_in(
    request: Request,
    hub: AskedHub,
    visitor: AnyVisitor,
    back: _Back = "/",
    organisation: _Short = "",
) -> Response:
    """Show the form of signing in."""
    return _form(request, hub, visitor, local_path(back), organisation=organisation)


@router.post("/sign-in")
def post_sign_in(request: Request, hub: AskedHub, visitor: AnyVisitor, form: Form) -> Response:
    """Sign in with a name and a password, or a token, and go where one wanted to go."""
    back = local_path(text_of(form, "next", 2000))
    token = text_of(form, "token")
    if token:
        return _by_token(request, hub, visitor, token, back)
    organisation = text_of(form, "organisation", 64)
    of = organisation or hub.settings.public_organisation, text_of(form, "user", 200)
    password, address = secret_of(form, "password"), address_of(request)
    wait_s = hub.accounts.attempts.take(*of, address)
    if wait_s:
        return _wait(request, hub, visitor, back, wait_s)
    if not hub.accounts.passwords.check(*of, password):
        fault = "The name or the password is wrong."
        return _form(
            request, hub, visitor, back, fault=fault, user=of[1], organisation=organisation
        )
    hub.accounts.attempts.passed(*of, address)
    return enter(request, hub, visitor, of, opened_by="password", back=back)


@router.get("/sign-in/oidc")
def get_oidc(request: Request, hub: AskedHub, visitor: AnyVisitor, back: _Back = "/") -> Response:
    """Send the browser to the OIDC provider, with a cookie that knows it again."""
    provider = _provider(hub)
    try:
        begun = provider.begin(local_path(back))
    except ProviderAwayError as error:
        return _form(request, hub, visitor, local_path(back), fault=str(error), status=503)
    response = RedirectResponse(begun.address, status_code=303)
    set_cookie(request, response, LOG_IN_COOKIE, begun.cookie, lasts_s=FLOW_S)
    return response


@router.get("/sign-in/oidc/callback")
def get_oidc_callback(request: Request, hub: AskedHub, visitor: AnyVisitor) -> Response:
    """Take the provider's answer, and sign in whom it is of."""
    provider = _provider(hub)
    answer = {k: v for k, v in request.query_params.items() if len(v) <= _MOST_ANSWER}
    settings = provider.settings
    try:
        finished = provider.finish(request.cookies.get(LOG_IN_COOKIE, ""), answer)
        user_id = enter_by_provider(hub.database, settings, finished.claims, hub.now_ms())
    except LogInRefusedError as error:
        response = _form(request, hub, visitor, "/", fault=str(error), status=403)
    except ProviderAwayError as error:
        response = _form(request, hub, visitor, "/", fault=str(error), status=503)
    else:
        of, back = (settings.organisation, user_id), local_path(finished.back)
        response = enter(request, hub, visitor, of, opened_by="provider", back=back)
    response.delete_cookie(LOG_IN_COOKIE, path="/")
    return response


@router.post("/sign-out")
def post_sign_out(hub: AskedHub, visitor: AnyVisitor, form: Form) -> Response:  # noqa: ARG001 - the form's key is checked by asking for it
    """End the session."""
    if visitor.principal is not None:
        hub.sessions.close(visitor.principal)
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


def _by_token(request: Request, hub: Hub, visitor: Visitor, token: str, back: str) -> Response:
    """Open a session that may do what the token may, and ends with it."""
    principal = hub.tokens.check(token)
    if principal is None:
        fault = "This token is none of this hub, or was taken back."
        return _form(request, hub, visitor, back, fault=fault)
    if not principal.may(READ):
        fault = "This token may not read, so it shows no pages."
        return _form(request, hub, visitor, back, fault=fault, status=403)
    of = principal.org_id, principal.user_id
    return enter(
        request,
        hub,
        visitor,
        of,
        opened_by=principal.token_id,
        scopes=principal.scopes,
        back=back,
    )


def _wait(request: Request, hub: Hub, visitor: Visitor, back: str, wait_s: int) -> Response:
    fault = f"Too many attempts. Wait {ceil(wait_s / 60)} min, then try again."
    response = _form(request, hub, visitor, back, fault=fault, status=429)
    response.headers["retry-after"] = str(wait_s)
    return response


def _provider(hub: Hub) -> Any:
    if hub.accounts.provider is None:
        raise ProblemError(404, "No provider is set up; see docs/hub.md, Sign in.")
    return hub.accounts.provider


def _form(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    back: str,
    *,
    fault: str | None = None,
    status: int | None = None,
    **typed: str,
) -> Response:
    provider = hub.accounts.provider
    return page(
        request,
        visitor,
        "sign_in.html.jinja",
        status=status or (200 if fault is None else 401),
        back=back,
        fault=fault,
        user=typed.get("user", ""),
        organisation=typed.get("organisation", ""),
        provider=None if provider is None else provider.settings.name,
    )
