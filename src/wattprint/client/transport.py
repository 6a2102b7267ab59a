"""The seam to a hub: a body goes out packed, an answer comes back, nothing else."""

import gzip
import http.client
import json
import urllib.error
import urllib.request
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from wattprint._version import __version__
from wattprint.client.errors import HubAwayError
from wattprint.domain.errors import InputError

TIMEOUT_S = 30.0
"""Longest wait for the next bytes of an answer. [s]"""
_LARGEST_ANSWER_BYTES = 16 * 1024 * 1024
_UNPACKED_THERE = ":batch"
"""End of the addresses whose bodies a hub unpacks, within its limits; all others are short."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Answer(NamedTuple):
    """What a hub answered."""

    status: int
    document: Any
    """Its JSON; None where it is none."""

    def detail(self) -> str:
        """Return in words why it was refused."""
        said = self.document.get("detail") if isinstance(self.document, dict) else None
        return str(said or f"HTTP {self.status}")


class Sender(Protocol):
    """Sends to a hub."""

    def send(self, method: str, path: str, document: Any = None) -> Answer:
        """Return the hub's answer, whatever its status.

        Raises:
            HubAwayError: Nothing whole came back: whether it was taken is not known.
        """
        ...


class HubSender:
    """The network, by the standard library. No redirect is followed: a token goes to one place.

    Args:
        url: Address of the hub.
        token: A token.
        timeout_s: Longest wait for the next bytes. [s]

    Raises:
        InputError: No such address, or one where the token would travel in the clear.
    """

    def __init__(self, url: str, token: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self.url = checked_url(url)
        self._token = token
        self._timeout_s = timeout_s
        self._opener = urllib.request.build_opener(_NoRedirect())

    def __repr__(self) -> str:
        return f"HubSender({self.url!r})"

    def send(self, method: str, path: str, document: Any = None) -> Answer:
        """Return the hub's answer.

        Raises:
            HubAwayError: Nothing whole came back.
        """
        headers = {"User-Agent": f"wattprint/{__version__}", "Accept": "application/json"}
        body = None
        if document is not None:
            text = json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
            body, headers["Content-Type"] = text, "application/json"
            if path.endswith(_UNPACKED_THERE):
                body = gzip.compress(text, compresslevel=1, mtime=0)
                headers["Content-Encoding"] = "gzip"
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            return self._answer(request)
        except (http.client.HTTPException, OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            words = getattr(reason, "strerror", None) or type(reason).__name__
            raise HubAwayError(f"the hub {self.url} does not answer: {words}.") from None

    def _answer(self, request: urllib.request.Request) -> Answer:
        try:
            answer = self._opener.open(request, timeout=self._timeout_s)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            body = answer.read(_LARGEST_ANSWER_BYTES)
            said = answer.headers.get("content-length", "")
            if said.isdecimal() and len(body) < int(said):
                raise http.client.IncompleteRead(body)
            return Answer(answer.status, _json(body))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        return None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def checked_url(url: str) -> str:
    """Return a hub's address without a slash at its end.

    Raises:
        InputError: It is none, holds a password, or is plain HTTP to another machine.
    """
    allowed = "expected https://HOST, or http:// for this machine"
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        raise InputError(f"hub {url!r} is no address", allowed) from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise InputError(f"hub {url!r} is no address", allowed)
    if parts.username or parts.password:
        raise InputError("the hub's address holds a user", "expected it without; see `login`")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise InputError(f"hub {url!r} would get the token in the clear", allowed)
    return url.rstrip("/")
