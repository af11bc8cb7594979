"""The frames of one streamed answer to raw samples, series by series, in memory that does not grow with the range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from energy.errors import UnreachableError
from energy.readings.frames import Stream, frames
from energy.readings.source import RawSeries, Times
from energy.readings.wire import damaged, labels_of
from energy.readings.xor_chunks import OTHER_ENCODING, TOO_SMALL, Bytes, series_of, varint
from infra.inventory.errors import N_

FIRST_ROOM = 1 << 14  # samples; doubled when a series of one window holds more
_SERIES = 0x0A


class ChunkedReader:
    """Decodes into arrays that it uses again and again, and knows the labels it has met."""

    def __init__(self) -> None:
        self._times = np.empty(FIRST_ROOM, dtype=np.int64)
        self._bits = np.empty(FIRST_ROOM, dtype=np.int64)
        self._known: dict[bytes, Mapping[str, str]] = {}

    def series(self, stream: Stream, span_ms: tuple[int, int]) -> Iterator[RawSeries]:
        """Yield every series of the stream within the span, each whole: a series may lie in several frames.

        Raises UnreachableError when the answer is damaged or carries histograms.
        """
        window = np.array(span_ms, dtype=np.int64)
        current, held = b"", 0
        for data, start, end in frames(stream):
            for first, last in _messages(data, start, end):
                count, labels_end = self._decode(data, first, last, window, held)
                head = data[first:labels_end].tobytes()
                if head != current:
                    if held:
                        yield self._piece(current, held)
                        self._times[:count] = self._times[held:held + count]
                        self._bits[:count] = self._bits[held:held + count]
                    current, held = head, 0
                held += count
        if held:
            yield self._piece(current, held)

    def _decode(self, data: Bytes, first: int, last: int, window: Times, held: int) -> tuple[int, int]:
        while True:
            count, labels_end = series_of(data, first, last, window, self._times[held:], self._bits[held:])
            if count >= 0:
                return count, labels_end
            if count == OTHER_ENCODING:
                raise UnreachableError(
                    N_("the answer of remote read carries chunks that are no plain samples (histograms)"),
                    remedy=N_("record the register as a counter: no meter is a histogram"))
            if count != TOO_SMALL:
                raise damaged()
            self._times = np.concatenate([self._times, np.empty_like(self._times)])
            self._bits = np.concatenate([self._bits, np.empty_like(self._bits)])

    def _piece(self, head: bytes, count: int) -> RawSeries:
        labels = self._known.get(head)
        if labels is None:
            labels = self._known[head] = labels_of(head)
        return RawSeries(labels, self._times[:count], self._bits[:count].view(np.float64))


def _messages(data: Bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of every ChunkedSeries of a ChunkedReadResponse."""
    while at < end:
        tag, at = varint(data, at, end)
        size, at = varint(data, at, end)  # of field 2, the number of the query, it is the value itself
        if at < 0 or (tag == _SERIES and not 0 <= size <= end - at):
            raise damaged()
        if tag == _SERIES:
            yield at, at + size
            at += size
