"""The decoder of XOR chunks against an encoder of another shape: any bits of a double, any cut, any harm."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.errors import UnreachableError
from energy.readings import xor_chunks
from energy.readings.chunked import FIRST_ROOM, ChunkedReader
from energy.readings.wire import fields, varint
from energy.readings.xor_chunks import BAD_FRAME, PADDING, TOO_SMALL, series_of
from tests.energy.readings.test_chunks import EVERYTHING, as_bits, chunk, decoded, series, stream, text

BITS = st.one_of(st.integers(0, (1 << 64) - 1), st.integers(0, (1 << 52) - 1).map(lambda low: 0x7FF << 52 | low),
                 st.sampled_from([0, 1 << 63, 0x7FF0000000000002, 0xFFF8000000000000]))


def double(bits: int) -> float:
    return float(np.array([bits], dtype=np.uint64).view(np.float64)[0])


def bits_of(samples: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what the decoder makes of (time, bits), without a Python float in between: those may change a NaN."""
    data = np.frombuffer(series_message(samples) + bytes(PADDING), dtype=np.uint8).copy()
    times, values = np.zeros(64, dtype=np.int64), np.zeros(64, dtype=np.int64)
    count, _ = series_of(data, 0, len(data) - PADDING, np.array(EVERYTHING), times, values)
    return list(zip(times[:count].tolist(), values[:count].view(np.uint64).tolist(), strict=True))


def series_message(samples: list[tuple[int, int]]) -> bytes:
    ((_number, body),) = fields(series("a", chunk([(moment, double(bits)) for moment, bits in samples])))
    assert isinstance(body, bytes)
    return body


class TestValues:
    # Mutation: `np.uint64(31)` or `np.uint64(63)` of `_chunk` one bit shorter turns these red.
    @settings(max_examples=200, deadline=None)
    @given(st.lists(BITS, min_size=1, max_size=40))
    def test_any_bits_of_a_double(self, values: list[int]) -> None:
        samples = [(60_000 * number, bits) for number, bits in enumerate(values)]
        assert bits_of(samples) == samples

    @pytest.mark.parametrize("change", [1, 1 << 63, (1 << 64) - 1, 1 << 32, 0x00000000FFFFFFFF, (1 << 33) - 1, 3 << 31])
    def test_edges_of_leading_and_trailing_zeros(self, change: int) -> None:
        # 63 leading zeros are written as 31; 64 significant bits are written as 0
        samples = [(0, 0), (1, change), (2, 0), (3, change ^ 1)]
        assert bits_of(samples) == samples

    def test_a_window_of_bits_is_used_again_and_left(self) -> None:
        # wide, narrow within it (used again), then outside of it (a new one)
        samples = [(0, 0), (1, 0xFF00), (2, 0xFF00 ^ 0x0F00), (3, 0xFF00 ^ 0x0F00 ^ 0x1), (4, 1 << 60)]
        assert bits_of(samples) == samples


class TestSpans:
    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.integers(1, 100), min_size=1, max_size=30), st.integers(-10, 1500), st.integers(0, 1500))
    def test_exactly_what_lies_within(self, steps: list[int], start: int, length: int) -> None:
        # Mutation: either `<=` of the window made `<` turns this red.
        samples = [(int(moment), 1.5) for moment in np.cumsum(steps)]
        inside = [row for row in samples if start <= row[0] <= start + length]
        assert decoded(series("a", chunk(samples)), span=(start, start + length)) == (
            [("a", as_bits(inside))] if inside else [])

    def test_windows_side_by_side_lose_nothing(self) -> None:
        samples = [(60_000 * number, float(number)) for number in range(100)]
        halves = [decoded(series("a", chunk(samples)), span=span) for span in ((0, 2_999_999), (3_000_000, 5_940_000))]
        assert [row for half in halves for row in half[0][1]] == as_bits(samples)


class TestRoom:
    def test_a_room_too_small_is_said_and_enlarged(self) -> None:
        data = np.frombuffer(series_message([(number, 0) for number in range(10)]) + bytes(PADDING), dtype=np.uint8)
        small = np.zeros(9, dtype=np.int64)
        assert series_of(data.copy(), 0, len(data) - PADDING, np.array(EVERYTHING), small, small.copy())[0] == TOO_SMALL

    # Mutation: the two `self._times[:count] = ...` lines of ChunkedReader.series left out turn this red.
    def test_series_of_unlike_length_share_one_room(self) -> None:
        long = [(number, float(number)) for number in range(FIRST_ROOM + 3000)]
        parts = [long[at:at + 1000] for at in range(0, len(long), 1000)]
        short = [(7, 0.25)]
        found = decoded(series("a", chunk(short)), series("b", *map(chunk, parts[:9])),
                        series("b", *map(chunk, parts[9:])), series("c", chunk(short)), series("d", chunk(short)))
        assert [(name, len(rows)) for name, rows in found] == [("a", 1), ("b", len(long)), ("c", 1), ("d", 1)]
        assert found[1][1] == as_bits(long)
        assert found[2][1] == found[3][1] == as_bits(short)

    def test_a_series_without_sample_in_the_span_is_not_there(self) -> None:
        assert decoded(series("a", chunk([(5, 1.0)])), series("b", chunk([(50, 1.0)])), span=(40, 60)) == [
            ("b", as_bits([(50, 1.0)]))]

    def test_labels_are_read_once(self) -> None:
        reader = ChunkedReader()
        found = [next(iter(reader.series(io.BytesIO(stream(series("a", chunk([(0, 1.0)])))), EVERYTHING))).labels
                 for _ in range(2)]
        assert found[0] is found[1]

    def test_a_query_s_number_is_read_over(self) -> None:
        assert decoded(series("a", chunk([(0, 1.0)])) + b"\x10\x03") == [("a", as_bits([(0, 1.0)]))]


class TestDamage:
    """A frame's checksum speaks for the line, not for who wrote it."""

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=80))
    def test_any_message_is_series_or_damage(self, message: bytes) -> None:
        try:
            found = decoded(message)
        except (UnreachableError, KeyError):  # KeyError: a series without the label that `decoded` asks for
            return
        assert all(rows for _, rows in found)  # what is no damage is a series with samples, or nothing

    @settings(max_examples=300, deadline=None)
    @given(st.data())
    def test_a_byte_changed_before_it_was_summed(self, data: st.DataObject) -> None:
        sent = bytearray(series("a", chunk([(60_000 * number, number * 1.1) for number in range(5)])))
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
        try:
            found = decoded(bytes(sent))
        except (UnreachableError, KeyError):
            return
        assert sum(len(rows) for _, rows in found) <= 1 << 16

    # Mutation: `value > end - at` made `at + value > end`, or a check of `< 0` left out, turns these red: lengths that
    # lead back to where the message began, and round again.
    # So does `0 <= at` of `varint` left out: what follows a number that runs over the end began at the front again.
    @pytest.mark.parametrize("length", [(1 << 64) - 11, (1 << 64) - 1, (1 << 63) - 1, 1 << 62])
    @pytest.mark.parametrize("depth", ["series", "labels", "chunk", "data"])
    def test_a_length_that_leads_back(self, depth: str, length: int) -> None:
        endless = varint(length)
        message = {"series": b"\x0a" + endless, "labels": text(1, b"\x0a" + endless),
                   "chunk": text(1, b"\x12" + endless), "data": text(1, text(2, b"\x22" + endless))}[depth]
        with pytest.raises(UnreachableError, match="the answer of remote read is damaged"):
            decoded(message)

    @pytest.mark.parametrize("content", [b"", b"\x00", b"\x00\x01", struct.pack(">H", 1) + b"\x80" * 12,
                                         struct.pack(">H", 2) + b"\x00" + bytes(8), struct.pack(">H", 1) + b"\x00" * 8])
    def test_a_chunk_too_short(self, content: bytes) -> None:
        with pytest.raises(UnreachableError, match="damaged"):
            decoded(series("a", content))

    def test_more_samples_promised_than_there_are(self) -> None:
        whole = chunk([(0, 1.0), (1, 2.0)])
        with pytest.raises(UnreachableError, match="damaged"):
            decoded(series("a", struct.pack(">H", 60_000) + whole[2:]))

    def test_an_empty_chunk_has_no_samples(self) -> None:
        assert decoded(series("a", struct.pack(">H", 0) + b"\x00" + bytes(8))) == []

    @pytest.mark.parametrize("encoding", [0, 2, 3])
    def test_histograms_say_what_to_do(self, encoding: int) -> None:
        with pytest.raises(UnreachableError, match="chunks that are no plain samples") as refusal:
            decoded(series("a", chunk([(0, 1.0)]), encoding=encoding))
        assert "no meter is a histogram" in refusal.value.remedy

    def test_a_fault_is_never_a_count(self) -> None:
        assert {BAD_FRAME, TOO_SMALL, xor_chunks.OTHER_ENCODING} == {-1, -2, -3}
