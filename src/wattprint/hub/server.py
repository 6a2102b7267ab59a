"""The hub started: database brought to today's tables, a first admin made, workers served."""

import gc
import logging
import os
import sys
import time
from typing import NamedTuple

import uvicorn

from wattprint.domain.errors import InputError
from wattprint.hub.api.app import application, opened
from wattprint.hub.auth.invitations import welcome_link
from wattprint.hub.auth.rights import Principal
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
_SWITCH_S = 0.0005
"""How long a thread that reads a batch keeps the interpreter from one that writes another: each
statement waits for it twice, and Python's 5 ms would be longer than most of them take. [s]"""
_FACTORY = "wattprint.hub.server:worker"


class FirstStart(NamedTuple):
    """What a hub's very first start makes: shown once, and kept as hashes alone."""

    token: str
    link: str
    """Where the admin sets a name and a password."""


def prepare(settings: Settings) -> FirstStart | None:
    """Bring the database to today's tables; return an admin's token and link at the first start.

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
        token = hub.tokens.create(FIRST_ORGANISATION, FIRST_USER, "first start", ["admin"])
        code = hub.accounts.invitations.make(at_the_machine(FIRST_ORGANISATION), FIRST_USER)
        return FirstStart(token, welcome_link(settings.own_url, code))
    finally:
        hub.database.close()


def invite(
    settings: Settings, org_id: str, user_id: str, *, role: str | None, email: str | None
) -> str:
    """Return a link for a new member, or for a member who sets a new password.

    Args:
        settings: How the hub runs.
        org_id: The organisation.
        user_id: Who is invited.
        role: What somebody new becomes; None for a member.
        email: Whose log-in at an OIDC provider may use the invitation too.

    Raises:
        InputError: No such organisation or role, or a role for a member.
        StorageError: The database does not do it.
    """
    hub = opened(settings)
    try:
        migrate(hub.database)
        if not has_organisation(hub.database, org_id):
            raise InputError(
                f"organisation {org_id!r} is unknown",
                f"expected one of this hub; {FIRST_ORGANISATION!r} is there after a first start",
            )
        by = at_the_machine(org_id)
        code = hub.accounts.invitations.make(by, user_id, role=role, email=email)
        return welcome_link(settings.own_url, code)
    finally:
        hub.database.close()


def at_the_machine(org_id: str) -> Principal:
    """Return who acts on the server's own machine, by a command."""
    return Principal(org_id, "server", "command line", "admin", frozenset({"admin"}))


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
    _collect_seldom()
    sys.setswitchinterval(_SWITCH_S)
    return application(opened(Settings.from_json(os.environ[VARIABLE])))


def _collect_seldom() -> None:
    """Leave what was loaded at the start out of each search for garbage."""
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
