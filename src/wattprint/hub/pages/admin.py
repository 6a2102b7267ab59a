"""/admin: how the hub fares, its teams and projects, all tokens, the audit log."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from wattprint.domain.errors import InputError
from wattprint.hub import administration, organisations
from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.audit_actions import ACTIONS, grouped
from wattprint.hub.auth.rights import checked_user_id
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.sharing import shared_page
from wattprint.hub.pages.tokens import (
    answer_to_form,
    confirm_revoking,
    list_tokens,
    revoke_token,
)
from wattprint.hub.pages.typed import typed_day_ms, typed_name
from wattprint.hub.pages.visitor import Admin, Form, Manager, Visitor, text_of
from wattprint.hub.storage.migrate import current_revision

router = APIRouter(include_in_schema=False)
_TokenId = Annotated[str, Path(pattern=r"^[a-f0-9]{16}$")]
_Text = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
_DAY_MS = 86_400_000


@router.get("/admin")
async def get_admin(request: Request, hub: AskedHub, visitor: Manager) -> Response:
    """Show how the hub fares."""
    return await shared_page(request, visitor, lambda who: _health(request, hub, who))


def _health(request: Request, hub: Hub, visitor: Visitor) -> Response:
    who = visitor.who()
    requests, faults, mean_s = hub.counters.summary()
    found = administration.health(
        hub.database,
        who.org_id,
        revision=current_revision(hub.database),
        is_keeper=who.org_id == hub.settings.public_organisation,
    )
    return page(
        request,
        visitor,
        "admin.html.jinja",
        health=found,
        requests=requests,
        faults=faults,
        mean_ms=None if mean_s is None else 1000 * mean_s,
    )


@router.get("/admin/teams")
def get_teams(request: Request, hub: AskedHub, visitor: Manager, after: _Text = "") -> Response:
    """List teams and projects, with forms that make and move them."""
    return _teams(request, hub, visitor, after=after)


@router.post("/admin/teams")
def post_team(request: Request, hub: AskedHub, visitor: Manager, form: Form) -> Response:
    """Make a team, or rename it."""
    team, name = text_of(form, "team"), text_of(form, "name")
    try:
        organisations.set_team(
            hub.database,
            visitor.who(),
            _team_id(team),
            typed_name(name, "name of the team"),
            hub.now_ms(),
        )
    except InputError as error:
        return _teams(request, hub, visitor, team_fault=str(error), team=team, name=name)
    return RedirectResponse("/admin/teams", status_code=303)


@router.post("/admin/projects")
def post_project(request: Request, hub: AskedHub, visitor: Manager, form: Form) -> Response:
    """Make a project, or move it to a team."""
    project, team = text_of(form, "project"), text_of(form, "team")
    try:
        organisations.set_project(
            hub.database,
            visitor.who(),
            typed_name(project, "project"),
            team or None,
            hub.now_ms(),
        )
    except InputError as error:
        return _teams(request, hub, visitor, project_fault=str(error), project=project)
    return RedirectResponse("/admin/teams#projects", status_code=303)


@router.get("/admin/tokens")
def get_tokens(request: Request, hub: AskedHub, visitor: Admin, user: _Text = "") -> Response:
    """List the tokens of all members."""
    return _tokens(request, hub, visitor, user=user)


@router.post("/admin/tokens")
def post_token(request: Request, hub: AskedHub, visitor: Admin, form: Form) -> Response:
    """Make a token of one's own, and show it this once."""
    return answer_to_form(hub, visitor, form, partial(_tokens, request, hub, visitor))


@router.get("/admin/tokens/{token}/revoke")
def get_revoke(request: Request, hub: AskedHub, visitor: Admin, token: _TokenId) -> Response:
    """Ask whether anybody's token is to be taken back."""
    return confirm_revoking(request, hub, visitor, token, "/admin/tokens", of_all=True)


@router.post("/admin/tokens/{token}/revoke")
def post_revoke(hub: AskedHub, visitor: Admin, form: Form, token: _TokenId) -> Response:  # noqa: ARG001 - the form's key is checked by asking for it
    """Take back anybody's token."""
    revoke_token(hub, visitor.who(), token, of_all=True)
    return RedirectResponse("/admin/tokens", status_code=303)


@router.get("/admin/audit")
def get_audit(
    request: Request,
    *,
    hub: AskedHub,
    visitor: Admin,
    action: _Text = "",
    user: _Text = "",
    since: _Text = "",
    until: _Text = "",
    cursor: _Text = "",
) -> Response:
    """List who did what, the latest first."""
    last_ms = typed_day_ms(until, "until")
    asked = administration.EventsAsked(
        action,
        user,
        typed_day_ms(since, "since"),
        None if last_ms is None else last_ms + _DAY_MS,
        cursor,
    )
    found = administration.list_events(hub.database, visitor.who().org_id, asked)
    return page(
        request,
        visitor,
        "audit.html.jinja",
        events=found.events,
        next_cursor=found.next_cursor,
        actions=grouped(),
        is_other=bool(action) and action not in ACTIONS,
        asked={"action": action, "user": user, "since": since, "until": until},
    )


def _team_id(team: str) -> str:
    try:
        return checked_user_id(team)  # the same letters as of a user's name
    except InputError as error:
        raise InputError(f"team {team[:80]!r} is no id", error.allowed) from None


def _teams(request: Request, hub: Hub, visitor: Visitor, **parts: Any) -> Response:
    org_id = visitor.who().org_id
    after = parts.pop("after", "")
    found = administration.list_projects(hub.database, org_id, after=after)
    nothing = dict.fromkeys(("team_fault", "project_fault"))
    said = {**nothing, "team": "", "name": "", "project": "", **parts}
    is_faulty = bool(said["team_fault"] or said["project_fault"])
    return page(
        request,
        visitor,
        "teams.html.jinja",
        status=422 if is_faulty else 200,
        teams=administration.list_teams(hub.database, org_id),
        projects=found[: administration.MOST],
        next_after=found[administration.MOST - 1][0] if len(found) > administration.MOST else None,
        **said,
    )


def _tokens(request: Request, hub: Hub, visitor: Visitor, **parts: Any) -> Response:
    said = {"user": "", "made_token": None, "token_fault": None, "token_name": "", **parts}
    said.setdefault("token_scopes", "read")
    return page(
        request,
        visitor,
        "admin_tokens.html.jinja",
        status=422 if said["token_fault"] else 200,
        tokens=list_tokens(hub, visitor.who(), of_all=True, user=said["user"]),
        token_action="/admin/tokens",
        **said,
    )
