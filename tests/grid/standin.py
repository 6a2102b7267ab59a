"""A real HTTP server on this machine that stands in for a service, and misbehaves when told to."""

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit


class Seen(NamedTuple):
    """A request that arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


class Answer(NamedTuple):
    """What is sent back."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})
    cut: int | None = None
    """Send this many bytes of the body, and close."""
    hang: bool = False
    """Send nothing until the stand-in ends."""


def as_json(document, status=200, **headers):
    return Answer(
        json.dumps(document).encode(), status, {"Content-Type": "application/json", **headers}
    )


class StandIn:
    """The server: `script` holds answers that are given first, `usual` gives all others."""

    def __init__(self, usual: Callable[[Seen], Answer]) -> None:
        self.usual = usual
        self.script: list[Answer] = []
        self.seen: list[Seen] = []
        self._ended = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, seen: Seen) -> Answer:
        self.seen.append(seen)
        usual = self.usual(seen)
        # Logging in is not what the script is about.
        if self.script and not seen.path.endswith("/login"):
            return self.script.pop(0)
        return usual

    def _handler(stand_in):  # noqa: N805 - `self` is the handler's inside
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): text for name, text in self.headers.items()}
                answer = stand_in.answer(Seen(self.command, parts.path, query, headers))
                if answer.hang:
                    stand_in._ended.wait()
                    self.close_connection = True
                    return
                # A client that has heard enough may be gone.
                with suppress(BrokenPipeError, ConnectionResetError):
                    self._send(answer)

            def _send(self, answer):
                self.send_response(answer.status)
                for name, text in {
                    "Content-Length": str(len(answer.body)),
                    **answer.headers,
                }.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(answer.body[: answer.cut])
                self.close_connection = True

            do_PUT = do_POST = do_GET  # noqa: N815 - names that http.server looks for

            def log_message(self, *_):
                pass

        return Handler
