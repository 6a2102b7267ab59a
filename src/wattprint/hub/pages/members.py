"""/admin/members: who is in, in which role, and links that let somebody in."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from wattprint.domain.errors import InputError
from wattprint.hub import organisations
from wattprint.hub.administration import MOST, MemberSeen, find_member, list_members
from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.invitations import welcome_link
from wattprint.hub.auth.rights import ROLES, checked_role
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.visitor import Admin, Form, Visitor, text_of

router = APIRouter(include_in_schema=False)
_UserId = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$")]
_InvitationId = Annotated[str, Path(pattern=r"^[a-f0-9]{16}$")]
_BACK = "/admin/members"


@router.get("/admin/members")
def get_members(
    request: Request,
    hub: AskedHub,
    visitor: Admin,
    after: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9._@-]*$")] = "",
) -> Response:
    """List members and open invitations, with a form that invites."""
    return _page(request, hub, visitor, after=after)


@router.post("/admin/members")
def post_member(request: Request, hub: AskedHub, visitor: Admin, form: Form) -> Response:
    """Invite somebody, and show the link this once."""
    typed = {name: text_of(form, name) for name in ("user", "role", "email")}
    try:
        email = _email(typed["email"])
        code = hub.accounts.invitations.make(
            visitor.who(), typed["user"], role=checked_role(typed["role"]), email=email
        )
    except InputError as error:
        return _page(request, hub, visitor, fault=str(error), typed=typed)
    link = welcome_link(hub.settings.own_url, code)
    return _page(request, hub, visitor, link=link, invited=typed["user"])


@router.get("/admin/members/{user}")
def get_member(request: Request, hub: AskedHub, visitor: Admin, user: _UserId) -> Response:
    """Show a member, with what an admin may do."""
    return _member_page(request, hub, visitor, user)


@router.post("/admin/members/{user}")
def post_role(
    request: Request, hub: AskedHub, visitor: Admin, form: Form, user: _UserId
) -> Response:
    """Change the role; the member's sessions end."""
    member = _found(hub, visitor, user)
    try:
        role = checked_role(text_of(form, "role"))
        organisations.set_member(
            hub.database, visitor.who(), user, role=role, name=member.name, now_ms=hub.now_ms()
        )
    except InputError as error:
        return _member_page(request, hub, visitor, user, fault=str(error))
    hub.tokens.forget()
    return RedirectResponse(f"{_BACK}/{user}", status_code=303)


@router.post("/admin/members/{user}/link")
def post_link(
    request: Request, hub: AskedHub, visitor: Admin, form: Form, user: _UserId
) -> Response:
    """Make a link by which a member sets a new password, and show it this once."""
    _found(hub, visitor, user)
    email = _email(text_of(form, "email"))
    code = hub.accounts.invitations.make(visitor.who(), user, email=email)
    link = welcome_link(hub.settings.own_url, code)
    return _member_page(request, hub, visitor, user, link=link)


@router.get("/admin/members/{user}/remove")
def get_remove(request: Request, hub: AskedHub, visitor: Admin, user: _UserId) -> Response:
    """Ask whether a membership is to end."""
    member = _found(hub, visitor, user)
    return page(
        request,
        visitor,
        "confirm.html.jinja",
        title=f"Remove {member.name}?",
        words=f"All by which {user} could come in ends at once: password, sessions, tokens, "
        "links, log-ins at a provider. Runs and the audit log stay.",
        button="Remove the member",
        back=f"{_BACK}/{user}",
        fields={},
    )


@router.post("/admin/members/{user}/remove")
def post_remove(
    request: Request,
    hub: AskedHub,
    visitor: Admin,
    form: Form,  # noqa: ARG001 - the form's key is checked by asking for it
    user: _UserId,
) -> Response:
    """End a membership."""
    _found(hub, visitor, user)
    try:
        organisations.remove_member(hub.database, visitor.who(), user, hub.now_ms())
    except InputError as error:
        return _member_page(request, hub, visitor, user, fault=str(error))
    hub.tokens.forget()
    return RedirectResponse(_BACK, status_code=303)


@router.get("/admin/invitations/{invitation}/withdraw")
def get_withdraw(
    request: Request, hub: AskedHub, visitor: Admin, invitation: _InvitationId
) -> Response:
    """Ask whether a link is to end."""
    found = [
        link
        for link in hub.accounts.invitations.open_of(visitor.who().org_id)
        if link.invitation_id == invitation
    ]
    if not found:
        raise ProblemError(404, "This link was used, withdrawn, or has expired.")
    return page(
        request,
        visitor,
        "confirm.html.jinja",
        title=f"Withdraw the link of {found[0].user_id}?",
        words="It lets nobody in any more; another can be made.",
        button="Withdraw it",
        back=_BACK,
        fields={},
    )


@router.post("/admin/invitations/{invitation}/withdraw")
def post_withdraw(
    hub: AskedHub,
    visitor: Admin,
    form: Form,  # noqa: ARG001 - as above
    invitation: _InvitationId,
) -> Response:
    """End a link."""
    if not hub.accounts.invitations.withdraw(visitor.who(), invitation):
        raise ProblemError(404, "This link was used, withdrawn, or has expired.")
    return RedirectResponse(_BACK, status_code=303)


def _email(text: str) -> str | None:
    if not text:
        return None
    if text.count("@") != 1 or not text.isprintable() or " " in text or text[0] == text[-1] == "@":
        raise InputError(f"e-mail address {text[:80]!r} is none", "expected NAME@DOMAIN")
    return text


def _found(hub: Hub, visitor: Visitor, user: str) -> MemberSeen:
    member = find_member(hub.database, visitor.who().org_id, user)
    if member is None:
        raise ProblemError(404, f"Member {user!r} is unknown.")
    return member


def _page(request: Request, hub: Hub, visitor: Visitor, **parts: Any) -> Response:
    org_id = visitor.who().org_id
    after = parts.pop("after", "")
    members = list_members(hub.database, org_id, after=after)
    said = {"fault": None, "link": None, "invited": None, "typed": {}, **parts}
    said["typed"] = {"user": "", "role": "member", "email": "", **said["typed"]}
    return page(
        request,
        visitor,
        "members.html.jinja",
        status=422 if said["fault"] else 200,
        members=members[:MOST],
        next_after=members[MOST - 1].user_id if len(members) > MOST else None,
        invitations=hub.accounts.invitations.open_of(org_id),
        roles=list(ROLES),
        has_provider=hub.accounts.provider is not None,
        **said,
    )


def _member_page(request: Request, hub: Hub, visitor: Visitor, user: str, **parts: Any) -> Response:
    said = {"fault": None, "link": None, **parts}
    return page(
        request,
        visitor,
        "member.html.jinja",
        status=422 if said["fault"] else 200,
        member=_found(hub, visitor, user),
        sessions=hub.sessions.of_user(visitor.who().org_id, user),
        roles=list(ROLES),
        has_provider=hub.accounts.provider is not None,
        **said,
    )
