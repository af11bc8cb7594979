"""Frames of a streamed answer: cut, changed, larger than what is read at once, from streams of every pace."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.errors import UnreachableError
from energy.readings.crc32c import TABLES, crc32c
from energy.readings.frames import LARGEST, READ_AT_ONCE, frames
from energy.readings.wire import varint
from energy.readings.xor_chunks import PADDING
from tests.energy.readings.test_chunks import slow_crc32c, stream


class Paced(io.BytesIO):
    """A stream that gives as many bytes at a time as it likes, and never more than it is asked for."""

    def __init__(self, content: bytes, paces: list[int]) -> None:
        super().__init__(content)
        self._paces = paces
        self.asked: list[int] = []

    def read(self, size: int | None = -1, /) -> bytes:
        self.asked.append(size or 0)
        pace = self._paces[len(self.asked) % len(self._paces)]
        return super().read(min(pace, size or 0))


def messages_of(sent: bytes, paces: list[int]) -> list[bytes]:
    return [data[first:last].tobytes() for data, first, last in frames(Paced(sent, paces))]


class TestChecksum:
    @pytest.mark.parametrize(("content", "expected"), [  # RFC 3720, B.4
        (bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43), (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C), (b"", 0)])
    def test_vectors_of_the_standard(self, content: bytes, expected: int) -> None:
        assert crc32c(np.frombuffer(content + b"\x00", dtype=np.uint8).copy(), 0, len(content)) == expected

    @given(st.binary(min_size=1, max_size=64), st.data())
    def test_one_bit_changed_is_always_seen(self, content: bytes, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, 8 * len(content) - 1))
        changed = bytearray(content)
        changed[place >> 3] ^= 1 << (place & 7)
        sums = [crc32c(np.frombuffer(one, dtype=np.uint8).copy(), 0, len(content)) for one in (content, bytes(changed))]
        assert sums[0] != sums[1]

    def test_the_tables_say_what_the_polynomial_does(self) -> None:
        # table k, byte b: the byte followed by k zero bytes; by the slow way without its inversions
        def shifted(byte: int, zeros: int) -> int:
            value = byte
            for _ in range(8 * (zeros + 1)):
                value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
            return value

        for row in (0, 1, 4, 7):
            assert [int(TABLES[row, byte]) for byte in (0, 1, 128, 255)] == [
                shifted(byte, row) for byte in (0, 1, 128, 255)]


class TestFrames:
    @settings(deadline=None, max_examples=60)
    @given(st.lists(st.binary(max_size=200), max_size=10), st.lists(st.integers(1, 90), min_size=1, max_size=4))
    def test_any_pace_gives_the_same(self, sent: list[bytes], paces: list[int]) -> None:
        assert messages_of(stream(*sent), paces) == sent

    # Mutation: `self.start, self.end = 0, len(kept)` left out of `_Room.more` turns this red.
    def test_frames_larger_than_what_is_read_at_once(self) -> None:
        rng = np.random.default_rng(1)
        sent = [rng.bytes(size) for size in (10, READ_AT_ONCE - 5, 3 * READ_AT_ONCE + 1, 100, READ_AT_ONCE)]
        head = b"".join(varint(len(one)) + fast(one) + one for one in sent)
        assert messages_of(head, [READ_AT_ONCE]) == sent

    def test_room_does_not_grow_with_the_number_of_frames(self) -> None:
        one = bytes(40_000)
        sent = (varint(len(one)) + fast(one) + one) * 40
        rooms = {len(data) for data, _first, _last in frames(Paced(sent, [READ_AT_ONCE]))}
        assert max(rooms) <= 2 * (READ_AT_ONCE + len(one) + PADDING)

    def test_behind_each_message_lies_room_that_may_be_looked_at(self) -> None:
        for data, _first, last in frames(Paced(stream(b"a", b"bb", b"c" * 300), [7])):
            assert last + PADDING <= len(data)

    # Each field of a frame cut: length (2 bytes here), checksum, message.
    @settings(deadline=None)
    @given(st.integers(1, 305), st.lists(st.integers(1, 50), min_size=1, max_size=3))
    def test_cut_anywhere_but_between_frames(self, cut: int, paces: list[int]) -> None:
        sent = stream(b"ab", b"x" * 300)  # 7 bytes, then 306
        found = []
        with pytest.raises(UnreachableError, match="the answer of remote read is damaged"):
            for data, first, last in frames(Paced(sent[:-cut], paces)):
                found.append(data[first:last].tobytes())
        assert found == [b"ab"]  # what came whole was given

    @pytest.mark.parametrize("byte", range(6))
    def test_any_byte_of_a_frame_changed(self, byte: int) -> None:
        sent = bytearray(stream(b"z"))  # length, four bytes of checksum, one of message
        sent[byte] ^= 0x10
        with pytest.raises(UnreachableError, match="damaged"):
            messages_of(bytes(sent), [3])

    def test_a_length_beyond_reason_is_refused_before_it_is_read(self) -> None:
        source = Paced(varint(LARGEST) + bytes(100), [50])
        with pytest.raises(UnreachableError, match="damaged"):
            list(frames(source))
        assert len(source.asked) == 1

    def test_an_empty_answer_has_no_frames(self) -> None:
        assert messages_of(b"", [1]) == []


def fast(content: bytes) -> bytes:
    return crc32c(np.frombuffer(content + b"\x00", dtype=np.uint8).copy(), 0, len(content)).to_bytes(4, "big")


def test_both_checksums_agree_on_a_long_message() -> None:
    content = np.random.default_rng(2).bytes(1001)
    assert fast(content) == slow_crc32c(content).to_bytes(4, "big")
