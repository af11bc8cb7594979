"""Protobuf by hand: whole numbers, fields, labels and plain samples, right, strange and damaged."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.errors import UnreachableError
from energy.readings import xor_chunks
from energy.readings.wire import damaged, fields, labels_of, read_request, samples_of, varint
from tests.energy.readings.test_chunks import text

WHOLE = st.one_of(st.integers(0, 300), st.integers(0, (1 << 64) - 1),
                  st.sampled_from([127, 128, 16_383, 16_384, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]))


def sample(value: float, stamp: int) -> bytes:
    return text(2, b"\x09" + struct.pack("<d", value) + b"\x10" + varint(stamp & (1 << 64) - 1))


class TestVarints:
    # Mutation: `value > 127` made `>= 127`, or `shift += 7` made 8, turns these red.
    @pytest.mark.parametrize(("value", "sent"), [(0, "00"), (1, "01"), (127, "7f"), (128, "8001"), (300, "ac02"),
                                                 (1 << 63, "80808080808080808001")])
    def test_by_hand(self, value: int, sent: str) -> None:
        assert varint(value).hex() == sent

    @given(WHOLE, st.binary(max_size=4))
    def test_they_come_back_from_both_readers(self, value: int, behind: bytes) -> None:
        ((number, found),) = list(fields(b"\x08" + varint(value)))
        assert (number, found) == (1, value)
        sent = varint(value) + behind
        compiled, end = xor_chunks.varint(np.frombuffer(sent, dtype=np.uint8).copy(), 0, len(sent))
        assert (compiled & (1 << 64) - 1, end) == (value, len(varint(value)))  # the compiled one is signed

    @given(st.integers(1, (1 << 64) - 1))
    def test_one_cut_short_is_noticed_by_both(self, value: int) -> None:
        sent = varint(value)[:-1]
        data = np.frombuffer(sent + b"\x00" * 8, dtype=np.uint8).copy()
        assert xor_chunks.varint(data, 0, len(sent)) == (0, -1)
        with pytest.raises(UnreachableError, match="damaged"):
            list(fields(b"\x08" + sent))

    def test_more_than_ten_bytes_are_no_number(self) -> None:
        with pytest.raises(UnreachableError, match="damaged"):
            list(fields(b"\x08" + b"\x80" * 10 + b"\x01"))


class TestFields:
    @given(st.lists(st.tuples(st.integers(1, 2000), st.one_of(WHOLE, st.binary(max_size=30))), max_size=8))
    def test_they_come_back_in_order(self, sent: list[tuple[int, int | bytes]]) -> None:
        message = b"".join(text(number, content) if isinstance(content, bytes) else
                           varint(number << 3) + varint(content) for number, content in sent)
        assert list(fields(message)) == sent
        assert list(fields(memoryview(message))) == sent

    def test_fixed_sizes_are_read_over(self) -> None:
        message = b"\x0d" + b"1234" + b"\x11" + b"12345678" + b"\x18\x07"
        assert list(fields(message)) == [(1, b"1234"), (2, b"12345678"), (3, 7)]

    @pytest.mark.parametrize("kind", [3, 4, 6, 7])  # groups and what protobuf never had
    def test_kinds_that_nobody_sends_are_damage(self, kind: int) -> None:
        with pytest.raises(UnreachableError, match="damaged"):
            list(fields(bytes([1 << 3 | kind]) + b"\x00" * 20))

    @given(st.binary(max_size=60))
    def test_any_bytes_are_fields_or_damage(self, message: bytes) -> None:
        try:
            found = list(fields(message))
        except UnreachableError:
            return
        assert all(number >= 0 for number, _ in found)


class TestLabels:
    def test_a_label_without_value_is_empty(self) -> None:
        # proto3 leaves out what is empty
        assert labels_of(text(1, text(1, b"pod"))) == {"pod": ""}

    # Mutation: the `except` of labels_of or of samples_of left out turns these red.
    @pytest.mark.parametrize("pair", [
        text(1, b"a") + text(2, b"\xff\xfe"),           # no UTF-8
        text(1, b"a") + b"\x10\x05",                    # a number in the place of a text
        text(1, b"a") + b"\x10" + varint((1 << 64) - 1),  # and one that no memory holds
    ])
    def test_what_is_no_label_is_damage(self, pair: bytes) -> None:
        with pytest.raises(UnreachableError, match="the answer of remote read is damaged"):
            labels_of(text(1, pair))


class TestSamples:
    @given(st.lists(st.tuples(st.floats(), st.integers(-(1 << 63), (1 << 63) - 1)), max_size=20))
    def test_they_come_back_bit_for_bit(self, sent: list[tuple[float, int]]) -> None:
        times, values = samples_of(b"".join(sample(value, moment) for value, moment in sent))
        assert times.tolist() == [moment for _, moment in sent]
        assert values.tobytes() == struct.pack(f"<{len(sent)}d", *(value for value, _ in sent))

    def test_zero_is_left_out_by_those_who_send(self) -> None:
        # proto3: value 0 and time 0 are not written
        times, values = samples_of(text(2, b"") + text(2, b"\x10\x05"))
        assert (times.tolist(), values.tolist()) == ([0, 5], [0.0, 0.0])

    @pytest.mark.parametrize("content", [b"\x0d1234", b"\x12\x01x"])  # a float for a double, a text for a time
    def test_what_is_no_sample_is_damage(self, content: bytes) -> None:
        with pytest.raises(UnreachableError, match="damaged"):
            samples_of(text(2, content))


class TestRequests:
    @given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=4),
           st.integers(0, 1 << 50), st.integers(0, 1 << 50), st.booleans())
    def test_all_that_was_asked_is_in_it(self, matchers: dict[str, str], start: int, end: int, streamed: bool) -> None:
        parts = list(fields(read_request(matchers, (start, end), streamed)))
        query = parts[0][1]
        assert parts[1:] == ([(2, 1)] if streamed else [])
        assert isinstance(query, bytes)
        asked = list(fields(query))
        assert asked[:2] == [(1, start), (2, end)]
        found = [dict(fields(content)) for _, content in asked[2:] if isinstance(content, bytes)]
        # no field 1: the kind of matcher is EQUALS, 0, left out
        assert found == [{2: name.encode(), 3: value.encode()} for name, value in matchers.items()]


def test_damage_says_what_to_do() -> None:
    refusal = damaged()
    assert str(refusal).startswith("the answer of remote read is damaged")
    assert "run again; if it comes again, look for a proxy in between that changes answers" in refusal.remedy
    assert "switch remote read off" in refusal.remedy
