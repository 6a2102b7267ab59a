"""Who asks the registry: a member of its organisation, or anybody where it is published."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Path, Query, Request
from fastapi.responses import Response

from wattprint.hub.api.address_limit import take_by_address
from wattprint.hub.api.asked import _BEARER, AskedHub, Known, authenticated
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.rights import ADMIN, ANY_PROJECT, MANAGE, READ, Principal
from wattprint.hub.registry.settings import RegistrySettings, settings_of

ModelPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$")]
_OrgId = Annotated[
    str | None,
    Query(
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$",
        description="Whose registry; one's own where there is a token, else the hub's public one",
    ),
]


class Registry(NamedTuple):
    """A registry, and who reads it."""

    org_id: str
    settings: RegistrySettings
    principal: Principal | None
    """A member of the organisation; None for anybody else, who sees what is accepted alone."""


def registry_of(
    request: Request,
    hub: AskedHub,
    bearer: Annotated[Any, Depends(_BEARER)],
    organisation: _OrgId = None,
) -> Registry:
    """Return the registry that is asked for.

    Raises:
        ProblemError: A token that is none or may not read, or a registry that is not published.
    """
    principal = None
    if bearer is not None:
        principal = authenticated(request, hub, bearer)
        if not principal.may(READ):
            raise ProblemError(403, "Expected a token that may read.")
    else:
        take_by_address(request, hub)
    org_id = organisation or (principal.org_id if principal else hub.settings.public_organisation)
    settings = settings_of(hub.database, org_id)
    if principal is not None and principal.org_id == org_id:
        return Registry(org_id, settings, principal)
    if not settings.is_public and principal is None:
        detail = "No registry is published here; its members' tokens read it."
        raise ProblemError(401, detail, headers={"WWW-Authenticate": "Bearer"})
    if not settings.is_public:
        raise ProblemError(404, "No registry is published here.")
    return Registry(org_id, settings, None)


AskedRegistry = Annotated[Registry, Depends(registry_of)]


def _with(right: str, words: str) -> Callable[[Known], Awaitable[Principal]]:
    async def checked(principal: Known) -> Principal:
        if not principal.may(right):
            raise ProblemError(403, f"Expected a token that may {words}.")
        return principal

    return checked


def submitter_of(principal: Known) -> Principal:
    """Return who may submit models: they are of no project, so the token is for all of them."""
    if not principal.may_write(ANY_PROJECT.removeprefix("write:")):
        raise ProblemError(403, "Expected a token that may write all projects, or admin.")
    return principal


Submitter = Annotated[Principal, Depends(submitter_of)]
Reviewer = Annotated[Principal, Depends(_with(MANAGE, "review models"))]
Publisher = Annotated[Principal, Depends(_with(ADMIN, "publish the registry"))]
Asker = Submitter


def tagged(
    request: Request, body: bytes, media_type: str, registry: Registry, **headers: str
) -> Response:
    """Return a body, or that the client has it already."""
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    said = {**kept(tag, registry), **headers}
    if has_it(request, tag):
        return Response(status_code=304, headers=said)
    return Response(body, headers=said, media_type=media_type)


def kept(tag: str, registry: Registry) -> dict[str, str]:
    """Return the headers of what may be kept: by anybody for some minutes, where it is public."""
    is_public = registry.principal is None
    control = "public, max-age=300" if is_public else "private, no-cache"
    return {"ETag": tag, "Cache-Control": control, "Vary": "Authorization"}


def has_it(request: Request, tag: str) -> bool:
    """Whether the client has what a tag stands for."""
    return tag in request.headers.get("if-none-match", "").replace("W/", "").split(", ")
