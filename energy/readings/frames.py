"""A stream of bytes to the frames of remote read: length (varint), CRC-32C (4 bytes), message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from energy.readings.crc32c import crc32c
from energy.readings.wire import damaged
from energy.readings.xor_chunks import PADDING, Bytes, varint

READ_AT_ONCE = 1 << 18
LARGEST = 1 << 28  # bytes; Prometheus sends frames of 1 MiB (`--storage.remote.read-max-bytes-in-frame`)


class Stream(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""


class _Room:
    """The bytes read and not yet used, at the front of an array that grows to the largest frame."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.data = np.zeros(READ_AT_ONCE + PADDING, dtype=np.uint8)
        self.start = self.end = 0

    def more(self, needed: int) -> bool:
        """Read on until `needed` bytes are there from `start`; return False when the stream ends before."""
        while self.end - self.start < needed:
            block = self._stream.read(READ_AT_ONCE)
            if not block:
                return False
            kept = self.data[self.start:self.end]
            if self.end + len(block) + PADDING > len(self.data):
                size = max(len(self.data), 2 * (len(kept) + len(block) + PADDING))
                room = np.zeros(size, dtype=np.uint8) if size > len(self.data) else self.data
                room[:len(kept)] = kept.copy()
                self.data, self.start, self.end = room, 0, len(kept)
            self.data[self.end:self.end + len(block)] = np.frombuffer(block, dtype=np.uint8)
            self.end += len(block)
        return True


def frames(stream: Stream) -> Iterator[tuple[Bytes, int, int]]:
    """Yield (bytes, start, end) of each message; valid until the next. Raises UnreachableError when one is damaged."""
    room = _Room(stream)
    while room.more(1):
        size, at = varint(room.data, room.start, room.end)
        while at < 0:
            if room.end - room.start > 10 or not room.more(room.end - room.start + 1):
                raise damaged()
            size, at = varint(room.data, room.start, room.end)
        head = at - room.start
        if not 0 <= size < LARGEST or not room.more(head + 4 + size):
            raise damaged()
        first = room.start + head + 4
        said = int.from_bytes(room.data[first - 4:first].tobytes(), "big")
        if crc32c(room.data, first, first + size) != said:
            raise damaged()
        yield room.data, first, first + size
        room.start = first + size
