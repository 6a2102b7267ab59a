"""Limits of what a client may ask: the size of a body, packed and unpacked, and how often."""

import threading
import time
import zlib
from collections.abc import Callable, Sequence
from math import ceil

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from wattprint.hub.api.problems import ProblemError
from wattprint.hub.settings import Settings

_MOST_BUCKETS = 10_000


async def read_body(
    request: Request, settings: Settings, kinds: Sequence[str] = ("application/json",)
) -> bytes:
    """Return the body of a request, unpacked, and never hold more of it than is allowed.

    Args:
        request: The request.
        settings: What is allowed.
        kinds: Media types that are taken.

    Raises:
        ProblemError: Another media type or encoding, too large, cut off, or packed wrongly.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in kinds:
        raise ProblemError(415, f"Content-Type is {kind!r}; expected {' or '.join(kinds)}.")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise ProblemError(415, f"Content-Encoding is {encoding!r}; expected gzip or none.")
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > settings.largest_body_bytes:
        raise _too_large(settings.largest_body_bytes)
    parts, received = [], 0
    async for part in request.stream():
        received += len(part)
        if received > settings.largest_body_bytes:
            raise _too_large(settings.largest_body_bytes)
        parts.append(part)
    body = b"".join(parts)
    if encoding == "identity":
        return body
    # Beside the loop that answers others: zlib lets go of the interpreter.
    return await run_in_threadpool(_unpacked, body, settings.largest_unpacked_bytes)


def _unpacked(body: bytes, largest_bytes: int) -> bytes:
    """Unpack gzip to at most so many bytes: a bomb is left where it goes off."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(body, largest_bytes + 1)
    except zlib.error as error:
        raise ProblemError(400, f"The body is no gzip: {error}.") from None
    if len(text) > largest_bytes:
        raise _too_large(largest_bytes, "unpacked ")
    if not unpacker.eof or unpacker.unused_data:
        raise ProblemError(400, "The gzip body is cut off, or is more than one.")
    return text


def _too_large(largest_bytes: int, how: str = "") -> ProblemError:
    detail = f"The {how}body is larger than {largest_bytes:,} bytes; send smaller batches."
    return ProblemError(413, detail)


class RateLimit:
    """Requests of each token within a second: a bucket that fills at the rate and holds twice it.

    Args:
        requests_per_s: The rate.
        clock_s: A clock that does not jump. [s]
    """

    def __init__(
        self, requests_per_s: float, *, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = requests_per_s
        self._most = max(1.0, 2 * requests_per_s)
        self._clock_s = clock_s
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, token_id: str) -> None:
        """Count a request.

        Raises:
            ProblemError: There were too many.
        """
        now_s = self._clock_s()
        with self._lock:
            left, since_s = self._buckets.get(token_id, (self._most, now_s))
            left = min(self._most, left + max(0.0, now_s - since_s) * self._rate)
            is_allowed = left >= 1
            if len(self._buckets) >= _MOST_BUCKETS and token_id not in self._buckets:
                self._buckets.clear()  # whoever was at the limit gains one burst
            self._buckets[token_id] = (left - is_allowed, now_s)
        if not is_allowed:
            wait_s = max(1, ceil((1 - left) / self._rate))
            detail = f"More than {self._rate:g} requests a second; wait {wait_s} s."
            raise ProblemError(429, detail, headers={"Retry-After": str(wait_s)})
