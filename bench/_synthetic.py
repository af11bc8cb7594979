"""A stream of remote read's frames made on the fly: registers under changing load, at one sample a minute."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from energy.readings.allow import Allow
from energy.readings.chunked import ChunkedReader
from energy.readings.compiled import compiled
from energy.readings.crc32c import crc32c
from energy.readings.finding import Finding
from energy.readings.source import RawSeries, Series
from energy.readings.windows import plan
from energy.readings.wire import varint

Bytes = npt.NDArray[np.uint8]
PER_CHUNK = 120
BEGAN_MS = 1_262_300_400_000  # 2010: every register stood at zero


@compiled("int64(uint8[::1], int64, uint64, int64)")
def _put(data: Bytes, bit: int, value: int, count: int) -> int:
    """Write `count` bits at bit number `bit`; return the bit after."""
    for position in range(count - 1, -1, -8):
        size = min(8, position + 1)
        part = np.int64((value >> np.uint64(position + 1 - size)) & np.uint64((1 << size) - 1))
        byte, shift = bit >> 3, 16 - (bit & 7) - size
        data[byte] |= (part << shift) >> 8
        data[byte + 1] |= (part << shift) & 255
        bit += size
    return bit


@compiled("int64(uint8[::1], int64, int64, int64, float64[::1])")
def encode(data: Bytes, at: int, first_ms: int, step_ms: int, values: npt.NDArray[np.float64]) -> int:
    """Write one XOR chunk of evenly spaced samples at byte `at` (zeroed before); return the byte after."""
    bits = values.view(np.uint64)
    data[at], data[at + 1] = len(values) >> 8, len(values) & 255
    at += 2
    for number in (first_ms << 1, step_ms):
        if number == step_ms:
            _put(data, at * 8, bits[0], 64)
            at += 8
        while number > 127:
            data[at] = number & 127 | 128
            at, number = at + 1, number >> 7
        data[at] = number
        at += 1
    bit, leading, trailing = at * 8, -1, 0
    for position in range(1, len(values)):
        bit += position > 1  # the delta of deltas is 0: one bit, 0
        change = bits[position] ^ bits[position - 1]
        if change == 0:
            bit += 1
            continue
        zeros = 0
        while not change >> np.uint64(63 - zeros) and zeros < 31:
            zeros += 1
        ends = 0
        while not (change >> np.uint64(ends)) & np.uint64(1):
            ends += 1
        if leading >= 0 and zeros >= leading and ends >= trailing:
            bit = _put(data, bit, np.uint64(2), 2)
        else:
            leading, trailing = zeros, ends
            bit = _put(data, bit, np.uint64(3), 2)
            bit = _put(data, bit, np.uint64(leading), 5)
            bit = _put(data, bit, np.uint64((64 - leading - trailing) & 63), 6)
        bit = _put(data, bit, change >> np.uint64(trailing), 64 - leading - trailing)
    return (bit + 7) >> 3


class Synthetic:
    """A source whose answers are made as they are read; `making_s` is what the making itself took."""

    may_downsample = True
    where = "synthetic"

    def __init__(self, watts: Mapping[str, float]) -> None:
        self._watts = dict(sorted(watts.items()))
        self._reader = ChunkedReader()
        self.making_s, self.samples_made, self.bytes_made = 0.0, 0, 0

    def close(self) -> None:
        pass

    def take_findings(self) -> tuple[Finding, ...]:
        return ()

    def latest(self, *_asked: object) -> list[Series]:
        return []

    means = latest

    def samples(self, metric: str, _matchers: Mapping[str, str], span_ms: tuple[int, int],
                _allow: Allow) -> Iterator[RawSeries]:
        for window in plan(len(self._watts), span_ms, 60, bulk=True).windows:
            yield from self._reader.series(_Stream(self, metric, window), window)

    def frames(self, metric: str, span_ms: tuple[int, int]) -> Iterator[bytes]:
        """Yield a frame per meter: its samples of the window, in chunks of 120."""
        moments = np.arange(-(-span_ms[0] // 60_000) * 60_000, span_ms[1] + 1, 60_000)
        shape = 1.0 + 0.3 * np.sin(moments / 86_400_000 * 2 * np.pi)
        hours = (moments - BEGAN_MS) / 3_600_000
        room = np.zeros(16 * PER_CHUNK + 64, dtype=np.uint8)
        for number, (name, power_w) in enumerate(self._watts.items()):
            # three decimals, as meters write; the shape moves with the day, the register only ever grows
            values = np.round(power_w * (hours + 0.5 * shape) + number, 3)
            labels = b"".join(_field(1, _field(1, key) + _field(2, value)) for key, value in (
                (b"__name__", metric.encode()), (b"meter", name.encode()), (b"site", b"small")))
            chunks = b"".join(self._chunk(room, moments[at:at + PER_CHUNK], values[at:at + PER_CHUNK])
                              for at in range(0, len(moments), PER_CHUNK))
            message = _field(1, labels + chunks)
            check = crc32c(np.frombuffer(message, dtype=np.uint8).copy(), 0, len(message))
            self.samples_made += len(moments)
            yield varint(len(message)) + int(check).to_bytes(4, "big") + message

    @staticmethod
    def _chunk(room: Bytes, moments: npt.NDArray[np.int64], values: npt.NDArray[np.float64]) -> bytes:
        room[:] = 0
        end = encode(room, 0, int(moments[0]), 60_000, np.ascontiguousarray(values))
        return _field(2, b"\x18\x01" + _field(4, room[:end].tobytes()))


class _Stream:
    def __init__(self, source: Synthetic, metric: str, span_ms: tuple[int, int]) -> None:
        self._source, self._frames, self._kept = source, source.frames(metric, span_ms), bytearray()

    def read(self, size: int, /) -> bytes:
        began = time.perf_counter()
        while len(self._kept) < size and (frame := next(self._frames, None)):
            self._kept += frame
        block = bytes(self._kept[:size])
        del self._kept[:size]
        self._source.bytes_made += len(block)
        self._source.making_s += time.perf_counter() - began
        return block


def _field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def outlets(first: int, count: int) -> dict[str, float]:
    """Return watts of outlets by meter id."""
    return {f"o-{number:05}": 150.0 + 5 * (number % 61) for number in range(first, first + count)}
