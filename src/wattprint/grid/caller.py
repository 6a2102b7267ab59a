"""Sends requests with patience: turns, retries within a budget, and errors in words.

What a status means differs from service to service (Electricity Maps answers 401 for "not in your
plan"), so a provider may explain its own; what it does not explain is explained here.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, Protocol

from wattprint.domain.display import printable
from wattprint.grid.answers import Asked
from wattprint.grid.errors import (
    KeyRefusedError,
    NoIntensityError,
    QuotaError,
    RequestRefusedError,
    ServiceError,
    UnreachableError,
)
from wattprint.grid.secret import Secret, without_secrets
from wattprint.grid.transport import Request, Response, Transport, TransportError

PATIENCE_S = 20.0
"""Time after the start of a call in which it may be tried again. [s]"""
_MOST_ATTEMPTS = 4
_FIRST_PAUSE_S = 0.5
_LONGEST_REST_S = 86_400.0
"""A service that asks for more than a day's rest has made a mistake, and may be tried again. [s]"""
_PASSING = frozenset({500, 502, 503, 504})
_LONGEST_QUOTE = 200

Explain = Callable[[Response, str], "ServiceError | None"]
"""Turns a refusal (a response and the zone asked for) into an error, or leaves it to others."""


class Gate(Protocol):
    """Keeps the turns of all processes that ask one service."""

    def wait_s(self, service: str, now_s: float, spacing_s: float, patience_s: float) -> float:
        """Return how long to wait for the next turn, which is taken if that is within patience.

        Args:
            service: Name of the service.
            now_s: Seconds since 1970. [s]
            spacing_s: Least time between two turns. [s]
            patience_s: Longest wait. [s]
        """
        ...

    def blocked_until_s(self, service: str) -> float:
        """Return the time before which the service asked not to be asked [s since 1970]."""
        ...

    def block(self, service: str, until_s: float) -> None:
        """Keep that the service asked not to be asked before a time [s since 1970]."""
        ...


class OpenGate:
    """Keeps turns within this process alone: where there is no cache."""

    def __init__(self) -> None:
        self._next_s: dict[str, float] = {}
        self._blocked_s: dict[str, float] = {}

    def wait_s(self, service: str, now_s: float, spacing_s: float, patience_s: float) -> float:
        """Return how long to wait for the next turn, which is taken if that is within patience."""
        turn_s = next_turn_s(self._next_s.get(service, now_s), now_s, spacing_s, patience_s)
        if turn_s - now_s <= patience_s:
            self._next_s[service] = turn_s + spacing_s
        return turn_s - now_s

    def blocked_until_s(self, service: str) -> float:
        """Return the time before which the service asked not to be asked [s since 1970]."""
        return self._blocked_s.get(service, 0.0)

    def block(self, service: str, until_s: float) -> None:
        """Keep that the service asked not to be asked before a time [s since 1970]."""
        self._blocked_s[service] = until_s


def next_turn_s(free_s: float, now_s: float, spacing_s: float, patience_s: float) -> float:
    """Return when the next turn is [s since 1970].

    A turn so far ahead that nobody can have taken it with that patience is left from before a
    clock was set back, and counts as none.

    >>> next_turn_s(free_s=102.0, now_s=100.0, spacing_s=1.0, patience_s=20.0)
    102.0
    >>> next_turn_s(free_s=9e9, now_s=100.0, spacing_s=1.0, patience_s=20.0)
    100.0
    """
    if free_s > now_s + max(patience_s, PATIENCE_S) + spacing_s:
        return now_s
    return max(now_s, free_s)


class Waiting(NamedTuple):
    """How a caller spends time."""

    clock_s: Callable[[], float] = time.time
    """Seconds since 1970. [s]"""
    sleep: Callable[[float], None] = time.sleep
    patience_s: float = PATIENCE_S


class Caller:
    """Asks one service.

    Args:
        service: Its name.
        transport: What sends.
        gate: Whose turn it is.
        spacing_s: Least time between two requests. [s]
        rest_s: Rest after too many requests where the service does not say how long; None tries
            again soon. [s]
        explain: The service's own meaning of a status.
        secrets: Keys and passwords of the service, which no message may hold.
        waiting: Clock, sleep and patience.
    """

    def __init__(
        self,
        service: str,
        transport: Transport,
        *,
        gate: Gate | None = None,
        spacing_s: float = 0.0,
        rest_s: float | None = None,
        explain: Explain = lambda _response, _zone: None,
        secrets: Sequence[Secret] = (),
        waiting: Waiting | None = None,
    ) -> None:
        self.service = service
        self._transport = transport
        self._gate = gate or OpenGate()
        self._spacing_s = spacing_s
        self._rest_s = rest_s
        self._explain = explain
        self._secrets = tuple(secrets)
        self._waiting = waiting or Waiting()

    @property
    def now_s(self) -> float:
        """Seconds since 1970, by the caller's clock [s]."""
        return self._waiting.clock_s()

    def json(self, request: Request, zone: str = "") -> Any:
        """Return the answer as JSON.

        Raises:
            ServiceError: There is none.
        """
        return self.parsed_json(self.answer(request, zone), zone)

    def answer(self, request: Request, zone: str = "") -> Response:
        """Return an answer of status 2xx.

        Args:
            request: What is asked.
            zone: The zone it is about, for messages.

        Raises:
            UnreachableError: No whole answer, each time.
            QuotaError: Too many requests, and the time to wait is beyond patience.
            ServiceError: The service refused.
        """
        until_s = self.now_s + self._waiting.patience_s
        for attempt in range(1, _MOST_ATTEMPTS + 1):
            self._take_turn(zone, max(0.0, until_s - self.now_s))
            error, pause_s = self._attempt(request, zone, attempt)
            if isinstance(error, Response):
                return error
            is_last = attempt == _MOST_ATTEMPTS
            if pause_s is None or is_last or pause_s > until_s - self.now_s:
                raise error
            self._waiting.sleep(pause_s)
        raise AssertionError("the last attempt returns or raises")

    def _attempt(
        self, request: Request, zone: str, attempt: int
    ) -> tuple[Response | ServiceError, float | None]:
        """Return the answer, or an error and the pause after which to try again, if ever."""
        back_off_s = _FIRST_PAUSE_S * 2 ** (attempt - 1)
        try:
            response = self._transport.send(request)
        except TransportError as error:
            words = without_secrets(str(error), (*self._secrets, *request.secrets))
            return self._unreachable(zone, words), back_off_s
        if 200 <= response.status < 300:
            return response, None
        if response.status == 429 or response.status in _PASSING:
            retry_s = self._retry_after_s(response)
            if retry_s is None and response.status == 429:
                retry_s = self._rest_s
            return self._busy(response, zone, retry_s), back_off_s if retry_s is None else retry_s
        return self._refusal(response, zone, request), None

    def parsed_json(self, response: Response, zone: str = "") -> Any:
        """Return a body as JSON.

        Raises:
            BadAnswerError: It is empty, cut off, another format, or not UTF-8.
        """
        asked, body = Asked(self.service, zone), response.body
        if not body.strip():
            raise asked.bad(f"the answer is empty (HTTP {response.status})")
        try:
            return json.loads(body.decode("utf-8-sig"), parse_constant=_refused_constant)
        except RecursionError:
            raise asked.bad("the answer is nested too deeply to be read") from None
        except ValueError:
            what = "HTML" if body.lstrip()[:1] == b"<" else "no JSON, or JSON that was cut off"
            kind = response.headers.get("content-type", "")
            raise asked.bad(
                f"the answer is {what} instead of JSON ({printable(kind)[:40]})"
            ) from None

    def _quoted(self, response: Response, request: Request) -> str:
        """Return what a refusal says of itself, on one line, without secrets."""
        secrets = (*self._secrets, *request.secrets)
        text = without_secrets(_message(response.body), secrets)
        shown = printable(" ".join(text.split()))[:_LONGEST_QUOTE]
        return f' and says "{shown}"' if shown else ""

    def _take_turn(self, zone: str, left_s: float) -> None:
        """Wait for a turn; refuse to wait longer than is left."""
        now_s = self.now_s
        blocked_s = self._gate.blocked_until_s(self.service) - now_s
        if blocked_s > left_s:
            raise self._over_quota(zone, "it asked not to be asked again yet", now_s + blocked_s)
        turn_s = self._gate.wait_s(self.service, now_s, self._spacing_s, left_s)
        if turn_s > left_s:
            cause = "many processes of this machine ask it at once"
            raise self._over_quota(zone, cause, now_s + turn_s)
        if (pause_s := max(blocked_s, turn_s)) > 0:
            self._waiting.sleep(pause_s)

    def _busy(self, response: Response, zone: str, retry_s: float | None) -> ServiceError:
        retry_at_s = None if retry_s is None else self.now_s + retry_s
        if retry_at_s is not None:
            self._gate.block(self.service, retry_at_s)
        if response.status == 429:
            return self._over_quota(zone, "too many requests (HTTP 429)", retry_at_s)
        return self._unreachable(zone, f"it is out of order (HTTP {response.status})")

    def _over_quota(self, zone: str, cause: str, retry_at_s: float | None) -> QuotaError:
        step = "wait a few minutes before the next request"
        if retry_at_s is not None:
            step = f"ask again in {max(1, round(retry_at_s - self.now_s))} s"
        return QuotaError(self.service, zone, cause, step, retry_at_s)

    def _unreachable(self, zone: str, cause: str) -> UnreachableError:
        step = "check the network and the address of the service, or use another provider"
        return UnreachableError(self.service, zone, cause, step)

    def _retry_after_s(self, response: Response) -> float | None:
        """Return the wait that a service asks for, in seconds or as a date; None for neither."""
        text = response.headers.get("retry-after", "").strip()
        if text.isdecimal():
            return min(float(text), _LONGEST_REST_S)
        try:
            moment = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return min(max(0.0, moment.timestamp() - self.now_s), _LONGEST_REST_S)

    def _refusal(self, response: Response, zone: str, request: Request) -> ServiceError:
        if (own := self._explain(response, zone)) is not None:
            return own
        status, quote = response.status, self._quoted(response, request)
        cause = f"it answers HTTP {status}{quote}"
        if status in (401, 403):
            step = "check the key; `wattprint grid doctor` tests it"
            return KeyRefusedError(self.service, zone, cause, step)
        if status == 404:
            step = "check the zone's name, and the address of the service"
            return NoIntensityError(self.service, zone, cause, step)
        step = "the service or its interface has changed, or the request is wrong; report it"
        return RequestRefusedError(self.service, zone, cause, step)


def _refused_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _message(body: bytes) -> str:
    """Return the message in the body of a refusal; empty where there is none to read."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return _first_text(document)


def _first_text(document: Any) -> str:
    """Find the text in {"error": ...}, {"message": ...}, {"detail": ...}, nested or not."""
    if isinstance(document, str):
        return document
    if not isinstance(document, Mapping):
        return ""
    for name in ("message", "detail", "error", "title", "code"):
        if name in document and (text := _first_text(document[name])):
            return text
    return ""
