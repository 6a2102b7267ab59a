"""What is fetched of an OIDC provider: small JSON documents, within seconds, from where one asked.

No redirect is followed, and no proxy of the environment is asked: the client's secret goes to one
place. A provider that drips is left after a time for the whole answer.
"""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

TIMEOUT_S = 5.0
"""Longest wait for the next bytes. [s]"""
WHOLE_S = 10.0
"""Longest wait for the whole answer. [s]"""
LARGEST_BYTES = 256 * 1024
_PIECE_BYTES = 16 * 1024


class ProviderAwayError(Exception):
    """The provider does not answer, or not as it should. The text is for people."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())


def fetch_json(
    url: str, *, form: Mapping[str, str] | None = None, authorization: str | None = None
) -> Mapping[str, Any]:
    """Return a JSON object.

    Args:
        url: A checked address.
        form: Fields to send; the document is only read without them.
        authorization: The header of that name.

    Raises:
        ProviderAwayError: No such answer came in time. Nothing that was sent is in its text.
    """
    body = None if form is None else urlencode(form).encode()
    request = urllib.request.Request(url, body, {"Accept": "application/json"})
    if authorization is not None:
        request.add_unredirected_header("Authorization", authorization)
    until_s = time.monotonic() + WHOLE_S
    try:
        with _OPENER.open(request, timeout=TIMEOUT_S) as answer:
            return _object(_read(answer, until_s))
    except urllib.error.HTTPError as error:
        with error:
            raise ProviderAwayError(f"The provider answers with {error.code}.") from None
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        kind = type(getattr(error, "reason", None) or error).__name__
        raise ProviderAwayError(f"The provider does not answer as it should ({kind}).") from None


def _read(answer: Any, until_s: float) -> bytes:
    parts: list[bytes] = []
    while part := answer.read1(_PIECE_BYTES):
        parts.append(part)
        if sum(map(len, parts)) > LARGEST_BYTES:
            raise ProviderAwayError("The provider's answer is too large.")
        if time.monotonic() > until_s:
            raise ProviderAwayError("The provider answers too slowly.")
    return b"".join(parts)


def _object(text: bytes) -> Mapping[str, Any]:
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ProviderAwayError("The provider's answer is no object.")
    return document
