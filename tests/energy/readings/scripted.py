"""A server that answers as it is told: for what a healthy Prometheus here never says (warnings, nonsense)."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

Answer = tuple[int, bytes]
Asked = dict[str, str]


def success(result: list[dict[str, Any]], **more: Any) -> Answer:
    """Return what Prometheus answers when all went well."""
    document = {"status": "success", "data": {"resultType": "matrix", "result": result}, **more}
    return 200, json.dumps(document).encode()


def failure(status: int, error: str) -> Answer:
    """Return what Prometheus answers when it refuses."""
    return status, json.dumps({"status": "error", "errorType": "execution", "error": error}).encode()


@contextlib.contextmanager
def scripted(answer: Callable[[Asked], Answer]) -> Iterator[tuple[str, list[Asked]]]:
    """Yield the address of a server that answers by `answer`, and the list of what it was asked."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            question = {name: values[0] for name, values in parse_qs(body).items()} | {"path": self.path}
            asked.append(question)
            status, content = answer(question)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
