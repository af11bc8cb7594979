"""CRC-32C (Castagnoli; RFC 3720, 12.1), eight bytes a step: each frame of a remote read carries one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from energy.readings.compiled import compiled

POLYNOMIAL = 0x82F63B78


def _tables() -> npt.NDArray[np.uint32]:
    tables = np.zeros((8, 256), dtype=np.uint32)
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (POLYNOMIAL if value & 1 else 0)
        tables[0, byte] = value
    for row in range(1, 8):
        before = tables[row - 1]
        tables[row] = (before >> 8) ^ tables[0][before & 0xFF]
    return tables


TABLES = _tables()


@compiled("uint32(uint8[::1], int64, int64)")
def crc32c(data: npt.NDArray[np.uint8], start: int, end: int) -> int:
    """Return the checksum of `data` from `start` to `end`, excluded."""
    value, at = np.uint32(0xFFFFFFFF), start
    while at + 8 <= end:
        value = TABLES[7, (value & 0xFF) ^ data[at]] ^ TABLES[6, ((value >> 8) & 0xFF) ^ data[at + 1]] \
            ^ TABLES[5, ((value >> 16) & 0xFF) ^ data[at + 2]] ^ TABLES[4, (value >> 24) ^ data[at + 3]] \
            ^ TABLES[3, data[at + 4]] ^ TABLES[2, data[at + 5]] ^ TABLES[1, data[at + 6]] ^ TABLES[0, data[at + 7]]
        at += 8
    while at < end:
        value = TABLES[0, (value ^ data[at]) & 0xFF] ^ (value >> 8)
        at += 1
    return int(value ^ 0xFFFFFFFF)
