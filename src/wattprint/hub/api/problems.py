"""Errors as `application/problem+json` (RFC 9457), naming the field where there is one."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from wattprint.domain.errors import InputError
from wattprint.hub.storage.errors import (
    RunGoneError,
    StorageAwayError,
    StorageError,
    StorageFullError,
    SumsTooLargeError,
)

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The body cannot be read",
    401: "No valid token",
    403: "The token does not allow this",
    404: "Not found",
    405: "Not a method of this address",
    409: "In the way of something that is there",
    413: "Too large",
    415: "Not a media type that is taken",
    422: "A field is refused",
    429: "Too many requests",
    500: "A fault of the hub",
    503: "The database is away",
    507: "No room is left",
}
_MOST_ERRORS = 100
RETRY_S = 5


class ProblemError(Exception):
    """A request that is refused.

    Args:
        status: HTTP status.
        detail: What was given and what is allowed.
        errors: Single faults, each with a JSON pointer into the body or a parameter's name.
        headers: Headers of the answer.
        title: What is wrong, in a few words; empty for what the status says of all.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        *,
        title: str = "",
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.title = title
        self.errors = errors
        self.headers = headers


def problem_response(problem: ProblemError) -> Response:
    """Return the answer to a refused request."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": problem.title or TITLES.get(problem.status, "Refused"),
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors:
        document["errors"] = list(problem.errors[:_MOST_ERRORS])
    body = json.dumps(document, ensure_ascii=True).encode()
    headers = dict(problem.headers or {})
    return Response(body, problem.status, headers=headers, media_type=MEDIA_TYPE)


def storage_problem(error: StorageError) -> ProblemError:
    """Return what a client is told when the database did not do what was asked."""
    again = {"Retry-After": str(RETRY_S)}
    if isinstance(error, StorageFullError):
        return ProblemError(507, f"{error} Free some room; the same batch may be sent again.")
    if isinstance(error, SumsTooLargeError):
        return ProblemError(422, f"Refused: {error}")
    if isinstance(error, StorageAwayError):
        return ProblemError(503, f"{error} The same request may be made again.", headers=again)
    return ProblemError(500, "The database refused; the hub's log says more.")


Answer = Callable[[Request, ProblemError], Response]
"""How a problem is told to who asked: as a document, or as a page."""


def add_handlers(app: FastAPI, answer: Answer) -> None:
    """Answer every error of an application.

    Args:
        app: The application.
        answer: How a problem is told.
    """

    @app.exception_handler(ProblemError)
    async def refused(request: Request, error: ProblemError) -> Response:
        return answer(request, error)

    @app.exception_handler(StorageError)
    async def not_stored(request: Request, error: StorageError) -> Response:
        return answer(request, storage_problem(error))

    @app.exception_handler(RunGoneError)
    async def gone(request: Request, error: RunGoneError) -> Response:
        return answer(request, ProblemError(404, f"Run {str(error)!r} is unknown."))

    @app.exception_handler(InputError)
    async def wrong(request: Request, error: InputError) -> Response:
        return answer(request, ProblemError(422, str(error)))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return answer(request, _of_validation(error))

    @app.exception_handler(HTTPException)
    async def of_router(request: Request, error: HTTPException) -> Response:
        problem = ProblemError(error.status_code, error.detail, (), error.headers)
        return answer(request, problem)


def _of_validation(error: RequestValidationError) -> ProblemError:
    faults = [
        {_place(fault["loc"]): _spelled(fault["loc"]), "detail": str(fault["msg"])}
        for fault in error.errors()
    ]
    names = ", ".join(next(iter(fault.values())) for fault in faults)
    if any(fault["type"] == "json_invalid" for fault in error.errors()):
        return ProblemError(400, "The body is no JSON.", faults)
    return ProblemError(422, f"Refused: {names}.", faults)


def _place(where: Sequence[Any]) -> str:
    return "pointer" if where[0] == "body" else "parameter"


def _spelled(where: Sequence[Any]) -> str:
    steps = [str(step) for step in where[1:]]
    return "/" + "/".join(steps) if where[0] == "body" else ".".join(steps)
