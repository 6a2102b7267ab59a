"""Tokens, members, teams, projects and the audit log."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from wattprint.hub import organisations
from wattprint.hub.api.asked import NO_CONTROLS, Admin, AskedHub, Known, Manager, Reader, problems
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.rights import ADMIN, SCOPE, checked_scopes
from wattprint.hub.storage.schema import audit, memberships, teams, tokens, users

router = APIRouter(prefix="/api/v1", tags=["administration"])
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_CONTROLS)]
_Id = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]*$")]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WhoAmI(BaseModel):
    """Who a token speaks for."""

    organisation: str
    user: str
    token: str
    role: str
    scopes: list[str]


class NewToken(_Said):
    """A token that is wanted."""

    name: Annotated[Text, Field(examples=["cluster login node"])]
    scopes: Annotated[
        list[Annotated[str, Field(max_length=206, pattern=SCOPE)]],
        Field(min_length=1, max_length=50, examples=[["read", "write:ranker"]]),
    ]


class MadeToken(BaseModel):
    """A token, shown this once."""

    token: str
    scopes: list[str]


class TokenFound(BaseModel):
    """A token without its secret."""

    token_id: str
    user: str
    name: str
    scopes: list[str]
    created_at_ms: int
    last_used_at_ms: int | None
    revoked_at_ms: int | None


class MemberSaid(_Said):
    """A member's role."""

    role: Literal["viewer", "member", "maintainer", "admin"]
    name: Text | None = None


class MemberFound(BaseModel):
    """A member."""

    user: str
    name: str
    role: str


class MadeMember(MemberFound):
    """A member, with a first token where it is new."""

    token: str | None


class TeamSaid(_Said):
    """A team's name."""

    name: Text


class TeamFound(BaseModel):
    """A team."""

    team: str
    name: str


class ProjectSaid(_Said):
    """Whose project it is."""

    team: Text | None


class EventFound(BaseModel):
    """Who did what."""

    at_ms: int
    user: str
    token_id: str
    action: str
    subject: str
    detail: str


@router.get("/whoami", responses={**problems()})
def get_whoami(principal: Known) -> WhoAmI:
    """Say whose token it is, and what it may do."""
    return WhoAmI(
        organisation=principal.org_id,
        user=principal.user_id,
        token=principal.token_id,
        role=principal.role,
        scopes=sorted(principal.scopes),
    )


@router.get("/tokens", responses={**problems()})
def get_tokens(hub: AskedHub, principal: Known) -> list[TokenFound]:
    """List the tokens that one may take back: one's own; an admin's list has all members'.

    A token that may do less than its owner lists itself and those that may do no more than it.
    """
    its = tokens.c
    statement = select(tokens).where(its.org_id == principal.org_id)
    if not principal.may(ADMIN):
        statement = statement.where(its.user_id == principal.user_id)
    with hub.database.reading() as connection:
        return [
            TokenFound(
                token_id=row.token_id,
                user=row.user_id,
                name=row.name,
                scopes=row.scopes.split("\n"),
                created_at_ms=row.created_at_ms,
                last_used_at_ms=row.last_used_at_ms,
                revoked_at_ms=row.revoked_at_ms,
            )
            for row in connection.execute(statement.order_by(its.created_at_ms, its.token_id))
            if principal.may_revoke(row)
        ]


@router.post("/tokens", status_code=201, responses={**problems(400, 507)})
def post_token(hub: AskedHub, principal: Known, said: NewToken) -> MadeToken:
    """Make a token for oneself, of no more than one's own token may do. It is shown this once."""
    scopes = checked_scopes(said.scopes)
    for scope in sorted(scopes):
        if not principal.may_give(scope):
            raise ProblemError(403, f"The token may not give the scope {scope!r}.")
    detail = {"name": said.name, "scopes": sorted(scopes)}
    noted = organisations.noting(principal, "token.create", hub.now_ms(), **detail)
    token = hub.tokens.create(principal.org_id, principal.user_id, said.name, scopes, noted=noted)
    return MadeToken(token=token, scopes=sorted(scopes))


@router.delete("/tokens/{token}", status_code=204, responses={**problems(404, 507)})
def delete_token(
    hub: AskedHub,
    principal: Known,
    token: Annotated[str, Path(pattern=r"^[a-f0-9]{16}$")],
) -> Response:
    """Take back one's own token; an admin, anybody's. Other workers refuse it within 2 s.

    A token that may do less than its owner takes back itself and those that may do no more than it.
    """
    noted = organisations.noting(principal, "token.revoke", hub.now_ms())
    if not hub.tokens.revoke_by(principal, token, noted=noted):
        raise ProblemError(404, f"Token {token!r} is unknown, or was taken back before.")
    return Response(status_code=204)


@router.get("/members", responses={**problems()})
def get_members(hub: AskedHub, principal: Reader) -> list[MemberFound]:
    """List the members of the organisation."""
    statement = select(memberships.c.user_id, users.c.name, memberships.c.role).where(
        memberships.c.org_id == principal.org_id,
        users.c.org_id == memberships.c.org_id,
        users.c.user_id == memberships.c.user_id,
    )
    with hub.database.reading() as connection:
        return [
            MemberFound(user=row.user_id, name=row.name, role=row.role)
            for row in connection.execute(statement.order_by(memberships.c.user_id))
        ]


@router.put("/members/{user}", responses={**problems(400, 507)})
def put_member(hub: AskedHub, principal: Admin, user: _Id, said: MemberSaid) -> MadeMember:
    """Make a user a member, or change the role. A new member gets a first token, shown once."""
    name = said.name or user
    is_new = organisations.set_member(
        hub.database, principal, user, role=said.role, name=name, now_ms=hub.now_ms()
    )
    hub.tokens.forget()
    token = None
    if is_new:
        scopes = ["read"] if said.role == "viewer" else ["admin"]
        token = hub.tokens.create(principal.org_id, user, "first token", scopes)
    return MadeMember(user=user, name=name, role=said.role, token=token)


@router.delete("/members/{user}", status_code=204, responses={**problems(404, 507)})
def delete_member(hub: AskedHub, principal: Admin, user: _Id) -> Response:
    """End a membership, and with it all that the user's tokens may do."""
    if not organisations.remove_member(hub.database, principal, user, hub.now_ms()):
        raise ProblemError(404, f"Member {user!r} is unknown.")
    hub.tokens.forget()
    return Response(status_code=204)


@router.get("/teams", responses={**problems()})
def get_teams(hub: AskedHub, principal: Reader) -> list[TeamFound]:
    """List the teams."""
    statement = select(teams).where(teams.c.org_id == principal.org_id).order_by(teams.c.team_id)
    with hub.database.reading() as connection:
        return [TeamFound(team=row.team_id, name=row.name) for row in connection.execute(statement)]


@router.put("/teams/{team}", responses={**problems(400, 507)})
def put_team(hub: AskedHub, principal: Manager, team: _Id, said: TeamSaid) -> TeamFound:
    """Make a team, or rename it."""
    organisations.set_team(hub.database, principal, team, said.name, hub.now_ms())
    return TeamFound(team=team, name=said.name)


@router.put("/projects/{project:path}", status_code=204, responses={**problems(400, 507)})
def put_project(
    hub: AskedHub,
    principal: Manager,
    project: Annotated[str, Path(min_length=1, max_length=200, pattern=NO_CONTROLS)],
    said: ProjectSaid,
) -> Response:
    """Make a project, or move it to a team; its history moves with it."""
    organisations.set_project(hub.database, principal, project, said.team, hub.now_ms())
    return Response(status_code=204)


@router.get("/audit", responses={**problems()})
def get_audit(
    hub: AskedHub, principal: Admin, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> list[EventFound]:
    """List who did what, the latest first."""
    its = audit.c
    statement = select(audit).where(its.org_id == principal.org_id)
    statement = statement.order_by(its.at_ms.desc(), its.event_id.desc()).limit(limit)
    with hub.database.reading() as connection:
        return [
            EventFound(
                at_ms=row.at_ms,
                user=row.user_id,
                token_id=row.token_id,
                action=row.action,
                subject=row.subject,
                detail=row.detail,
            )
            for row in connection.execute(statement)
        ]
