"""Remote read from a server that writes its frames as Prometheus does, and breaks off where it is told to.

No engine: the bytes are those of `test_chunks`, sent in pieces of HTTP (chunked transfer), the frames' edges known.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cramjam
import pytest

from energy.errors import UnreachableError
from energy.readings import remote_read
from energy.readings.connection import Access, Connection
from energy.readings.remote_read import ATTEMPTS, NoRemoteReadError, RemoteRead
from energy.readings.wire import fields
from tests.energy.readings.test_chunks import chunk, series, stream, text
from tests.energy.readings.test_wire import sample

STREAMED = "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse"
SPAN = (0, 10**9)

# What a server does with one request: status, type, pieces of the body, and whether it ends the answer or breaks off.
Reply = tuple[int, str, list[bytes], bool]


@contextlib.contextmanager
def sending(replies: Callable[[int], Reply]) -> Iterator[tuple[RemoteRead, list[dict[str, Any]]]]:
    """Yield a reader of a server whose request number n is answered by `replies(n)`, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append({"path": self.path, "headers": dict(self.headers), "body": body})
            status, kind, pieces, whole = replies(len(asked) - 1)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in pieces:
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            if whole:
                self.wfile.write(b"0\r\n\r\n")
            self.close_connection = not whole

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    connection = Connection(f"http://127.0.0.1:{server.server_port}", Access(), timeout_s=5)
    try:
        yield RemoteRead(connection), asked
    finally:
        connection.close()
        server.shutdown()
        server.server_close()
        thread.join()


def taken(reader: RemoteRead, span: tuple[int, int] = SPAN) -> list[tuple[str, list[tuple[int, float]]]]:
    return [(one.labels["meter"], list(zip(one.times_ms.tolist(), one.values.tolist(), strict=True)))
            for one in reader.window({"__name__": "m", "site": "small"}, span)]


ROWS = {name: [(60_000 * number, start + number) for number in range(4)] for name, start in
        (("a", 0.0), ("b", 10.0), ("c", 20.0))}
FRAMES = [stream(series("a", chunk(ROWS["a"]))), stream(series("b", chunk(ROWS["b"][:2]))),
          stream(series("b", chunk(ROWS["b"][2:]))), stream(series("c", chunk(ROWS["c"])))]
WHOLE: Reply = (200, STREAMED, FRAMES, True)


class TestBreaks:
    @pytest.fixture(autouse=True)
    def piecewise(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # by default these answers would come in one piece, and a break would leave nothing of it
        monkeypatch.setattr("energy.readings.frames.READ_AT_ONCE", 16)

    # Mutation: `if key not in delivered` left out of RemoteRead.window turns these red (series twice); a series given
    # before its last frame came turns the third row red (half of b).
    @pytest.mark.parametrize("frames", [0, 1, 2, 3, 4])
    def test_an_answer_that_breaks_between_two_frames(self, frames: int) -> None:
        with sending(lambda number: WHOLE if number else (200, STREAMED, FRAMES[:frames], False)) as (reader, asked):
            assert taken(reader) == list(ROWS.items())
        assert len(asked) == 2
        assert asked[0]["body"] == asked[1]["body"]  # the same window again, and no other

    def test_it_may_break_at_every_attempt_but_the_last(self) -> None:
        def reply(number: int) -> Reply:
            return WHOLE if number == ATTEMPTS - 1 else (200, STREAMED, FRAMES[:number], False)

        with sending(reply) as (reader, asked):
            assert taken(reader) == list(ROWS.items())
        assert len(asked) == ATTEMPTS

    def test_what_never_comes_whole_is_refused_after_all_attempts(self) -> None:
        given = []
        with sending(lambda _number: (200, STREAMED, FRAMES[:2], False)) as (reader, asked):
            with pytest.raises(UnreachableError, match="remote read does not answer") as refusal:
                given += [one.labels["meter"] for one in reader.window({}, SPAN)]
            assert refusal.value.where.startswith("http://127.0.0.1:")
        assert len(asked) == ATTEMPTS
        assert "without remote read the HTTP API serves, more slowly" in refusal.value.remedy

    def test_only_the_window_that_broke_is_asked_for_again(self) -> None:
        def reply(number: int) -> Reply:
            return (200, STREAMED, FRAMES[:1], False) if number == 1 else WHOLE

        with sending(reply) as (reader, asked):
            for window in ((0, 99), (100, 199), (200, 299)):
                taken(reader, window)
        spans = []
        for one in asked:
            ((_number, query),) = list(fields(bytes(cramjam.snappy.decompress_raw(one["body"]))))[:1]
            assert isinstance(query, bytes)
            spans.append(tuple(content for number, content in fields(query) if number in (1, 2)))
        assert spans == [(0, 99), (100, 199), (100, 199), (200, 299)]


class TestAnswers:
    @pytest.mark.parametrize("status", [404, 405, 501])
    def test_no_remote_read_is_said_at_once(self, status: int) -> None:
        with sending(lambda _number: (status, "text/plain", [b"no"], True)) as (reader, asked), \
                pytest.raises(NoRemoteReadError):
            taken(reader)
        assert len(asked) == 1

    # Mutation: `_may_heal` made true for FinalError asks who has the wrong password four times.
    @pytest.mark.parametrize(("status", "attempts"), [(400, 1), (401, 1), (403, 1), (422, 1), (429, ATTEMPTS),
                                                      (503, ATTEMPTS)])
    def test_other_statuses_are_told_with_what_the_server_said(self, status: int, attempts: int) -> None:
        with sending(lambda _number: (status, "text/plain", [b"because\n" + b"x" * 500], True)) as (reader, asked), \
                pytest.raises(UnreachableError, match=f"HTTP {status}: because") as refusal:
            taken(reader)
        assert len(str(refusal.value)) < 600  # of a long page, its beginning
        assert len(asked) == attempts

    def test_frames_split_over_pieces_of_the_transfer(self) -> None:
        sent = b"".join(FRAMES)
        pieces = [sent[at:at + 11] for at in range(0, len(sent), 11)]
        with sending(lambda _number: (200, STREAMED, pieces, True)) as (reader, _asked):
            assert taken(reader) == list(ROWS.items())

    def test_damage_is_asked_for_again_before_it_is_refused(self) -> None:
        bad = bytearray(FRAMES[1])
        bad[-1] ^= 1
        with sending(lambda number: (200, STREAMED, [FRAMES[0], bytes(bad)], True) if number < 2 else WHOLE) as (
                reader, asked):
            assert taken(reader) == list(ROWS.items())
        assert len(asked) == 3

    def test_a_request_says_what_it_is(self) -> None:
        with sending(lambda _number: WHOLE) as (reader, asked):
            taken(reader)
        headers = asked[0]["headers"]
        assert asked[0]["path"] == "/api/v1/read"
        assert headers["Content-Encoding"] == "snappy"
        assert headers["Content-Type"] == "application/x-protobuf"
        assert headers["X-Prometheus-Remote-Read-Version"] == "0.1.0"


def plain(*rows: tuple[str, list[tuple[int, float]]]) -> bytes:
    content = b"".join(text(1, text(1, text(1, b"meter") + text(2, name.encode())) + b"".join(
        sample(value, moment) for moment, value in samples)) for name, samples in rows)
    return bytes(cramjam.snappy.compress_raw(text(1, content)))


class TestPlainAnswers:
    @pytest.fixture(autouse=True)
    def once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(remote_read, "ATTEMPTS", 1)  # what is damaged is asked for again: seen above, and slow

    def replies(self, body: bytes) -> Callable[[int], Reply]:
        return lambda _number: (200, "application/x-protobuf", [body], True)

    def test_samples(self) -> None:
        with sending(self.replies(plain(*ROWS.items()))) as (reader, _asked):
            assert taken(reader) == list(ROWS.items())

    def test_only_what_lies_in_the_span(self) -> None:
        with sending(self.replies(plain(("a", ROWS["a"])))) as (reader, _asked):
            assert taken(reader, (60_000, 120_000)) == [("a", ROWS["a"][1:3])]

    def test_nothing(self) -> None:
        with sending(self.replies(plain())) as (reader, _asked):
            assert taken(reader) == []

    @pytest.mark.parametrize("cut", [1, 5, 40])
    def test_a_body_whose_compression_is_cut(self, cut: int) -> None:
        with sending(self.replies(plain(*ROWS.items())[:-cut])) as (reader, _asked), \
                pytest.raises(UnreachableError, match="the answer of remote read is damaged") as refusal:
            taken(reader)
        assert "a proxy in between" in refusal.value.remedy

    @pytest.mark.parametrize("body", [b"", b"<html>log in</html>", bytes(cramjam.snappy.compress_raw(b"\x0a\x05ab"))])
    def test_what_is_no_answer(self, body: bytes) -> None:
        with sending(self.replies(body)) as (reader, _asked), \
                pytest.raises(UnreachableError, match="the answer of remote read is damaged"):
            taken(reader)
