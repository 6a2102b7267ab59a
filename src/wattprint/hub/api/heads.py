"""HEAD answered as GET without its body: monitors, link checkers and proxies of badges ask so."""

from collections.abc import MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
_FOUND = ("route", "endpoint", "path_params", "state")
"""What an application writes into what it is asked, for the log."""


class Heads:
    """Answers HEAD by what answers GET: the same rights, limits and headers.

    Args:
        app: What answers.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.body":
                if message.get("more_body", False):
                    return
                message["body"] = b""
            await send(message)

        # A copy: the server itself looks whether it was asked by HEAD, and then counts no bytes.
        asked = {**scope, "method": "GET"}
        try:
            await self.app(asked, receive, without_body)
        finally:
            scope.update({name: asked[name] for name in _FOUND if name in asked})
