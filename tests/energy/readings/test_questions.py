"""What is asked of the HTTP API and what is made of its answers: raw samples by queries, means, warnings, nonsense."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from energy.errors import EnergyError, MissingDataError, PartialAnswerError, UnreachableError
from energy.interval import Period
from energy.readings.allow import allow
from energy.readings.connection import Access
from energy.readings.finding import FindingKind
from energy.readings.prometheus import Prometheus, selector
from energy.readings.source import RawSeries, Series
from energy.readings.windows import POINTS_MAX, SAMPLES_MAX
from tests.energy.readings.scripted import Answer, Asked, failure, scripted, success
from tests.energy.readings.test_prometheus import HOUR, START, ask, points

BY_QUERY = Access(remote_read=False)
FIRST_MS = int(START.timestamp()) * 1000


def listed(count: int, **more: object) -> Answer:
    """Return what `/series` answers: the labels of so many series."""
    return 200, json.dumps({"status": "success", "data": [{"meter": str(n)} for n in range(count)], **more}).encode()


def raw(found: dict[str, list[tuple[float, str]]]) -> Answer:
    return success([{"metric": {"meter": name}, "values": [[moment, value] for moment, value in samples]}
                    for name, samples in found.items()])


def copied(series: RawSeries) -> tuple[str, list[int], list[float]]:
    return series.labels["meter"], series.times_ms.tolist(), series.values.tolist()


class TestRawSamples:
    def test_milliseconds_and_odd_values_come_through(self) -> None:
        first = FIRST_MS // 1000
        answers = {"/api/v1/series": listed(1), "/api/v1/query": raw({"a": [
            (first + 0.123, "1.5"), (first + 1, "NaN"), (first + 2.001, "+Inf"), (first + 3, "-2e-3")]})}
        with scripted(lambda question: answers[question["path"]]) as (url, _asked):
            ((name, times, values),) = [copied(one) for one in Prometheus(url, BY_QUERY).samples(
                "m", {"site": "s"}, (FIRST_MS, FIRST_MS + 3000))]
        assert (name, times) == ("a", [FIRST_MS + 123, FIRST_MS + 1000, FIRST_MS + 2001, FIRST_MS + 3000])
        assert np.array_equal(values, [1.5, np.nan, np.inf, -0.002], equal_nan=True)

    # Mutation: `+ 1` of `length_ms`, or the cut to the span, left out of `_by_query` turns this red.
    def test_the_question_reaches_the_first_moment_and_the_answer_is_cut(self) -> None:
        first = FIRST_MS // 1000
        answers = {"/api/v1/series": listed(1), "/api/v1/query": raw({"a": [
            (first - 0.001, "0"), (first, "1"), (first + 60, "2"), (first + 60.001, "3")]})}
        with scripted(lambda question: answers[question["path"]]) as (url, asked):
            found = [copied(one) for one in Prometheus(url, BY_QUERY).samples("m", {}, (FIRST_MS, FIRST_MS + 60_000))]
        assert found == [("a", [FIRST_MS, FIRST_MS + 60_000], [1.0, 2.0])]
        (query,) = [one for one in asked if one["path"].endswith("/query")]
        assert (query["query"], query["time"]) == ("m{}[60001ms]", str(first + 60))

    def test_nothing_is_asked_where_no_series_is(self) -> None:
        with scripted(lambda _question: listed(0)) as (url, asked):
            assert list(Prometheus(url).samples("m", {"site": "s"}, (FIRST_MS, FIRST_MS + 86_400_000))) == []
        assert [one["path"] for one in asked] == ["/api/v1/series"]
        assert asked[0]["match[]"] == 'm{site="s"}'

    def test_windows_lie_side_by_side(self) -> None:
        """Every millisecond of the span is asked for once: length and end of each query."""
        span = (FIRST_MS, FIRST_MS + 3 * 86_400_000 + 12_345)

        def answer(question: Asked) -> Answer:
            return listed(900) if question["path"].endswith("/series") else raw({})

        with scripted(answer) as (url, asked):
            assert list(Prometheus(url, BY_QUERY).samples("m", {}, span)) == []
        spans = []
        for one in (one for one in asked if one["path"].endswith("/query")):
            length = int(re.findall(r"\[(\d+)ms\]", one["query"])[0])
            end = round(float(one["time"]) * 1000)
            spans.append((end - length + 1, end))
        assert spans[0][0] == span[0]
        assert spans[-1][1] == span[1]
        assert all(before[1] + 1 == after[0] for before, after in pairwise(spans))
        assert max(900 * (end - start + 1) / 60_000 for start, end in spans) <= SAMPLES_MAX


class TestMeans:
    @pytest.mark.parametrize(("verb", "function"), [("latest", "last_over_time"), ("means", "avg_over_time")])
    def test_the_left_edge_belongs_to_the_interval_before(self, verb: str, function: str) -> None:
        def answer(question: Asked) -> Answer:
            return listed(2) if question["path"].endswith("/series") else success(
                [{"metric": {"meter": "a"}, "values": points(question, 3.0)}])

        with scripted(answer) as (url, asked):
            found: list[Series] = getattr(Prometheus(url), verb)("m", {"site": 'a"b\\'}, HOUR)
        assert asked[1]["query"] == f'{function}(m{{site="a\\"b\\\\"}}[899s])'
        assert found[0].values.tolist() == [3.0] * 5

    # Mutation: `points_at_once` left out of `_over_time` turns this red: 150,000 series x 97 points x 15 are 218 M.
    def test_many_series_are_asked_for_in_short_ranges(self) -> None:
        day = Period(START, START + timedelta(days=1))
        answers = {"/api/v1/series": listed(150_000)}
        with scripted(lambda question: answers.get(question["path"], success([]))) as (url, asked):
            assert Prometheus(url).means("m", {}, day) == []
        ranges = [(int(one["start"]), int(one["end"])) for one in asked if one["path"].endswith("/query_range")]
        assert len(ranges) > 1
        for start, end in ranges:
            edges = (end - start) // 900 + 1
            assert edges <= POINTS_MAX
            assert edges * 150_000 * 15 <= SAMPLES_MAX
        assert sum((end - start) // 900 + 1 for start, end in ranges) == day.count + 1

    def test_no_series_no_query(self) -> None:
        with scripted(lambda _question: listed(0)) as (url, asked):
            assert Prometheus(url).latest("m", {}, HOUR) == []
        assert len(asked) == 1


class TestWarnings:
    def test_each_is_kept_once_and_handed_over_once(self) -> None:
        def answer(question: Asked) -> Answer:
            if question["path"].endswith("/series"):
                return listed(1, warnings=["store-1 is down"])
            return success([], warnings=["store-1 is down"] if "last" in question["query"] else ["store-2 is down"])

        with scripted(answer) as (url, _asked):
            source = Prometheus(url)
            for _ in range(3):
                source.latest("m", {}, HOUR, allow(["partial"]))
            source.means("m", {}, HOUR, allow(["partial"]))
            found = source.take_findings()
            assert source.take_findings() == ()
        assert [str(one) for one in found] == [f"{url}: the answer is not whole, says the source: {name} is down"
                                               for name in ("store-1", "store-2")]
        assert {one.kind for one in found} == {FindingKind.PARTIAL}

    # Mutation: `_hear` called on queries alone turns this red: remote read has no warnings, the count of series has.
    def test_a_warning_of_the_count_stops_a_bulk_read(self) -> None:
        with scripted(lambda _question: listed(3, warnings=["store-7: timeout"])) as (url, asked), \
                pytest.raises(PartialAnswerError, match="store-7: timeout") as refusal:
            list(Prometheus(url).samples("m", {"site": "s"}, (FIRST_MS, FIRST_MS + 1000)))
        assert len(asked) == 1
        assert 'The query was m{site="s"}' in str(refusal.value)
        assert "--allow partial" in refusal.value.remedy

    @pytest.mark.parametrize("names", [["retention"], ["downsampled"], ["estimated"], []])
    def test_nothing_else_lets_it_pass(self, names: list[str]) -> None:
        with scripted(lambda _question: success([], warnings=["half"])) as (url, _asked), \
                pytest.raises(PartialAnswerError, match="half"):
            Prometheus(url).on_edges("m", HOUR, allow(names))


class TestNonsense:
    # Mutation: the test for `data` left out of `_document` turns the first rows red (a KeyError).
    @pytest.mark.parametrize("content", [b'{"status":"success"}', b"null", b"7", b'{"status":', b"\xff\xfe"])
    def test_json_that_is_no_answer(self, content: bytes) -> None:
        with pytest.raises(UnreachableError, match=r"not Prometheus \(HTTP status 200\)") as refusal:
            ask((200, content))
        assert refusal.value.remedy == "check the address and the credentials"

    @pytest.mark.parametrize(("status", "error"), [(400, "parse error"), (422, "too many points"),
                                                   (503, "query timed out")])
    def test_what_prometheus_itself_says(self, status: int, error: str) -> None:
        with pytest.raises(MissingDataError, match=f"Prometheus refuses a query: {error}") as refusal:
            ask(failure(status, error))
        assert refusal.value.where.startswith("http://127.0.0.1:")
        assert not isinstance(refusal.value, PartialAnswerError)

    def test_braces_in_what_it_says_are_no_placeholders(self) -> None:
        with pytest.raises(MissingDataError) as refusal:
            ask(failure(400, 'unknown {label} in m{x="y"}'))
        assert 'unknown {label} in m{x="y"}' in str(refusal.value)

    def test_a_refusal_without_reason(self) -> None:
        with pytest.raises(MissingDataError, match="refuses a query"):
            ask((500, b'{"status":"error"}'))

    def test_a_bad_address_is_refused_before_anything_is_asked(self) -> None:
        with pytest.raises(EnergyError, match="'file:///etc' is not the address"):
            Prometheus("file:///etc")


@pytest.mark.parametrize(("value", "quoted"), [("plain", '"plain"'), ('q"', '"q\\""'), ("back\\", '"back\\\\"'),
                                               ("line\n", '"line\\n"'), ("é", '"\\u00e9"')])
def test_selectors_are_quoted_as_promql_wants(value: str, quoted: str) -> None:
    assert selector("m", {"site": value}) == f"m{{site={quoted}}}"


def test_moments_of_a_span_are_seconds_with_their_milliseconds() -> None:
    start = datetime(2012, 3, 5, tzinfo=UTC)
    first = int(start.timestamp())
    with scripted(lambda _question: listed(0)) as (url, asked):
        Prometheus(url).count("m", {}, (first * 1000 + 7, first * 1000 + 60_000))
    assert (asked[0]["start"], asked[0]["end"]) == (f"{first}.007", str(first + 60))
