"""The few protobuf messages of Prometheus's remote read, by hand: varints, lengths, labels (prometheus/prompb)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from energy.errors import UnreachableError
from infra.inventory.errors import N_

STREAMED_XOR_CHUNKS = 1
Field = tuple[int, bytes | int]
_ZERO = bytes(8)  # the double 0: who sends leaves it out


def varint(value: int) -> bytes:
    """Return an unsigned varint."""
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _text(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value & (1 << 64) - 1)


def read_request(matchers: Mapping[str, str], span_ms: tuple[int, int], streamed: bool = True) -> bytes:
    """Return a ReadRequest of one query: series that equal all `matchers`, from and to [ms], both included."""
    query = _number(1, span_ms[0]) + _number(2, span_ms[1])
    for name, value in matchers.items():
        query += _text(3, _text(2, name.encode()) + _text(3, value.encode()))
    accepted = _number(2, STREAMED_XOR_CHUNKS) if streamed else b""
    return _text(1, query) + accepted


def fields(message: bytes | memoryview) -> Iterator[Field]:
    """Yield (field number, value) of a message: whole numbers, or bytes. Raises UnreachableError when it is cut."""
    at, end = 0, len(message)
    while at < end:
        tag, at = _read_varint(message, at)
        if tag & 7 == 0:
            value, at = _read_varint(message, at)
            yield tag >> 3, value
            continue
        if tag & 7 == 2:
            size, at = _read_varint(message, at)
        else:
            size = {1: 8, 5: 4}.get(tag & 7, end)
        if at + size > end:
            raise damaged()
        yield tag >> 3, bytes(message[at:at + size])
        at += size


def labels_of(message: bytes) -> dict[str, str]:
    """Return the labels of the head of a series (field 1, repeated: name, value). Raises UnreachableError."""
    found = {}
    for number, content in fields(message):
        if number == 1 and isinstance(content, bytes):
            pair = dict(fields(content))
            found[_decoded(pair.get(1, b""))] = _decoded(pair.get(2, b""))
    return found


def damaged() -> UnreachableError:
    """Return the refusal of an answer that can't be read."""
    return UnreachableError(N_("the answer of remote read is damaged"), remedy=N_("run again; if it comes again, look "
                            "for a proxy in between that changes answers, or switch remote read off"))


def _decoded(content: bytes | int) -> str:
    try:
        if isinstance(content, bytes):
            return content.decode()
    except UnicodeDecodeError as fault:
        raise damaged() from fault
    raise damaged()


def _read_varint(message: bytes | memoryview, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while at < len(message) and shift < 64:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    raise damaged()


def samples_of(series: bytes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return times [ms] and values of a TimeSeries (field 2, repeated: value as a double, time).

    Raises UnreachableError when a field is of another kind.
    """
    times, values = [], []
    for number, content in fields(series):
        if number == 2 and isinstance(content, bytes):
            sample = dict(fields(content))
            stamp, value = sample.get(2, 0), sample.get(1, _ZERO)
            if not isinstance(stamp, int) or not isinstance(value, bytes) or len(value) != len(_ZERO):
                raise damaged()
            times.append(stamp - (1 << 64 if stamp >> 63 else 0))
            values.append(struct.unpack("<d", value)[0])
    return np.array(times, dtype=np.int64), np.array(values, dtype=np.float64)
