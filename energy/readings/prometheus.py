"""Range queries over HTTP. The client library holds the connection; the answer is read here, because the library drops
the `warnings` by which Prometheus, Thanos and Mimir say that an answer is not whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import requests
from prometheus_api_client import PrometheusConnect
from urllib3.util.retry import Retry

from energy.errors import EnergyError, MissingDataError, PartialAnswerError, UnreachableError
from energy.interval import SETTLEMENT_S, Period
from infra.inventory.errors import N_

POINTS_MAX = 11_000  # Prometheus refuses more points per series in one query_range
TIMEOUT_S = 60
RETRIES = 2

Values = npt.NDArray[np.float64]
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Series:
    """One series on the edges of a period; NaN where the source has nothing."""

    labels: Mapping[str, str]
    values: Values


class Prometheus:
    """A source of readings that speaks the HTTP API of Prometheus (Thanos and Mimir speak it too)."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None, timeout_s: int = TIMEOUT_S) -> None:
        if not url.startswith(("http://", "https://")):
            raise EnergyError(N_("'{url}' is not the address of a Prometheus"), url=url,
                              remedy=N_("write it as http://127.0.0.1:9090"))
        self.url = url.rstrip("/")
        self._timeout_s = timeout_s
        self._session = requests.Session()
        # JSON is not compressed: on a local network the server's gzip is slower than the wire.
        self._session.headers.update({"Accept-Encoding": "identity", **(headers or {})})
        retry = Retry(total=RETRIES, backoff_factor=0.2, status_forcelist=(429, 502, 504))
        self._client = PrometheusConnect(url=self.url, session=self._session, retry=retry, timeout=timeout_s)

    def close(self) -> None:
        """Release the connections."""
        self._client.close()

    def on_edges(self, query: str, period: Period) -> list[Series]:
        """Return the series that answer `query` at every edge of `period`.

        Raises UnreachableError (down), PartialAnswerError (its own warnings), MissingDataError (it refuses the query).
        """
        edges = period.edges_s
        found: dict[Labels, Values] = {}
        for first in range(0, len(edges), POINTS_MAX):
            part = edges[first:first + POINTS_MAX]
            for labels, times, values in self._range(query, int(part[0]), int(part[-1])):
                row = found.setdefault(labels, np.full(len(edges), np.nan))
                row[first + (times - int(part[0])) // SETTLEMENT_S] = values
        return [Series(dict(labels), row) for labels, row in sorted(found.items())]

    def raw(self, selector: str, start_s: int, end_s: int) -> tuple[npt.NDArray[np.int64], Values]:
        """Return the raw samples (times [s], values) of the one series meant by `selector`, both ends included.

        Raises as `on_edges`, and MissingDataError when it is not one series.
        """
        answer = self._get("query", {"query": f"{selector}[{end_s - start_s + 1}s]", "time": str(end_s)})
        if len(answer) != 1:
            raise MissingDataError(N_("{count} series answer to {selector}, where one was expected"), where=self.url,
                                   count=len(answer), selector=selector,
                                   remedy=N_("two registers under one name: give each meter its own"))
        times, values = _points(answer[0]["values"])
        return times, values

    def _range(self, query: str, start_s: int, end_s: int) -> list[tuple[Labels, npt.NDArray[np.int64], Values]]:
        answer = self._get("query_range", {"query": query, "start": str(start_s), "end": str(end_s),
                                           "step": str(SETTLEMENT_S)})
        return [(tuple(sorted(series["metric"].items())), *_points(series["values"])) for series in answer]

    def _get(self, verb: str, parameters: Mapping[str, str]) -> list[Any]:
        try:
            response = self._session.post(f"{self.url}/api/v1/{verb}", data=parameters, timeout=self._timeout_s)
        except requests.RequestException as fault:
            raise UnreachableError(
                N_("Prometheus does not answer: {reason}"), where=self.url, reason=_reason_of(fault),
                remedy=N_("check that it runs there (`estran lab history` starts the lab's), then run again"),
            ) from fault
        return self._whole(response, parameters["query"])

    def _whole(self, response: requests.Response, query: str) -> list[Any]:
        try:
            document = json.loads(response.content)
            failed = document.get("status") != "success"
        except (ValueError, AttributeError) as fault:
            raise UnreachableError(
                N_("what answers is not Prometheus (HTTP status {status})"), where=self.url,
                status=response.status_code, remedy=N_("check the address and the credentials")) from fault
        if failed:
            raise MissingDataError(
                N_("Prometheus refuses a query: {reason}"), where=self.url, reason=document.get("error", ""),
                remedy=N_("raise the limit that it names, or ask for a shorter period"))
        said = document.get("warnings")
        if said:
            raise PartialAnswerError(
                N_("the answer is not whole, says the source: {warnings}. The query was {query}"), where=self.url,
                warnings="; ".join(said), query=query,
                remedy=N_("bring the missing store back, then run again: no report is made of part of the readings"))
        return list(document["data"]["result"])


def _points(pairs: list[list[Any]]) -> tuple[npt.NDArray[np.int64], Values]:
    times = np.fromiter((pair[0] for pair in pairs), dtype=np.float64, count=len(pairs))
    values = np.fromiter((float(pair[1]) for pair in pairs), dtype=np.float64, count=len(pairs))
    return np.rint(times).astype(np.int64), values


def _reason_of(fault: requests.RequestException) -> str:
    if isinstance(fault, requests.Timeout):
        return "timeout"
    inner = fault.args[0] if fault.args else fault
    return str(getattr(inner, "reason", inner)).rsplit(": ", 1)[-1].rstrip(")>'\"")
