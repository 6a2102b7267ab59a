"""What every route starts from: the hub's parts, and whose token it is."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from wattprint.hub.answers import Answers
from wattprint.hub.api.limits import RateLimit
from wattprint.hub.api.problems import MEDIA_TYPE, TITLES, ProblemError
from wattprint.hub.api.watch import Counters
from wattprint.hub.auth.accounts import Accounts
from wattprint.hub.auth.rights import ADMIN, MANAGE, READ, WRITE, Principal
from wattprint.hub.auth.sessions import Sessions
from wattprint.hub.auth.tokens import Tokens
from wattprint.hub.settings import Settings
from wattprint.hub.storage.database import Database

NO_CONTROLS = r"^[^\x00-\x1f\x7f]+$"
"""What a name in an address or a document looks like."""


class Hub(NamedTuple):
    """The parts of a running hub."""

    settings: Settings
    database: Database
    tokens: Tokens
    sessions: Sessions
    limit: RateLimit
    counters: Counters
    accounts: Accounts
    answers: Answers
    wall_clock_s: Callable[[], float] = time.time

    def now_ms(self) -> int:
        """Return the time in ms since 1970."""
        return int(self.wall_clock_s() * 1000)


def hub_of(request: Request) -> Hub:
    """Return the hub that a request is made of."""
    hub: Hub = request.app.state.hub
    return hub


async def _hub(request: Request) -> Hub:
    return hub_of(request)  # FastAPI gives a thread to what is not async


AskedHub = Annotated[Hub, Depends(_hub)]


def own_origin(request: Request) -> str:
    """Return the hub's address for links that a page shows.

    What a request says of it, its `Host`, is anybody's word: it serves only where nothing was said
    at the start.
    """
    said = hub_of(request).settings.public_url
    return said.rstrip("/") if said else f"{request.url.scheme}://{request.url.netloc}"


_BEARER = HTTPBearer(auto_error=False, description="A token: `wpt_...`")


def authenticated(request: Request, hub: Hub, bearer: Any) -> Principal:
    """Return who asks by a token; the database is asked for one that is not remembered.

    Args:
        request: The request.
        hub: The hub.
        bearer: What `HTTPBearer` found; None where there is no token.

    Raises:
        ProblemError: No token, none of ours, or too many requests.
        StorageError: The database cannot be asked.
    """
    principal = None if bearer is None else hub.tokens.check(bearer.credentials)
    if principal is None:
        detail = "Expected the header Authorization: Bearer wpt_..."
        raise ProblemError(401, detail, headers={"WWW-Authenticate": "Bearer"})
    request.state.principal = principal
    hub.limit.take(principal.token_id)
    return principal


async def principal_of(
    request: Request, hub: AskedHub, bearer: Annotated[Any, Depends(_BEARER)]
) -> Principal:
    """Return who asks; without a thread of its own where memory answers, as it mostly does."""
    if bearer is None or hub.tokens.is_remembered(bearer.credentials):
        return authenticated(request, hub, bearer)
    return await run_in_threadpool(authenticated, request, hub, bearer)


Known = Annotated[Principal, Depends(principal_of)]


def _with(right: str, words: str) -> Callable[[Known], Awaitable[Principal]]:
    async def checked(principal: Known) -> Principal:
        if not principal.may(right):
            raise ProblemError(403, f"Expected a token that may {words}.")
        return principal

    return checked


Reader = Annotated[Principal, Depends(_with(READ, "read"))]
Writer = Annotated[Principal, Depends(_with(WRITE, "send runs"))]
Manager = Annotated[Principal, Depends(_with(MANAGE, "name teams and projects"))]
Admin = Annotated[Principal, Depends(_with(ADMIN, "administer the organisation"))]


def problems(*statuses: int) -> Mapping[int | str, dict[str, Any]]:
    """Return the description of the errors that a route may answer with."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": TITLES[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted({401, 403, 422, 429, 503, *statuses})
    }
