"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from wattprint.hub.api.asked import AskedHub
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.visitor import (
    SESSION_COOKIE,
    AnyVisitor,
    Form,
    Visitor,
    local_path,
    set_cookie,
    text_of,
)

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def get_sign_in(
    request: Request,
    visitor: AnyVisitor,
    back: Annotated[str, Query(alias="next", max_length=2000)] = "/",
) -> Response:
    """Show the form of signing in."""
    return _form(request, visitor, local_path(back))


@router.post("/sign-in")
async def post_sign_in(
    request: Request, hub: AskedHub, visitor: AnyVisitor, form: Form
) -> Response:
    """Sign in with a token, and go where one wanted to go."""
    back = local_path(text_of(form, "next", 2000))
    token = text_of(form, "token")
    principal = await run_in_threadpool(hub.tokens.check, token)
    if principal is None:
        fault = "This token is none of this hub, or was taken back."
        return _form(request, visitor, back, fault=fault)
    cookie = await run_in_threadpool(hub.sessions.open, principal.org_id, principal.user_id)
    response = RedirectResponse(back, status_code=303)
    set_cookie(request, response, SESSION_COOKIE, cookie)
    return response


@router.post("/sign-out")
async def post_sign_out(hub: AskedHub, visitor: AnyVisitor, form: Form) -> Response:  # noqa: ARG001 - the form's key is checked by asking for it
    """End the session."""
    if visitor.principal is not None:
        await run_in_threadpool(hub.sessions.close, visitor.principal)
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


def _form(request: Request, visitor: Visitor, back: str, *, fault: str | None = None) -> Response:
    status = 200 if fault is None else 401
    return page(request, visitor, "sign_in.html.jinja", status=status, back=back, fault=fault)
