"""A Prometheus, or what speaks like one (Thanos, Mimir): range queries over HTTP, raw samples by remote read or HTTP.

The client library holds the connection; answers are read here, because the library drops the `warnings` by which
these servers say that an answer is not whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import requests
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from energy.errors import MissingDataError, PartialAnswerError, UnreachableError
from energy.interval import SETTLEMENT_S, Period
from energy.readings.allow import NOTHING, PARTIAL, Allow
from energy.readings.connection import TIMEOUT_S, Access, Connection, reason_of
from energy.readings.finding import Finding, FindingKind
from energy.readings.source import Matchers, RawSeries, Times
from energy.readings.source import Series as Series
from energy.readings.source import Values as Values
from energy.readings.windows import POINTS_MAX, plan, points_at_once
from infra.inventory.errors import N_

if TYPE_CHECKING:
    from energy.readings.remote_read import RemoteRead

ATTEMPTS = 3
SCRAPE_S = 60  # for plans only: a denser series makes more samples than planned, a fifth of the limit is kept for that
# The last sample of the interval's 15 minutes, its left edge excluded: it belongs to the interval before.
_WINDOW_S = SETTLEMENT_S - 1

Labels = tuple[tuple[str, str], ...]


class Prometheus:
    """A source of readings that speaks the HTTP API of Prometheus."""

    may_downsample = True  # Thanos thins out: 5 minutes after 40 hours, an hour after 10 days

    def __init__(self, url: str, access: Access | None = None, timeout_s: int = TIMEOUT_S) -> None:
        self._access = access or Access()
        self._connection = Connection(url, self._access, timeout_s)
        self._bulk = self._access.remote_read
        self._remote: RemoteRead | None = None
        self._warned: dict[str, None] = {}  # each warning once, in order: every window repeats it
        self.url = self.where = self._connection.url

    def close(self) -> None:
        """Release the connections."""
        self._connection.close()

    def take_findings(self) -> tuple[Finding, ...]:
        """Return what the source said about its answers since the last call, and forget it."""
        said, self._warned = tuple(self._warned), {}
        what = N_("the answer is not whole, says the source: {warnings}")
        return tuple(Finding(FindingKind.PARTIAL, self.url, what, figures={"warnings": warnings}) for warnings in said)

    def on_edges(self, query: str, period: Period, allow: Allow = NOTHING, points: int = POINTS_MAX) -> list[Series]:
        """Return the series that answer `query` at every edge of `period`, asked for `points` edges at a time.

        Raises UnreachableError (down), PartialAnswerError (its own warnings), MissingDataError (it refuses the query).
        """
        edges = period.edges_s
        found: dict[Labels, Values] = {}
        for first in range(0, len(edges), points):
            part = edges[first:first + points]
            question = {"query": query, "start": str(part[0]), "end": str(part[-1]), "step": str(SETTLEMENT_S)}
            for series in self._ask("query_range", question, allow)["result"]:
                row = found.setdefault(tuple(sorted(series["metric"].items())), np.full(len(edges), np.nan))
                times_ms, values = _points(series["values"])
                row[first + (times_ms // 1000 - int(part[0])) // SETTLEMENT_S] = values
        return [Series(dict(labels), row) for labels, row in sorted(found.items())]

    def latest(self, metric: str, matchers: Matchers, period: Period, allow: Allow = NOTHING) -> list[Series]:
        """Return the last sample of each interval (see `Source.latest`)."""
        return self._over_time("last", metric, matchers, period, allow)

    def means(self, metric: str, matchers: Matchers, period: Period, allow: Allow = NOTHING) -> list[Series]:
        """Return the mean of each interval (see `Source.means`)."""
        return self._over_time("avg", metric, matchers, period, allow)

    def samples(self, metric: str, matchers: Matchers, span_ms: tuple[int, int],
                allow: Allow = NOTHING) -> Iterator[RawSeries]:
        """Yield raw samples (see `Source.samples`): by remote read where the server has it, else by instant queries."""
        series = self.count(metric, matchers, span_ms, allow)
        for window in plan(series, span_ms, SCRAPE_S, self._bulk).windows if series else ():
            yield from self._window(metric, matchers, window, allow)

    def count(self, metric: str, matchers: Matchers, span_ms: tuple[int, int], allow: Allow = NOTHING) -> int:
        """Return how many series there are; that answer's warnings count for what is then read without any."""
        question = {"match[]": selector(metric, matchers), "start": _seconds(span_ms[0]), "end": _seconds(span_ms[1])}
        return len(self._ask("series", question, allow))

    def _window(self, metric: str, matchers: Matchers, window: tuple[int, int], allow: Allow) -> Iterator[RawSeries]:
        from energy.readings.remote_read import NoRemoteReadError, RemoteRead

        if self._bulk:
            self._remote = self._remote or RemoteRead(self._connection)  # it knows the labels of windows before
            try:
                yield from self._remote.window({"__name__": metric, **matchers}, window)
            except NoRemoteReadError:
                self._bulk = False
        if not self._bulk:
            spans = plan(self.count(metric, matchers, window, allow), window, SCRAPE_S, bulk=False).windows
            for span in spans:
                yield from self._by_query(metric, matchers, span, allow)

    def _by_query(self, metric: str, matchers: Matchers, span_ms: tuple[int, int], allow: Allow) -> Iterator[RawSeries]:
        # A window of Prometheus 2 is closed on the left, that of Prometheus 3 is open: ask for more, then cut.
        length_ms = span_ms[1] - span_ms[0] + 1
        question = {"query": f"{selector(metric, matchers)}[{length_ms}ms]", "time": _seconds(span_ms[1])}
        for series in self._ask("query", question, allow)["result"]:
            times_ms, values = _points(series["values"])
            inside = (times_ms >= span_ms[0]) & (times_ms <= span_ms[1])
            yield RawSeries(series["metric"], times_ms[inside], values[inside])

    def _over_time(self, function: str, metric: str, matchers: Matchers, period: Period, allow: Allow) -> list[Series]:
        edges = period.edges_s
        series = self.count(metric, matchers, (int(edges[0]) * 1000, int(edges[-1]) * 1000), allow)
        query = f"{function}_over_time({selector(metric, matchers)}[{_WINDOW_S}s])"
        return self.on_edges(query, period, allow, points_at_once(series, SETTLEMENT_S // SCRAPE_S)) if series else []

    def _ask(self, verb: str, question: Mapping[str, str], allow: Allow) -> Any:
        """Return the data of an answer. What breaks on the way is asked again, and nothing else of the whole read."""
        try:
            for attempt in Retrying(stop=stop_after_attempt(ATTEMPTS), wait=wait_exponential(0.2, max=5),
                                    retry=retry_if_exception(_broke_off), reraise=True):
                with attempt:
                    response = self._connection.session.post(
                        f"{self.url}/api/v1/{verb}", data={**question, **self._access.parameters},
                        timeout=self._connection.timeout_s)
        except requests.RequestException as fault:
            raise UnreachableError(
                N_("Prometheus does not answer: {reason}"), where=self.url, reason=reason_of(fault),
                remedy=N_("check that it runs there (`estran lab history` starts the lab's), then run again"),
            ) from fault
        document = self._document(response)
        self._hear(document.get("warnings"), question.get("query") or question["match[]"], allow)
        return document["data"]

    def _document(self, response: requests.Response) -> dict[str, Any]:
        try:
            document = json.loads(response.content)
            failed = document.get("status") != "success"
            if not failed and "data" not in document:
                raise ValueError("no data")
        except (ValueError, AttributeError) as fault:
            raise UnreachableError(
                N_("what answers is not Prometheus (HTTP status {status})"), where=self.url,
                status=response.status_code, remedy=N_("check the address and the credentials")) from fault
        if failed:
            raise MissingDataError(
                N_("Prometheus refuses a query: {reason}"), where=self.url, reason=document.get("error", ""),
                remedy=N_("raise the limit that it names, or ask for a shorter period"))
        return dict(document)

    def _hear(self, warnings: list[str] | None, query: str, allow: Allow) -> None:
        if not warnings:
            return
        said = "; ".join(warnings)
        if PARTIAL in allow:
            self._warned[said] = None
            return
        raise PartialAnswerError(
            N_("the answer is not whole, says the source: {warnings}. The query was {query}"), where=self.url,
            warnings=said, query=query,
            remedy=N_("bring the missing store back, then run again (`--allow partial` lets it pass, and the page says "
                      "so): no report is made of part of the readings"))


def selector(metric: str, matchers: Matchers) -> str:
    """Return the PromQL selector of a metric and labels that must be equal."""
    pairs = ",".join(f"{name}={json.dumps(value)}" for name, value in matchers.items())
    return f"{metric}{{{pairs}}}"


def _seconds(moment_ms: int) -> str:
    return f"{moment_ms // 1000}.{moment_ms % 1000:03d}" if moment_ms % 1000 else str(moment_ms // 1000)


def _points(pairs: list[list[Any]]) -> tuple[Times, Values]:
    times = np.fromiter((pair[0] for pair in pairs), dtype=np.float64, count=len(pairs))
    values: npt.NDArray[np.float64] = np.fromiter((float(pair[1]) for pair in pairs), np.float64, count=len(pairs))
    return np.rint(times * 1000).astype(np.int64), values


def _broke_off(fault: BaseException) -> bool:
    """Return whether a connection broke while an answer came: worth asking again (a refused one was tried before)."""
    broken = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    return isinstance(fault, broken) and not isinstance(fault, requests.Timeout) and "Max retries" not in str(fault)
