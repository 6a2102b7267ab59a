"""The hub started: database brought to today's tables, a first admin made, workers served."""

import gc
import logging
import os
import sys
import time

import uvicorn

from wattprint.hub.api.app import application, opened
from wattprint.hub.organisations import (
    FIRST_ORGANISATION,
    FIRST_USER,
    create_organisation,
    has_organisation,
)
from wattprint.hub.settings import VARIABLE, Settings
from wattprint.hub.storage.migrate import migrate

_STOP_S = 15
"""Longest wait for requests that go on when the hub is asked to stop. [s]"""
_START_S = 60
"""Longest silence of a worker; on a busy machine its imports alone take several. [s]"""
_FACTORY = "wattprint.hub.server:worker"


def prepare(settings: Settings) -> str | None:
    """Bring the database to today's tables; return an admin's token at the very first start.

    Raises:
        InputError: A setting that cannot be.
        StorageError: The database does not do it.
    """
    hub = opened(settings)
    try:
        migrate(hub.database)
        if has_organisation(hub.database):
            return None
        now_ms = int(time.time() * 1000)
        if not create_organisation(
            hub.database, FIRST_ORGANISATION, FIRST_ORGANISATION, FIRST_USER, now_ms
        ):
            return None  # another process was first
        return hub.tokens.create(FIRST_ORGANISATION, FIRST_USER, "first start", ["admin"])
    finally:
        hub.database.close()


def serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve until a signal ends it; requests that go on are answered first.

    Args:
        settings: How the hub runs.
        host: Address to listen on.
        port: Port to listen on.
        workers: How many processes.
    """
    settings = settings._replace(requests_per_s=settings.requests_per_s / workers)
    os.environ[VARIABLE] = settings.as_json()
    if workers > 1:
        _keep_the_program_out_of_workers()
    uvicorn.run(
        _FACTORY,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=_STOP_S,
        timeout_keep_alive=30,
        timeout_worker_healthcheck=_START_S,
        lifespan="on",
    )


def _keep_the_program_out_of_workers() -> None:
    """Let workers import the factory alone, not run again the program that started the hub.

    A spawned process imports its parent's main module first, and a script without a guard would
    serve a second hub there. Nothing of it is needed.
    """
    program = sys.modules["__main__"]
    program.__spec__ = program.__file__ = None


def worker() -> object:
    """Return the application of a worker process."""
    _log_lines()
    _answer_soon()
    return application(opened(Settings.from_json(os.environ[VARIABLE])))


def _answer_soon() -> None:
    """Keep a batch of thousands of rows from holding up those who read.

    Threads hand the interpreter on ten times as often, and what was loaded at the start is not
    looked through again and again for garbage.
    """
    sys.setswitchinterval(0.0005)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _log_lines() -> None:
    """Write the access log as it is, one JSON document a line, and faults with their trace."""
    for name, form in (("wattprint.hub.access", "%(message)s"), ("wattprint.hub", None)):
        logger = logging.getLogger(name)
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(form))
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO)
