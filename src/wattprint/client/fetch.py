"""Runs read from a hub, page by page."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from wattprint.client.errors import HubAwayError, HubError, MayNotReadError, TokenRefusedError
from wattprint.client.transport import Sender

MOST_SOUGHT = 1000
"""Ids that are asked for at once."""
_PAGE = 500
_PATIENCE = 60
"""How often a hub that is busy is asked again, a second apart."""


class Listed(NamedTuple):
    """A run in a hub's list."""

    run_id: str
    project: str
    outcome: str
    duration_ms: int


def listed_runs(sender: Sender, project: str | None) -> Iterator[Listed]:
    """Yield the runs of a hub, oldest first.

    Raises:
        HubAwayError: It does not answer.
        TokenRefusedError: The token may not read.
    """
    asked: dict[str, Any] = {"sort": "started_at_ms", "limit": _PAGE}
    asked["fields"] = "id,project,outcome,duration_ms"
    if project is not None:
        asked["project"] = project
    while True:
        page = ask(sender, f"/api/v1/runs?{urlencode(asked)}")
        for row in page["runs"]:
            yield Listed(row["id"], row["project"], row["outcome"], row["duration_ms"])
        if page["next"] is None:
            return
        asked["cursor"] = page["next"]


def record_of(sender: Sender, run_id: str, project: str | None = None) -> dict[str, Any]:
    """Return a run's record.

    Raises:
        HubError: There is none, or several projects have one of that id.
    """
    path = f"/api/v1/runs/{quote(run_id, safe='')}"
    if project is not None:
        path += f"?{urlencode({'project': project})}"
    record = ask(sender, path)["record"]
    return dict(record)


def runs_elsewhere(sender: Sender, project: str, run_ids: Sequence[str]) -> dict[str, int]:
    """Return how many of some runs each project but one has; at most `MOST_SOUGHT` are sought.

    Raises:
        HubAwayError: The hub does not answer.
        TokenRefusedError: The token may not read.
    """
    sought = {"project": project, "runs": list(run_ids)}
    return dict(ask(sender, "/api/v1/runs:elsewhere", sought)["projects"])


def ask(
    sender: Sender,
    path: str,
    document: Any = None,
    *,
    wait: Callable[[float], object] = time.sleep,
) -> dict[str, Any]:
    """Return a hub's answer to GET, or to POST; one that is too busy is asked again.

    Args:
        sender: The hub.
        path: What is asked for.
        document: What a POST sends, which changes nothing there; None for GET.
        wait: Waits so many seconds.

    Raises:
        HubAwayError: It does not answer, or is too busy for a minute.
        TokenRefusedError: The token is not known, or may not read.
        HubError: It refuses for another reason.
    """
    for _ in range(_PATIENCE):
        answer = sender.send("GET" if document is None else "POST", path, document)
        if answer.status in (429, 503):
            wait(1.0)
            continue
        if answer.status == 401:
            raise TokenRefusedError("the hub refuses the token", "log in: `wattprint login URL`")
        if answer.status == 403:
            raise MayNotReadError("the token may not read", "expected one with the scope read")
        if answer.status != 200 or not isinstance(answer.document, dict):
            raise HubError(f"the hub refuses: {answer.detail()}")
        return answer.document
    raise HubAwayError("the hub is too busy.")
