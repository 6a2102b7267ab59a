"""What the hub says of itself: an access log of JSON lines, and counters for Prometheus.

Neither holds a token, a query, a body or a name that a tenant chose: of an address only the route
is written, `/api/v1/runs/{run}`.
"""

import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, MutableMapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from wattprint.hub.api.problems import Answer, ProblemError

LOG = logging.getLogger("wattprint.hub.access")
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
Scope = MutableMapping[str, Any]


class Counters:
    """Counters of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[tuple[str, str, int], int] = {}
        self._durations: dict[str, list[float]] = {}
        self._rows: dict[tuple[str, str], int] = {}

    def request(self, method: str, route: str, status: int, duration_s: float) -> None:
        """Count a request."""
        with self._lock:
            key = (method, route, status)
            self._requests[key] = self._requests.get(key, 0) + 1
            sums = self._durations.setdefault(route, [0.0] * (len(_BUCKETS_S) + 2))
            for i, most_s in enumerate(_BUCKETS_S):
                sums[i] += duration_s <= most_s
            sums[-2] += 1
            sums[-1] += duration_s

    def rows(self, kind: str, verdict: str, count: int) -> None:
        """Count rows that were taken."""
        with self._lock:
            self._rows[kind, verdict] = self._rows.get((kind, verdict), 0) + count

    def summary(self) -> tuple[int, int, float | None]:
        """Return counts of requests and of faults of ours, and the mean time [s]."""
        with self._lock:
            count = sum(self._requests.values())
            faults = sum(n for (_, _, status), n in self._requests.items() if status >= 500)
            whole_s = sum(sums[-1] for sums in self._durations.values())
        return count, faults, whole_s / count if count else None

    def text(self) -> str:
        """Return them in Prometheus' text format."""
        worker = f'worker="{os.getpid()}"'
        with self._lock:
            lines = ["# TYPE wattprint_hub_requests_total counter"]
            for (method, route, status), count in sorted(self._requests.items()):
                labels = f'method="{method}",route="{route}",status="{status}",{worker}'
                lines.append(f"wattprint_hub_requests_total{{{labels}}} {count}")
            lines.append("# TYPE wattprint_hub_rows_total counter")
            for (kind, verdict), count in sorted(self._rows.items()):
                labels = f'kind="{kind}",verdict="{verdict}",{worker}'
                lines.append(f"wattprint_hub_rows_total{{{labels}}} {count}")
            lines.append("# TYPE wattprint_hub_request_seconds histogram")
            for route, sums in sorted(self._durations.items()):
                lines += _histogram(f'route="{route}",{worker}', sums)
        return "\n".join(lines) + "\n"


def _histogram(labels: str, sums: list[float]) -> list[str]:
    name = "wattprint_hub_request_seconds"
    bounds = [*map(str, _BUCKETS_S), "+Inf"]
    lines = [
        f'{name}_bucket{{{labels},le="{bound}"}} {count:g}'
        for bound, count in zip(bounds, sums, strict=False)
    ]
    return [
        *lines,
        f"{name}_sum{{{labels}}} {sums[-1]:.6f}",
        f"{name}_count{{{labels}}} {sums[-2]:g}",
    ]


class Watch:
    """Counts and logs every request, and keeps a fault of ours from showing more than that it is.

    Args:
        app: What answers.
        counters: What counts.
        answer: How a fault of ours is told.
        clock_s: A clock that does not jump. [s]
    """

    def __init__(
        self,
        app: Any,
        counters: Counters,
        answer: Answer,
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._answer = answer
        self._counters = counters
        self._clock_s = clock_s

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer a request, then count and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun_s, request_id = self._clock_s(), secrets.token_hex(8)
        scope.setdefault("state", {})[_REQUEST] = request_id
        said = {"status": 500, "bytes": 0, "begun": False, "ended": False}

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                said.update(status=message["status"], begun=True)
                names = {name for name, _ in message["headers"]}
                more = [(name, text) for name, text in _SAFE if name not in names]
                message["headers"] = [
                    *message["headers"],
                    *more,
                    (b"x-request-id", request_id.encode()),
                ]
            elif message["type"] == "http.response.body":
                said["bytes"] += len(message.get("body", b""))
                said["ended"] = not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception:
            logging.getLogger("wattprint.hub").exception("request %s failed", request_id)
            if said["begun"] and not said["ended"]:
                raise  # the server has to break off what was begun
            if not said["begun"]:
                answer = self._answer(Request(scope), _fault(request_id))
                await answer(scope, receive, sent)
        finally:
            self._note(scope, request_id, said, self._clock_s() - begun_s)

    def _note(self, scope: Scope, request_id: str, said: dict[str, Any], duration_s: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        principal = scope.get("state", {}).get("principal")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._counters.request(method, route, said["status"], duration_s)
        line = {
            "at": time.time(),
            "request": request_id,
            "method": method,
            "route": route,
            "status": said["status"],
            "bytes": said["bytes"],
            "duration_ms": round(duration_s * 1000, 3),
            "organisation": principal and principal.org_id,
            "token": principal and principal.token_id,
        }
        LOG.info(json.dumps(line))


def add_fault_handler(app: FastAPI, answer: Answer) -> None:
    """Answer a fault of ours with the number under which `Watch` logs it.

    Without it the framework would answer, before the fault came to `Watch`, with two bare words.

    Args:
        app: The application that is watched.
        answer: How a fault is told.
    """

    @app.exception_handler(Exception)
    async def failed(request: Request, _error: Exception) -> Response:
        return answer(request, _fault(request.scope["state"][_REQUEST]))


def _fault(request_id: str) -> ProblemError:
    return ProblemError(500, f"The hub failed; its log says more under {request_id}.")


_REQUEST = "request_id"
"""Where a request's state has its number."""
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
