"""A local publisher of releases: an HTTP server whose files can be good, bad, truncated, slow to start or cut."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from toolchain.engines import ENGINES, Machine
from toolchain.releases import Release, release_of

LINUX = Machine("linux", "amd64")


class Publisher:
    """Serves `files` (path -> bytes) below `url`, as a mirror would.

    `cut`: path -> how many bytes are sent before the connection drops, once per request listed.
    `seen`: each (path, Range header) asked for.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut: dict[str, list[int]] = {}
        self.seen: list[tuple[str, str]] = []
        self.ranges = True
        self.etags = True
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                publisher.answer(self)

            def log_message(self, *_arguments: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Publisher:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range", "")
        self.seen.append((request.path, wanted))
        body = self.files.get(request.path)
        if body is None:
            request.send_error(404)
            return
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        start = 0
        if wanted and self.ranges and request.headers.get("If-Range", etag) == etag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        if start and start >= len(body):
            request.send_error(416)
            return
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(body) - start))
        if self.etags:
            request.send_header("ETag", etag)
        request.end_headers()
        cuts = self.cut.get(request.path)
        sent = body[start:start + cuts.pop(0)] if cuts else body[start:]
        request.wfile.write(sent)
        if len(sent) < len(body) - start:
            request.wfile.flush()
            request.close_connection = True

    def path(self, url: str) -> str:
        """Return the path under which this server stands for `url` (already mirrored)."""
        return url.removeprefix(self.url)

    def publish(self, name: str, programs: Mapping[str, bytes]) -> Release:
        """Publish the release of the engine `name` and its list of checksums; return it (ESTRAN_MIRROR is set)."""
        release = release_of(ENGINES[name], LINUX)
        assert release is not None
        body = tarball(programs) if release.archive else next(iter(programs.values()))
        self.files[self.path(release.url)] = body
        digest = hashlib.sha256(body).hexdigest()
        lists = self.path(release.checksums)
        if release.checksums.endswith(".sha256"):
            self.files[lists] = digest.encode()
        elif "api.github.com" in release.checksums:
            self.files[lists] = b'{"assets": [{"name": "%s", "digest": "sha256:%s"}]}' % (
                release.name.encode(), digest.encode())
        else:
            self.files[lists] = self.files.get(lists, b"") + f"{digest}  {release.name}\n".encode()
        return release


def tarball(programs: Mapping[str, bytes], folder: str = "release") -> bytes:
    """Return a .tar.gz that holds `programs` in `folder`, and a file that nobody asked for."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, body in {**programs, "README.md": b"read me"}.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return buffer.getvalue()


def program(version_line: str, bulk: int = 0) -> bytes:
    """Return a shell program that prints `version_line` whatever it is asked, with `bulk` bytes of ballast."""
    return f"#!/bin/sh\necho '{version_line}'\nexit\n".encode() + b"#" * bulk
