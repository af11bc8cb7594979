"""The HTTP source: windows, warnings, refusals, what is no Prometheus."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from energy.errors import EnergyError, MissingDataError, PartialAnswerError, UnreachableError
from energy.interval import Period
from energy.readings.connection import Access
from energy.readings.prometheus import Prometheus
from energy.readings.windows import POINTS_MAX
from tests.energy.readings.scripted import Answer, Asked, failure, scripted, success

START = datetime(2012, 3, 1, tzinfo=UTC)
HOUR = Period(START, START + timedelta(hours=1))


def points(question: Asked, value: float = 1.0) -> list[list[object]]:
    """Return a point at every step that was asked for."""
    start, end, step = (int(question[name]) for name in ("start", "end", "step"))
    return [[moment, str(value)] for moment in range(start, end + 1, step)]


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(answer: Answer) -> object:
    with scripted(lambda _question: answer) as (url, _asked):
        source = Prometheus(url)
        try:
            return source.on_edges("m", HOUR)
        finally:
            source.close()


class TestQuestions:
    def test_edges_are_asked_for_every_quarter_hour(self) -> None:
        with scripted(lambda question: success([{"metric": {"meter": "a"}, "values": points(question)}])) as server:
            url, asked = server
            series = Prometheus(url).on_edges("m", HOUR)
        assert asked == [{"path": "/api/v1/query_range", "query": "m", "step": "900",
                          "start": str(int(START.timestamp())), "end": str(int(START.timestamp()) + 3600)}]
        assert [dict(one.labels) for one in series] == [{"meter": "a"}]
        assert series[0].values.tolist() == [1.0] * 5

    def test_a_long_period_is_asked_for_in_windows(self) -> None:
        period = Period(START, START + timedelta(days=200))  # 19,201 edges
        with scripted(lambda question: success([{"metric": {}, "values": points(question)}])) as (url, asked):
            series = Prometheus(url).on_edges("m", period)
        assert len(asked) == 2
        first, second = asked
        assert (int(first["end"]) - int(first["start"])) // 900 + 1 == POINTS_MAX
        assert int(second["start"]) == int(first["end"]) + 900  # no edge twice, none left out
        assert int(second["end"]) == int(period.end.timestamp())
        assert np.isfinite(series[0].values).all()

    def test_a_series_of_one_window_only_has_no_reading_in_the_others(self) -> None:
        period = Period(START, START + timedelta(days=200))

        def answer(question: Asked) -> Answer:
            early = int(question["start"]) == int(START.timestamp())
            return success([{"metric": {"meter": "a"}, "values": points(question)}] if early else [])

        with scripted(answer) as (url, _asked):
            series = Prometheus(url).on_edges("m", period)
        assert np.isfinite(series[0].values).sum() == POINTS_MAX

    def test_series_come_in_the_order_of_their_labels(self) -> None:
        def answer(question: Asked) -> Answer:
            return success([{"metric": {"meter": name}, "values": points(question)} for name in "cab"])

        with scripted(answer) as (url, _asked):
            assert [one.labels["meter"] for one in Prometheus(url).on_edges("m", HOUR)] == ["a", "b", "c"]

    def test_points_that_lack_are_no_reading(self) -> None:
        answer = success([{"metric": {}, "values": [[int(START.timestamp()) + 900, "7"]]}])
        with scripted(lambda _question: answer) as (url, _asked):
            values = Prometheus(url).on_edges("m", HOUR)[0].values
        assert values[1] == 7
        assert np.isnan(values[[0, 2, 3, 4]]).all()

    def test_an_address_may_end_in_a_slash(self) -> None:
        with scripted(lambda question: success([{"metric": {}, "values": points(question)}])) as (url, asked):
            Prometheus(url + "/").on_edges("m", HOUR)
        assert asked[0]["path"] == "/api/v1/query_range"

    def test_headers_go_with_every_question(self) -> None:
        source = Prometheus("http://127.0.0.1:9", Access(headers={"X-Scope-OrgID": "site"}))
        assert source._connection.session.headers["X-Scope-OrgID"] == "site"
        assert source._connection.session.headers["Accept-Encoding"] == "identity"


class TestRefusals:
    def test_a_partial_answer_is_refused_with_its_own_words(self) -> None:
        with pytest.raises(PartialAnswerError, match="store-2: connection refused; downsampled") as refusal:
            ask(success([], warnings=["store-2: connection refused", "downsampled"]))
        assert "no report is made of part of the readings" in refusal.value.remedy
        assert isinstance(refusal.value, MissingDataError)  # the exit code of missing data

    def test_a_note_that_is_no_warning_is_not_refused(self) -> None:
        assert ask(success([], infos=["PromQL info: metric might not be a counter"])) == []
        assert ask(success([], warnings=[])) == []

    def test_a_limit_of_prometheus(self) -> None:
        with pytest.raises(MissingDataError, match="query processing would load too many samples") as refusal:
            ask(failure(422, "query processing would load too many samples into memory"))
        assert "shorter period" in refusal.value.remedy

    @pytest.mark.parametrize("content", [b"<html>hello</html>", b"", b"[]", b'"text"'])
    def test_what_is_no_prometheus(self, content: bytes) -> None:
        with pytest.raises(UnreachableError, match=r"not Prometheus \(HTTP status 200\)"):
            ask((200, content))

    def test_a_page_that_asks_to_log_in(self) -> None:
        with pytest.raises(UnreachableError, match=r"HTTP status 401") as refusal:
            ask((401, b"Unauthorized"))
        assert "credentials" in refusal.value.remedy

    def test_nothing_listens(self) -> None:
        url = f"http://127.0.0.1:{closed_port()}"
        with pytest.raises(UnreachableError, match="Prometheus does not answer") as refusal:
            Prometheus(url).on_edges("m", HOUR)
        assert refusal.value.where == url
        assert "estran lab history" in refusal.value.remedy
        assert "Connection refused" in str(refusal.value)

    def test_it_hangs(self) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            with pytest.raises(UnreachableError, match="timeout"):
                Prometheus(url, timeout_s=1).on_edges("m", HOUR)

    @pytest.mark.parametrize("url", ["localhost:9090", "ftp://x", "", "prometheus"])
    def test_an_address_that_is_none(self, url: str) -> None:
        with pytest.raises(EnergyError, match="is not the address of a Prometheus") as refusal:
            Prometheus(url)
        assert "http://127.0.0.1:9090" in refusal.value.remedy
