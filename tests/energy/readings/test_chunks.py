"""Chunks, checksums, frames and messages of remote read, each against something written in another way."""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.errors import UnreachableError
from energy.readings.chunked import FIRST_ROOM, ChunkedReader
from energy.readings.crc32c import crc32c
from energy.readings.frames import frames
from energy.readings.wire import fields, labels_of, read_request, samples_of, varint

EVERYTHING = (-(1 << 62), 1 << 62)


class BitWriter:
    """Bits one after the other, as text: slow, and nothing like the decoder."""

    def __init__(self) -> None:
        self.bits = ""

    def put(self, value: int, count: int) -> None:
        self.bits += format(value & (1 << count) - 1, f"0{count}b")

    def data(self) -> bytes:
        padded = self.bits + "0" * (-len(self.bits) % 8)
        return bytes(int(padded[at:at + 8], 2) for at in range(0, len(padded), 8))


def signed(value: int) -> bytes:
    return varint((value << 1) ^ (value >> 63) if value >= 0 else (-value << 1) - 1)


def chunk(samples: Sequence[tuple[int, float]]) -> bytes:
    """Return an XOR chunk, written after the description of the format (prometheus/tsdb/docs/format/chunks.md)."""
    head, out = struct.pack(">H", len(samples)), BitWriter()
    before_t, before_v, delta, window = 0, 0, 0, (99, 99)
    for position, (moment, value) in enumerate(samples):
        bits = struct.unpack(">Q", struct.pack(">d", value))[0]
        if position == 0:
            head += signed(moment) + struct.pack(">Q", bits)
        else:
            if position == 1:
                head, delta = head + varint(moment - before_t), moment - before_t
            else:
                change, delta = moment - before_t - delta, moment - before_t
                if change == 0:
                    out.put(0, 1)
                else:
                    prefix, size = next(((prefix, size) for prefix, size in ((0b10, 14), (0b110, 17), (0b1110, 20))
                                         if -(1 << size - 1) < change <= 1 << size - 1), (0b1111, 64))
                    out.put(prefix, prefix.bit_length())
                    out.put(change, size)
            window = put_value(out, bits ^ before_v, window)
        before_t, before_v = moment, bits
    return head + out.data()


def put_value(out: BitWriter, change: int, window: tuple[int, int]) -> tuple[int, int]:
    if change == 0:
        out.put(0, 1)
        return window
    leading, trailing = min(31, 64 - change.bit_length()), (change & -change).bit_length() - 1
    if window[0] <= leading and window[1] <= trailing:
        out.put(0b10, 2)
        leading, trailing = window
    else:
        out.put(0b11, 2)
        out.put(leading, 5)
        out.put(64 - leading - trailing, 6)  # 64 is written as 0
    out.put(change >> trailing, 64 - leading - trailing)
    return leading, trailing


def text(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def series(name: str, *chunks: bytes, encoding: int = 1) -> bytes:
    labels = text(1, text(1, b"meter") + text(2, name.encode()))
    body = b"".join(text(2, b"\x08\x01\x10\x02\x18" + bytes([encoding]) + text(4, data)) for data in chunks)
    return text(1, labels + body)


def slow_crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def stream(*messages: bytes) -> bytes:
    return b"".join(varint(len(one)) + slow_crc32c(one).to_bytes(4, "big") + one for one in messages)


class Drip(io.BytesIO):
    """A stream that gives a few bytes at a time, whatever it is asked for."""

    def read(self, _size: int | None = -1, /) -> bytes:
        return super().read(7)


def decoded(*messages: bytes, span: tuple[int, int] = EVERYTHING) -> list[tuple[str, list[tuple[int, bytes]]]]:
    """Return (meter, [(time, bits of the value)]) of each series, NaN and all."""
    return [(one.labels["meter"], [(moment, struct.pack("<d", value)) for moment, value in
                                   zip(one.times_ms.tolist(), one.values.tolist(), strict=True)])
            for one in ChunkedReader().series(io.BytesIO(stream(*messages)), span)]


def as_bits(samples: Sequence[tuple[int, float]]) -> list[tuple[int, bytes]]:
    return [(moment, struct.pack("<d", value)) for moment, value in samples]


SAMPLES = st.lists(st.tuples(st.one_of(st.integers(0, 3), st.sampled_from([8191, 8192, 8193, 65_536, 524_288, 10**10]),
                                       st.integers(0, 10**6)), st.floats(allow_nan=False)), min_size=1, max_size=40)


class TestChunks:
    @settings(max_examples=300, deadline=None)
    @given(SAMPLES, st.integers(-(10**13), 10**13))
    def test_any_samples_come_back_bit_for_bit(self, steps: list[tuple[int, float]], start: int) -> None:
        moments = np.cumsum([step for step, _ in steps]) + start
        samples = list(zip(moments.tolist(), [value for _, value in steps], strict=True))
        assert decoded(series("a", chunk(samples))) == [("a", as_bits(samples))]

    # Mutation: `>` of `found > 1 << (length - 1)` made `>=` turns the second row red.
    @pytest.mark.parametrize("change", [8191, 8192, -8191, -8192, 65_536, -65_535, 524_288, -524_287, 524_289, 1 << 40])
    def test_edges_of_the_sizes_of_time(self, change: int) -> None:
        moments = [0, 1 << 41, (1 << 42) + change]
        samples = [(moment, 1.0) for moment in moments]
        assert decoded(series("a", chunk(samples))) == [("a", as_bits(samples))]

    def test_values_that_are_none(self) -> None:
        stale = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
        samples = [(0, math.inf), (1, -0.0), (2, math.nan), (3, stale), (4, 5e-324)]
        assert decoded(series("a", chunk(samples))) == [("a", as_bits(samples))]

    def test_only_what_lies_in_the_span(self) -> None:
        samples = [(moment, float(moment)) for moment in range(0, 100, 10)]
        assert decoded(series("a", chunk(samples)), span=(20, 40)) == [("a", as_bits(samples[2:5]))]

    def test_a_series_over_several_frames_is_one(self) -> None:
        first, second = [(0, 1.0), (1, 2.0)], [(2, 3.0)]
        found = decoded(series("a", chunk(first)), series("a", chunk(second)) + series("b", chunk(first)))
        assert found == [("a", as_bits(first + second)), ("b", as_bits(first))]

    def test_a_series_longer_than_the_first_room(self) -> None:
        parts = [[(1000 * part + at, 1.0) for at in range(1000)] for part in range(2 * FIRST_ROOM // 1000 + 1)]
        found = decoded(series("a", *map(chunk, parts)))
        assert len(found[0][1]) == sum(map(len, parts)) > 2 * FIRST_ROOM

    def test_histograms_are_no_registers(self) -> None:
        with pytest.raises(UnreachableError, match="no plain samples"):
            decoded(series("a", chunk([(0, 1.0)]), encoding=2))

    @pytest.mark.parametrize("cut", range(1, 30))
    def test_a_message_cut_anywhere_is_refused_or_empty(self, cut: int) -> None:
        message = series("a", chunk([(0, 1.0), (60_000, 2.5), (120_000, 7.25)]))
        with pytest.raises(UnreachableError, match="damaged"):
            decoded(message[:-cut])


class TestFrames:
    def test_checksum_of_the_standard(self) -> None:
        assert crc32c(np.frombuffer(b"123456789", dtype=np.uint8).copy(), 0, 9) == 0xE3069283  # RFC 3720, B.4

    @given(st.binary(max_size=100), st.integers(0, 8))
    def test_checksum_of_anything(self, data: bytes, start: int) -> None:
        start = min(start, len(data))
        assert crc32c(np.frombuffer(data, dtype=np.uint8).copy(), start, len(data)) == slow_crc32c(data[start:])

    @settings(deadline=None)
    @given(st.lists(st.binary(max_size=300), max_size=8))
    def test_frames_from_a_stream_that_drips(self, messages: list[bytes]) -> None:
        found = [data[first:last].tobytes() for data, first, last in frames(Drip(stream(*messages)))]
        assert found == messages

    # Mutation: the comparison of checksums in frames.frames left out turns this red.
    def test_one_bit_changed(self) -> None:
        sent = bytearray(stream(b"hello", b"world"))
        sent[-1] ^= 1
        with pytest.raises(UnreachableError, match="the answer of remote read is damaged"):
            list(frames(io.BytesIO(bytes(sent))))

    @pytest.mark.parametrize("sent", [stream(b"hello")[:-1], b"\xff" * 12, b"\xff\xff\xff\xff\x7f", b"\x80"])
    def test_a_stream_that_ends_too_early(self, sent: bytes) -> None:
        with pytest.raises(UnreachableError, match="damaged"):
            list(frames(io.BytesIO(sent)))


class TestMessages:
    def test_a_request_says_who_when_and_in_which_form(self) -> None:
        (query,), accepted = [content for number, content in fields(read_request({"a": "b"}, (1, 2))) if number == 1], [
            content for number, content in fields(read_request({"a": "b"}, (1, 2))) if number == 2]
        assert accepted == [1]  # STREAMED_XOR_CHUNKS
        assert isinstance(query, bytes)
        assert list(fields(query)) == [(1, 1), (2, 2), (3, b"\x12\x01a\x1a\x01b")]
        assert [number for number, _ in fields(read_request({}, (1, 2), streamed=False))] == [1]

    def test_times_before_1970_are_negative(self) -> None:
        (query,) = [content for _, content in fields(read_request({}, (-5, 0), streamed=False))]
        assert isinstance(query, bytes)
        assert dict(fields(query))[1] == (1 << 64) - 5
        sample = text(2, b"\x09" + struct.pack("<d", 1.5) + b"\x10" + varint((1 << 64) - 5))
        times, values = samples_of(sample)
        assert (times.tolist(), values.tolist()) == ([-5], [1.5])

    def test_labels(self) -> None:
        assert labels_of(text(1, text(1, b"a") + text(2, "é".encode())) + text(2, b"x")) == {"a": "é"}

    @pytest.mark.parametrize("message", [b"\x0a\x05ab", b"\x80", b"\x08", b"\x0b"])
    def test_a_message_that_is_cut(self, message: bytes) -> None:
        with pytest.raises(UnreachableError, match="damaged"):
            list(fields(message))
