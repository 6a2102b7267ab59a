"""Every route of a hub, and what it takes: for tests that leave none out."""

from hub.made import hub_of
from wattprint.hub.api.app import application
from wattprint.hub.storage.database import Database

NAMES = {
    "run": "r1",
    "team": "search",
    "project": "ranker",
    "user": "ann",
    "tag": "x",
    "session": "0" * 16,
    "token": "0" * 16,
    "invitation": "0" * 16,
    "request_id": "0" * 16,
    "link": "acme.0",
    "model": "model-0001",
    "task": "text-ranking",
    "code": "FR",
    "name": "index",
    "run_id": "r1",
    "job": "0" * 32,
}
"""What stands in a path; most of it is not there."""


def routes_of(app):
    """All routes with a method, through routers that hold others."""
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_of(inner)
        elif getattr(route, "methods", None):
            yield route


def is_page(route):
    """Whether a route is for people."""
    return not route.path.startswith(("/api/", "/healthz", "/readyz", "/metrics"))


def filled(path, **names):
    """A path with names in it; a hole that none is known for fails."""
    chosen = {**NAMES, **names}
    for name in chosen:
        path = path.replace(f"{{{name}:path}}", f"{{{name}}}")
    return path.format(**chosen)


def queries_of(route):
    """Names of the parameters of its query, those of what it depends on included."""
    waiting, found = [route.dependant] if hasattr(route, "dependant") else [], set()
    while waiting:
        one = waiting.pop()
        found |= {field.alias for field in one.query_params}
        waiting += one.dependencies
    return found


def _every():
    database = Database("sqlite:////tmp/never-opened.db")
    app = application(hub_of(database))._app.app
    found = [
        (method, route) for route in routes_of(app) for method in sorted(route.methods - {"HEAD"})
    ]
    database.close()
    return found


EVERY = _every()
GETS = [route for method, route in EVERY if method == "GET" and is_page(route)]
POSTS = [route for method, route in EVERY if method == "POST" and is_page(route)]
