"""A real HTTP server in front of a real Prometheus: what Thanos, Mimir and bad networks do on the way is done there."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import cramjam
import requests

from energy.readings.wire import fields

Change = Callable[["Passing"], None]


@dataclass
class Passing:
    """A question on its way, then its answer. `cut` closes the connection after so many bytes of the answer."""

    path: str
    headers: dict[str, str]
    body: bytes
    status: int = 200
    answer: bytes = b""
    answer_headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    refused: bool = False

    @property
    def asked(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode("latin-1")).items()}

    def warn(self, text: str) -> None:
        """Make the answer a partial one, as Thanos says it."""
        self.answer = json.dumps({**json.loads(self.answer), "warnings": [text]}).encode()


@contextlib.contextmanager
def proxied(target: str, before: Change | None = None,
            after: Change | None = None) -> Iterator[tuple[str, list[Passing]]]:
    """Yield the address of a proxy of `target`, and what passed. `before` sees questions, `after` answers too."""
    passed: list[Passing] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            passing = Passing(self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])))
            passed.append(passing)
            if before:
                before(passing)
            if not passing.refused:
                kept = {name: value for name, value in passing.headers.items()
                        if name.lower() not in ("host", "content-length", "connection")}
                answer = requests.post(target + self.path, data=passing.body, headers=kept, timeout=10)
                passing.status, passing.answer = answer.status_code, answer.content
                passing.answer_headers = {"Content-Type": answer.headers.get("Content-Type", "")}
                if after:
                    after(passing)
            self.send_response(passing.status)
            for name, value in passing.answer_headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(passing.answer)))
            self.end_headers()
            self.wfile.write(passing.answer if passing.cut is None else passing.answer[:passing.cut])
            self.close_connection = passing.cut is not None

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", passed
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def refuse(passing: Passing, status: int, text: str = "") -> None:
    """Answer in the server's place."""
    passing.refused, passing.status, passing.answer = True, status, text.encode()


def only_samples(passing: Passing) -> None:
    """Ask for plain samples, as a server that does not stream understands a request: field 2 is not known to it."""
    if passing.path.endswith("/read"):
        request = bytes(cramjam.snappy.decompress_raw(passing.body))
        query = next(content for number, content in fields(request) if number == 1)
        assert isinstance(query, bytes)
        from energy.readings.wire import varint

        passing.body = bytes(cramjam.snappy.compress_raw(b"\x0a" + varint(len(query)) + query))
