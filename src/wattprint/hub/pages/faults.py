"""What a page says when it cannot be shown: the same problems as of the API, for people."""

from fastapi import FastAPI, Request
from fastapi.responses import Response

from wattprint.hub.api.asked import hub_of
from wattprint.hub.api.problems import TITLES, ProblemError, problem_response
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.visitor import SESSION_COOKIE, SignInNeededError, Visitor, to_sign_in

_TITLES = {**TITLES, 403: "You may not do this"}
"""As of the API, but that a person has no token in hand."""


def answer(request: Request, problem: ProblemError) -> Response:
    """Tell a problem to who asked: a page to a person, a document to a program."""
    return _page(request, problem) if is_page(request) else problem_response(problem)


def add_page_handlers(app: FastAPI) -> None:
    """Send browsers that have not signed in to where they can."""

    @app.exception_handler(SignInNeededError)
    async def sign_in(request: Request, _error: SignInNeededError) -> Response:
        return to_sign_in(request)


def is_page(request: Request) -> bool:
    """Whether a person's browser asked, not a program."""
    path = request.url.path
    is_for_people = not path.startswith(("/api/", "/healthz", "/readyz", "/metrics", "/static/"))
    return is_for_people and "text/html" in request.headers.get("accept", "")


def _page(request: Request, problem: ProblemError) -> Response:
    """Return a page that says what is wrong, and needs no database."""
    of_status = _TITLES.get(problem.status, "This cannot be shown")
    made = page(
        request,
        _visitor(request),
        "fault.html.jinja",
        status=problem.status,
        title=problem.title or of_status,
        detail=problem.detail,
        faults=list(problem.errors),
    )
    for name, text in (problem.headers or {}).items():
        if name.lower() == "retry-after":
            made.headers[name] = text
    return made


def _visitor(request: Request) -> Visitor:
    """Return who looks, as far as memory knows."""
    sessions, cookie = hub_of(request).sessions, request.cookies.get(SESSION_COOKIE, "")
    principal = sessions.check(cookie) if sessions.is_remembered(cookie) else None
    if principal is None:
        return Visitor(None, "", None, "")
    return Visitor(principal, sessions.form_key(cookie), None, principal.org_id)
