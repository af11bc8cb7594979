"""Remote read: POST /api/v1/read, in streamed chunks where the server streams, in plain samples where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import cramjam
import numpy as np
import requests
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from energy.errors import UnreachableError
from energy.readings.chunked import ChunkedReader
from energy.readings.connection import Connection, reason_of
from energy.readings.frames import Stream
from energy.readings.source import RawSeries
from energy.readings.wire import damaged, fields, labels_of, read_request, samples_of
from infra.inventory.errors import N_

ATTEMPTS = 4
_STREAMED = "application/x-streamed-protobuf"
_OFF = (404, 405, 501)  # what servers say that have no remote read (Thanos Query among them)
_LATER = (408, 425, 429)  # too slow, too early, too often: worth asking again
_HEADERS = {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
            "X-Prometheus-Remote-Read-Version": "0.1.0"}


class NoRemoteReadError(Exception):
    """The server has no remote read: the caller asks in another way. No person ever sees it."""


class FinalError(UnreachableError):
    """The server refused the request itself (a status of 4xx): asked again, it would say the same."""


class RemoteRead:
    """Raw samples in bulk. A broken connection is taken up again after the last whole series of its window."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._reader = ChunkedReader()

    def window(self, matchers: Mapping[str, str], span_ms: tuple[int, int]) -> Iterator[RawSeries]:
        """Yield every series that equals `matchers`, both ends of the span included; each is valid until the next.

        Raises NoRemoteReadError before the first series when there is no remote read, else UnreachableError.
        """
        delivered: set[frozenset[tuple[str, str]]] = set()
        for attempt in Retrying(stop=stop_after_attempt(ATTEMPTS), wait=wait_exponential(0.2, max=5), reraise=True,
                                retry=retry_if_exception(_may_heal)):
            with attempt:
                for series in self._once(matchers, span_ms):
                    key = frozenset(series.labels.items())
                    if key not in delivered:
                        delivered.add(key)
                        yield series

    def _once(self, matchers: Mapping[str, str], span_ms: tuple[int, int]) -> Iterator[RawSeries]:
        body = bytes(cramjam.snappy.compress_raw(read_request(matchers, span_ms)))
        try:
            with self._connection.session.post(f"{self._connection.url}/api/v1/read", data=body, headers=_HEADERS,
                                               stream=True, timeout=self._connection.timeout_s) as response:
                self._refuse(response)
                if response.headers.get("Content-Type", "").startswith(_STREAMED):
                    yield from self._reader.series(_Body(response), span_ms)
                else:
                    yield from _plain(response.content, span_ms)
        except requests.RequestException as fault:
            raise self._unreachable(reason_of(fault)) from fault

    def _refuse(self, response: requests.Response) -> None:
        if response.status_code in _OFF:
            raise NoRemoteReadError(response.status_code)
        if response.status_code != 200:
            final = 400 <= response.status_code < 500 and response.status_code not in _LATER
            raise self._unreachable(f"HTTP {response.status_code}: {response.text[:200].strip()}",
                                    FinalError if final else UnreachableError)

    def _unreachable(self, reason: str, kind: type[UnreachableError] = UnreachableError) -> UnreachableError:
        return kind(N_("remote read does not answer: {reason}"), where=self._connection.url, reason=reason,
                    remedy=N_("check the address and the credentials, then run again; without remote read the HTTP API "
                              "serves, more slowly"))


class _Body(Stream):
    """The body of an answer; a connection that breaks is a fault of requests, as everywhere else."""

    def __init__(self, response: requests.Response) -> None:
        self._response = response

    def read(self, size: int, /) -> bytes:
        from urllib3.exceptions import HTTPError

        try:
            return bytes(self._response.raw.read(size))
        except (HTTPError, OSError) as fault:
            raise requests.ConnectionError(fault) from fault


def _may_heal(fault: BaseException) -> bool:
    return isinstance(fault, UnreachableError) and not isinstance(fault, FinalError)


def _plain(body: bytes, span_ms: tuple[int, int]) -> Iterator[RawSeries]:
    """Yield the series of a ReadResponse: results, each with its timeseries."""
    try:
        message = bytes(cramjam.snappy.decompress_raw(body))
    except cramjam.DecompressionError as fault:
        raise damaged() from fault
    for _number, result in fields(message):
        for _number, series in fields(bytes(result) if isinstance(result, bytes) else b""):
            if isinstance(series, bytes):
                times, values = samples_of(series)
                inside = (times >= span_ms[0]) & (times <= span_ms[1])
                yield RawSeries(labels_of(series), np.ascontiguousarray(times[inside]),
                                np.ascontiguousarray(values[inside]))
