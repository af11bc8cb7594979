"""Prometheus's XOR chunks (Gorilla: VLDB 2015, 4.1) to times and values, a frame of remote read at a time.

Layout of a chunk: number of samples (2 bytes, big-endian); first time as signed varint [ms] and first value as 8 bytes;
second time as unsigned varint delta; then deltas of deltas (0, 14, 17, 20 or 64 bits), values XORed with the last.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from energy.readings.compiled import compiled

Bytes = npt.NDArray[np.uint8]
Whole = npt.NDArray[np.int64]
Int: TypeAlias = Any  # int64 or uint64, as the signatures say: numpy's annotations can't mix the two

# what `series_of` returns in place of a count
BAD_FRAME, TOO_SMALL, OTHER_ENCODING = -1, -2, -3
XOR = 1
PADDING = 24  # bytes behind a frame that may be looked at, never used


@compiled("uint64(uint8[::1], int64)")
def _word(data: Bytes, bit: Int) -> Int:
    """Return 64 bits from bit number `bit` on, the first of them the most significant."""
    byte, shift = bit >> 3, np.uint64(bit & 7)
    word = (np.uint64(data[byte]) << np.uint64(56)) | (np.uint64(data[byte + 1]) << np.uint64(48)) \
        | (np.uint64(data[byte + 2]) << np.uint64(40)) | (np.uint64(data[byte + 3]) << np.uint64(32)) \
        | (np.uint64(data[byte + 4]) << np.uint64(24)) | (np.uint64(data[byte + 5]) << np.uint64(16)) \
        | (np.uint64(data[byte + 6]) << np.uint64(8)) | np.uint64(data[byte + 7])
    return np.uint64((word << shift) | (np.uint64(data[byte + 8]) >> (np.uint64(8) - shift)))


@compiled("UniTuple(int64, 2)(uint8[::1], int64, int64)")
def varint(data: Bytes, at: Int, end: Int) -> tuple[Int, Int]:
    """Return an unsigned varint and where it ends, (0, -1) when it runs over `end`."""
    value, shift = np.int64(0), np.int64(0)
    while 0 <= at < end and shift < 64:  # −1: what was read before ran over the end already
        byte = np.int64(data[at])
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    return np.int64(0), np.int64(-1)


@compiled("UniTuple(int64, 2)(uint8[::1], int64)")
def _delta_of_delta(data: Bytes, bit: Int) -> tuple[Int, Int]:
    """Return a delta of deltas [ms] and the bit after it."""
    word = _word(data, bit)
    if word >> np.uint64(63) == 0:
        return np.int64(0), bit + 1
    prefix, length = 2, 14
    if word >> np.uint64(60) == 15:
        return np.int64(_word(data, bit + 4)), bit + 68
    if word >> np.uint64(60) == 14:
        prefix, length = 4, 20
    elif word >> np.uint64(61) == 6:
        prefix, length = 3, 17
    found = np.int64((word << np.uint64(prefix)) >> np.uint64(64 - length))
    if found > np.int64(1) << (length - 1):
        found -= np.int64(1) << length
    return found, bit + prefix + length


@compiled("int64(uint8[::1], int64, int64, int64[::1], int64, int64[::1], int64[::1])")
def _chunk(data: Bytes, at: Int, end: Int, window: Whole, count: Int, times: Whole, values: Whole) -> Int:
    """Add the samples of one chunk that lie within `window` [ms], values as bits; return the new count or a fault."""
    samples = (np.int64(data[at]) << 8) | np.int64(data[at + 1])
    raw, at = varint(data, at + 2, end)
    moment = (raw >> 1) ^ -(raw & 1)
    if at < 0 or at + 8 > end:
        return BAD_FRAME
    bits, bit = _word(data, at * 8), (at + 8) * 8
    delta, leading, trailing = np.int64(0), np.uint64(0), np.uint64(0)
    for number in range(samples):
        if number == 1:
            delta, at = varint(data, bit >> 3, end)
            if at < 0:
                return BAD_FRAME
            bit = at * 8
        elif number > 1:
            change, bit = _delta_of_delta(data, bit)
            delta += change
        if number:
            moment += delta
            word = _word(data, bit)
            if word >> np.uint64(63) == 0:
                bit += 1
            else:
                bit += 2
                if word >> np.uint64(62) == 3:
                    leading = (word >> np.uint64(57)) & np.uint64(31)
                    size = (word >> np.uint64(51)) & np.uint64(63)
                    trailing = np.uint64(0) if size == 0 else np.uint64(64) - leading - size
                    bit += 11
                size = np.uint64(64) - leading - trailing
                bits ^= (_word(data, bit) >> (np.uint64(64) - size)) << trailing
                bit += np.int64(size)
            if bit > end * 8:
                return BAD_FRAME
        if window[0] <= moment <= window[1]:
            if count == len(times):
                return TOO_SMALL
            times[count], values[count] = moment, np.int64(bits)
            count += 1
    return count


@compiled("UniTuple(int64, 3)(uint8[::1], int64, int64)")
def _chunk_data(data: Bytes, at: Int, end: Int) -> tuple[Int, Int, Int]:
    """Return encoding, start and end of the data of a Chunk message; start is -1 when it can't be read."""
    encoding, first, last = np.int64(0), np.int64(-1), np.int64(-1)
    while at < end:
        tag, at = varint(data, at, end)
        value, at = varint(data, at, end)
        if at < 0:
            return encoding, np.int64(-1), last
        if tag == 0x18:
            encoding = value
        elif tag == 0x22:
            if value < 0 or value > end - at:
                return encoding, np.int64(-1), last
            first, last = at, at + value
            at = last
    return encoding, first, last


@compiled("UniTuple(int64, 2)(uint8[::1], int64, int64, int64[::1], int64[::1], int64[::1])")
def series_of(data: Bytes, at: Int, end: Int, window: Whole, times: Whole, values: Whole) -> tuple[Int, Int]:
    """Decode one ChunkedSeries message; return how many samples lie within `window` (or a fault), and its labels' end.

    `values` receives the bits of the doubles. `data` goes on for PADDING bytes behind `end` at least.
    """
    count, labels_end = np.int64(0), at
    while at < end:
        tag, at = varint(data, at, end)
        size, at = varint(data, at, end)
        if at < 0 or size < 0 or size > end - at:  # a sum could overflow
            return np.int64(BAD_FRAME), labels_end
        if tag == 0x12:
            encoding, first, last = _chunk_data(data, at, at + size)
            if first < 0 or last - first < 2:
                return np.int64(BAD_FRAME), labels_end
            if encoding != XOR:
                return np.int64(OTHER_ENCODING), labels_end
            count = _chunk(data, first, last, window, count, times, values)
            if count < 0:
                return count, labels_end
        at += size
        if tag == 0x0A:
            labels_end = at
    return count, labels_end
