"""The hub as an application: its parts put together, its routes, its description."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool

from wattprint._version import __version__
from wattprint.hub.answers import Answers
from wattprint.hub.api import (
    administration,
    estimate,
    factor_sets,
    ingest,
    ingest_parquet,
    jobs,
    notes,
    reading,
    registry,
    registry_files,
    registry_writing,
    runs_elsewhere,
    service,
)
from wattprint.hub.api.asked import Hub
from wattprint.hub.api.heads import Heads
from wattprint.hub.api.known_parameters import only_known_parameters
from wattprint.hub.api.limits import RateLimit
from wattprint.hub.api.problems import add_handlers
from wattprint.hub.api.watch import Counters, Watch, add_fault_handler
from wattprint.hub.auth.accounts import accounts_of
from wattprint.hub.auth.key import server_key
from wattprint.hub.auth.oidc import Provider
from wattprint.hub.auth.oidc_settings import read_oidc_settings
from wattprint.hub.auth.sessions import Sessions
from wattprint.hub.auth.tokens import Tokens
from wattprint.hub.jobs.worker import JobWorker
from wattprint.hub.local import LocalRuns
from wattprint.hub.pages.calculator import warm
from wattprint.hub.pages.faults import add_page_handlers, answer
from wattprint.hub.pages.routes import PAGES
from wattprint.hub.pages.static_files import static_files
from wattprint.hub.registry.messages import schemas as submission_schemas
from wattprint.hub.settings import Settings
from wattprint.hub.storage.database import Database

_DESCRIPTION = """\
Runs, their energy and emissions. Every request but those below *service* and *calculator* needs
a token: `Authorization: Bearer wpt_...`. Errors are `application/problem+json` and name the
field."""


_ROUTES = (
    *(service, ingest, ingest_parquet, reading, notes, factor_sets, jobs, administration),
    *(registry, registry_files, registry_writing, runs_elsewhere),
)


def opened(settings: Settings) -> Hub:
    """Open a hub's database and key.

    Raises:
        InputError: A setting that cannot be.
        OSError: The key's file cannot be read.
    """
    database = Database(settings.database, largest_pages=settings.largest_pages)
    key = server_key(Path(settings.key_file))
    oidc = read_oidc_settings(None if settings.oidc_file is None else Path(settings.oidc_file))
    provider = None if oidc is None else Provider(oidc, settings.own_url, key)
    return Hub(
        settings,
        database,
        Tokens(database, key),
        Sessions(database, key),
        RateLimit(settings.requests_per_s),
        Counters(),
        accounts_of(database, key, provider=provider),
        Answers(database),
    )


def application(hub: Hub) -> Any:
    """Return the hub as an ASGI application."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        local = None
        if hub.settings.local_home is not None:
            local = LocalRuns(hub, hub.settings.local_home)
            local.start()
        worker = JobWorker(hub.database, hub.settings.job_files, hub.now_ms)
        worker.start()
        await run_in_threadpool(warm)
        yield
        await run_in_threadpool(worker.stop)
        if local is not None:
            await run_in_threadpool(local.stop)
        hub.database.close()

    app = FastAPI(
        title="Wattprint hub",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # its page loads scripts of a third party
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
    )
    app.state.hub = hub
    for routes in _ROUTES:
        app.include_router(routes.router, dependencies=[Depends(only_known_parameters)])
    app.include_router(estimate.router)  # knows its parameters itself, to name the nearest
    for pages in PAGES:
        app.include_router(pages.router)
    app.mount("/static", static_files())
    add_handlers(app, answer)
    add_page_handlers(app)
    add_fault_handler(app, answer)
    _describe(app)
    return Watch(Heads(app), hub.counters, answer)


def _describe(app: FastAPI) -> None:
    """Add the schemas of what FastAPI does not decode; drop those of errors it does not send."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(ingest.batch_schemas() | submission_schemas())
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
