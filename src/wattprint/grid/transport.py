"""The seam where the network is: a request goes out, a response comes back, nothing else.

`UrllibTransport` is the real one, `RecordedTransport` the one for tests. A transport neither
retries nor judges a status; `caller.py` does.
"""

import http.client
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote, urlsplit

from wattprint._version import __version__
from wattprint.grid.secret import Secret

CONNECT_S = 10.0
"""Longest wait for a connection, or for the next bytes of an answer. [s]"""
DEADLINE_S = 30.0
"""Longest time that one request may take in all. [s]"""
LARGEST_BYTES = 32 * 1024 * 1024
"""A month of generation by type at 15 minutes is 5 MB; what is larger is no answer of ours."""
_CHUNK_BYTES = 64 * 1024
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": f"wattprint/{__version__}",
}


class Request(NamedTuple):
    """What is asked of a service; its secrets stand apart and do not show."""

    url: str
    """Address, without a secret in it."""
    headers: Mapping[str, str] = {}
    secret_headers: Mapping[str, Secret] = {}
    secret_query: Mapping[str, Secret] = {}
    """Secrets that a service wants in the address."""
    method: str = "GET"
    body: bytes | None = None

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Every secret that goes out with it."""
        return (*self.secret_headers.values(), *self.secret_query.values())


class Response(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Transport(Protocol):
    """Sends a request."""

    def send(self, request: Request) -> Response:
        """Return what came back, whatever its status.

        Raises:
            TransportError: Nothing whole came back.
        """
        ...


class TransportError(Exception):
    """No whole answer. The text names no address, because that may hold a key."""


class UrllibTransport:
    """The network, by the standard library. A redirect to another host is not followed.

    Args:
        connect_s: Longest wait for a connection or for further bytes. [s]
        deadline_s: Longest time for one request. [s]
        largest_bytes: Largest answer taken, unpacked.
        use_proxies: Whether the proxies of the environment are used.
    """

    def __init__(
        self,
        *,
        connect_s: float = CONNECT_S,
        deadline_s: float = DEADLINE_S,
        largest_bytes: int = LARGEST_BYTES,
        use_proxies: bool = True,
    ) -> None:
        self._connect_s = connect_s
        self._deadline_s = deadline_s
        self._largest_bytes = largest_bytes
        handlers: list[urllib.request.BaseHandler] = [_SameHostRedirects(), _AnyStatus()]
        if not use_proxies:
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def send(self, request: Request) -> Response:
        """Return what came back.

        Raises:
            TransportError: No connection, no answer in time, one that was cut off or is too large,
                or a redirect to another host.
        """
        until_s = time.monotonic() + self._deadline_s
        try:
            with self._opener.open(_prepared(request), timeout=self._connect_s) as answer:
                headers = {name.lower(): text for name, text in answer.headers.items()}
                body = self._read(answer, headers, until_s)
                return Response(answer.status, headers, body)
        except TransportError:
            raise
        except TimeoutError:
            raise TransportError(f"no answer within {self._connect_s:g} s") from None
        except http.client.IncompleteRead:
            raise TransportError("the answer was cut off") from None
        except (http.client.HTTPException, OSError, ValueError, zlib.error) as error:
            # `from None`, and the reason alone: the address may hold a key.
            raise TransportError(_reason(error, self._connect_s)) from None

    def _read(self, answer: Any, headers: Mapping[str, str], until_s: float) -> bytes:
        """Read a body to its end, unpacked, within time and size."""
        unpacker = _unpacker(headers.get("content-encoding", "identity"))
        parts: list[bytes] = []
        received = unpacked = 0
        while chunk := answer.read1(_CHUNK_BYTES):
            received += len(chunk)
            part = unpacker(chunk, self._largest_bytes - unpacked + 1)
            unpacked += len(part)
            parts.append(part)
            if unpacked > self._largest_bytes or received > self._largest_bytes:
                raise TransportError(f"the answer is larger than {self._largest_bytes:,} bytes")
            if time.monotonic() > until_s:
                raise TransportError(f"no whole answer within {self._deadline_s:g} s")
        promised = headers.get("content-length", "")
        if promised.isdecimal() and received < int(promised):
            raise TransportError(f"the answer was cut off after {received:,} of {promised} bytes")
        return b"".join(parts)


class RecordedTransport:
    """Answers from memory, for tests: keeps what was asked.

    Args:
        answer: Returns the response to a request, or raises `TransportError`.

    >>> shown = RecordedTransport(lambda request: Response(200, {}, b"{}"))
    >>> shown.send(Request("https://api.example/v1")).status, len(shown.requests)
    (200, 1)
    """

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer
        self.requests: list[Request] = []

    def send(self, request: Request) -> Response:
        """Return the response that is recorded for a request."""
        self.requests.append(request)
        return self._answer(request)


def _prepared(request: Request) -> urllib.request.Request:
    query = "&".join(
        f"{quote(name)}={quote(secret.reveal(), safe='')}"
        for name, secret in request.secret_query.items()
    )
    joint = ("&" if urlsplit(request.url).query else "?") if query else ""
    headers = {**_HEADERS, **request.headers}
    prepared = urllib.request.Request(
        request.url + joint + query, data=request.body, method=request.method, headers=headers
    )
    for name, secret in request.secret_headers.items():
        prepared.add_unredirected_header(name, secret.reveal())
    return prepared


class _SameHostRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect within one host and scheme, where the key may go; no other."""

    max_redirections = 3

    def redirect_request(self, req: Any, *arguments: Any) -> Any:
        before, after = urlsplit(req.full_url), urlsplit(arguments[-1])
        if (before.scheme, before.netloc) != (after.scheme, after.netloc):
            host = after.hostname or "no host"
            raise TransportError(f"it points to another host ({host}), where no key is sent")
        following = super().redirect_request(req, *arguments)
        if following is not None:
            for name, text in req.unredirected_hdrs.items():
                following.add_unredirected_header(name, text)
        return following


class _AnyStatus(urllib.request.HTTPErrorProcessor):
    """Lets an answer through whatever its status; redirects go on to their handler."""

    def http_response(self, request: Any, response: Any) -> Any:
        if response.status in (301, 302, 303, 307, 308):
            return super().http_response(request, response)
        return response

    https_response = http_response


def _unpacker(encoding: str) -> Callable[[bytes, int], bytes]:
    """Return what unpacks a piece of a body to at most so many bytes, as the encoding asks."""
    if encoding in ("", "identity"):
        return lambda chunk, _limit: chunk
    if encoding in ("gzip", "x-gzip"):
        return zlib.decompressobj(wbits=31).decompress
    raise TransportError(f"the answer is encoded as {encoding[:20]!r}, which was not asked for")


def _reason(error: Exception, connect_s: float) -> str:
    """Return why there is no answer, in words that hold no address."""
    if isinstance(error, urllib.error.HTTPError):
        return f"it redirects in circles, or to no web address (HTTP {error.code})"
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(inner, TimeoutError):
        return f"no answer within {connect_s:g} s"
    if isinstance(inner, OSError) and inner.strerror:
        return f"no connection: {inner.strerror}"
    if isinstance(inner, zlib.error):
        return "the answer is packed in a way that cannot be unpacked"
    if isinstance(inner, http.client.HTTPException):
        return f"no HTTP answer ({type(inner).__name__})"
    return f"no connection ({type(inner).__name__})"
