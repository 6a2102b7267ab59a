"""A link that lets somebody in once: the first admin, a new member, a forgotten password."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from wattprint.domain.errors import InputError
from wattprint.hub.api.address_limit import take_by_address
from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.invitations import Invitation
from wattprint.hub.pages.entering import enter
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.typed import typed_name
from wattprint.hub.pages.visitor import AnyVisitor, Form, Visitor, secret_of, text_of

router = APIRouter(include_in_schema=False, dependencies=[Depends(take_by_address)])


@router.get("/welcome")
def get_welcome(
    request: Request,
    hub: AskedHub,
    visitor: AnyVisitor,
    code: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show the form that a link leads to; opening it changes nothing."""
    invitation = _found(hub, code)
    return _form(request, visitor, invitation, code)


@router.post("/welcome")
def post_welcome(request: Request, hub: AskedHub, visitor: AnyVisitor, form: Form) -> Response:
    """Set a name and a password, and sign in; the link has done its work."""
    code = text_of(form, "code")
    invitation = _found(hub, code)
    name = text_of(form, "name") or invitation.user_id
    try:
        name = typed_name(name)
        names = (name, invitation.user_id)
        password_hash = hub.accounts.passwords.hashed(secret_of(form, "password"), names)
    except InputError as error:
        return _form(request, visitor, invitation, code, name=name, fault=str(error))
    if not hub.accounts.invitations.accept(invitation, name, password_hash):
        raise _unusable()
    hub.tokens.forget()
    of = invitation.org_id, invitation.user_id
    return enter(request, hub, visitor, of, opened_by="link")


def _form(
    request: Request,
    visitor: Visitor,
    invitation: Invitation,
    code: str,
    *,
    name: str = "",
    fault: str | None = None,
) -> Response:
    return page(
        request,
        visitor,
        "welcome.html.jinja",
        status=200 if fault is None else 422,
        invitation=invitation,
        code=code,
        name=name,
        fault=fault,
    )


def _found(hub: Hub, code: str) -> Invitation:
    invitation = hub.accounts.invitations.find(code)
    if invitation is None:
        raise _unusable()
    return invitation


def _unusable() -> ProblemError:
    detail = "This link was used, has expired, or is none. An admin can make another."
    return ProblemError(404, detail)
