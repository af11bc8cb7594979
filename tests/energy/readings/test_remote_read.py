"""Remote read against a real Prometheus, streamed and plain, cut and damaged; and what Thanos and Mimir ask for."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from energy.errors import EnergyError, MissingDataError, PartialAnswerError, UnreachableError
from energy.interval import Period
from energy.readings.allow import allow
from energy.readings.connection import Access, Connection
from energy.readings.finding import FindingKind
from energy.readings.meters import read_meters
from energy.readings.names import METER_ENERGY
from energy.readings.prometheus import Prometheus, selector
from energy.readings.remote_read import RemoteRead
from energy.readings.windows import JSON_SAMPLES_AIM, SAMPLES_MAX, plan, points_at_once
from infra.inventory.site import Site
from lab.history.server import prometheus_down
from tests.energy.engine import Registers, interval_j, meters_text, registers, serve
from tests.energy.readings.proxy import Passing, only_samples, proxied, refuse
from tests.energy.small import WATTS

pytestmark = pytest.mark.engine

START = datetime(2012, 3, 5, tzinfo=UTC)
FOUR_HOURS = Period(START, START + timedelta(hours=4))
SPAN = (int(FOUR_HOURS.edges_s[0]) * 1000, int(FOUR_HOURS.edges_s[-1]) * 1000)
METRIC = METER_ENERGY["Wh"]
STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]


def odd_registers() -> Registers:
    """Return registers whose times and values take every branch of the chunk format."""
    made = registers(FOUR_HOURS, WATTS)
    first = SPAN[0] // 1000
    made["odd"] = [(first, 0.0), (first + 1, 1e-9), (first + 3, 1e300), (first + 400, 1e300), (first + 401, 7.0),
                   (first + 9_000, math.inf), (first + 9_001, 0.1 + 0.2), (first + 14_400, -2.5)]
    return made


@pytest.fixture(scope="module")
def history() -> Registers:
    return odd_registers()


@pytest.fixture(scope="module")
def url(history: Registers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("remote-read")
    yield serve(meters_text(history), folder)
    prometheus_down(folder)


def read(url: str, access: Access | None = None, span: tuple[int, int] = SPAN) -> dict[str, list[tuple[int, float]]]:
    source, found = Prometheus(url, access), {}
    try:
        for series in source.samples(METRIC, {"site": "small"}, span):
            found.setdefault(series.labels["meter"], []).extend(
                zip((series.times_ms // 1000).tolist(), series.values.tolist(), strict=True))
    finally:
        source.close()
    return found


class TestWays:
    def test_streamed_chunks_bit_for_bit(self, url: str, history: Registers) -> None:
        with proxied(url) as (address, passed):
            assert read(address) == history
        reads = [one for one in passed if one.path.endswith("/read")]
        assert len(reads) == 1
        assert "streamed" in reads[0].answer_headers["Content-Type"]

    def test_plain_samples_from_a_server_that_does_not_stream(self, url: str, history: Registers) -> None:
        with proxied(url, before=only_samples) as (address, passed):
            assert read(address) == history
        answers = [one.answer_headers["Content-Type"] for one in passed if one.path.endswith("/read")]
        assert answers == ["application/x-protobuf"]

    @pytest.mark.parametrize("status", [404, 405, 501])
    def test_instant_queries_where_remote_read_is_off(self, url: str, history: Registers, status: int) -> None:
        def off(passing: Passing) -> None:
            if passing.path.endswith("/read"):
                refuse(passing, status, "not found")

        with proxied(url, before=off) as (address, passed):
            assert read(address) == history
        assert sum(one.path.endswith("/read") for one in passed) == 1  # asked once, not once per window
        assert any(one.path.endswith("/query") for one in passed)

    def test_it_can_be_switched_off(self, url: str, history: Registers) -> None:
        with proxied(url) as (address, passed):
            assert read(address, Access(remote_read=False)) == history
        assert not any(one.path.endswith("/read") for one in passed)

    @pytest.mark.parametrize("remote_read", [True, False])
    def test_both_ends_belong_to_a_span_and_nothing_else(self, url: str, remote_read: bool) -> None:
        span = (SPAN[0] + 60_000, SPAN[0] + 120_000)
        found = read(url, Access(remote_read=remote_read), span)
        assert [moment * 1000 for moment, _ in found["facility"]] == [SPAN[0] + 60_000, SPAN[0] + 120_000]


class TestBrokenConnections:
    def test_a_window_that_breaks_is_taken_up_again(self, url: str, history: Registers) -> None:
        breaks = [700, 2500]

        def cut(passing: Passing) -> None:
            if passing.path.endswith("/read") and breaks:
                passing.cut = breaks.pop(0)

        with proxied(url, after=cut) as (address, passed):
            assert read(address) == history  # nothing twice, nothing lost
        assert sum(one.path.endswith("/read") for one in passed) == 3

    def test_a_frame_that_was_changed_on_the_way(self, url: str) -> None:
        def change(passing: Passing) -> None:
            if passing.path.endswith("/read"):
                middle = len(passing.answer) // 2
                passing.answer = passing.answer[:middle] + bytes([passing.answer[middle] ^ 1]) \
                    + passing.answer[middle + 1:]

        with proxied(url, after=change) as (address, _passed), \
                pytest.raises(UnreachableError, match="the answer of remote read is damaged") as refusal:
            read(address)
        assert "proxy in between" in refusal.value.remedy

    def test_a_query_whose_connection_breaks_is_asked_again(self, url: str) -> None:
        breaks = [10]

        def cut(passing: Passing) -> None:
            if passing.path.endswith("/series") and breaks:
                passing.cut = breaks.pop()

        with proxied(url, after=cut) as (address, passed):
            assert "facility" in read(address)
        assert sum(one.path.endswith("/series") for one in passed) == 2

    def test_a_server_that_refuses_to_read(self, url: str) -> None:
        def fail(passing: Passing) -> None:
            if passing.path.endswith("/read"):
                refuse(passing, 500, "exceeded sample limit")

        with proxied(url, before=fail) as (address, passed), \
                pytest.raises(UnreachableError, match="remote read does not answer: HTTP 500: exceeded sample limit"):
            read(address)
        assert sum(one.path.endswith("/read") for one in passed) == 4


class TestThanosAndMimir:
    """A proxy that wants what they want, and checks that each request carries it."""

    def test_parameters_go_with_queries_and_the_organisation_with_every_request(self, url: str, small: Site) -> None:
        access = Access(headers={"X-Scope-OrgID": "estran"}, parameters={
            "partial_response": "false", "dedup": "true", "max_source_resolution": "0s"})

        def demand(passing: Passing) -> None:
            if passing.headers.get("X-Scope-OrgID") != "estran":
                refuse(passing, 401, "no org id")
            elif not passing.path.endswith("/read") and any(
                    passing.asked.get(name) != value for name, value in access.parameters.items()):
                refuse(passing, 400, '{"status":"error","error":"parameters are missing"}')

        with proxied(url, before=demand) as (address, _passed):
            readings = read_meters(Prometheus(address, access), small, FOUR_HOURS)
            assert readings.energy_j["facility"].tolist() == [interval_j(700)] * 16
            with pytest.raises(UnreachableError, match="HTTP status 401"):
                read(address, Access(parameters=access.parameters))
            with pytest.raises(MissingDataError, match="parameters are missing"):
                read(address, Access(headers=access.headers))

    def test_a_partial_answer_is_refused_or_printed(self, url: str, small: Site) -> None:
        def partial(passing: Passing) -> None:
            if not passing.path.endswith("/read"):
                passing.warn("store-2: connection refused")

        with proxied(url, after=partial) as (address, _passed):
            with pytest.raises(PartialAnswerError, match="store-2: connection refused"):
                read_meters(Prometheus(address), small, FOUR_HOURS)
            readings = read_meters(Prometheus(address), small, FOUR_HOURS, allow(["partial"]))
        assert [str(one) for one in readings.findings] == [
            f"{address}: the answer is not whole, says the source: store-2: connection refused"]
        assert readings.findings[0].kind is FindingKind.PARTIAL

    def test_history_that_was_thinned_out(self, small: Site, tmp_path: Path) -> None:
        sparse = {name: samples[::5] for name, samples in registers(FOUR_HOURS, WATTS).items()}
        try:
            address = serve(meters_text(sparse), tmp_path)
            with pytest.raises(PartialAnswerError, match="a sample each 300 s, where the site file says 60 s") as no:
                read_meters(Prometheus(address), small, FOUR_HOURS)
            assert "max_source_resolution=0s" in no.value.remedy
            readings = read_meters(Prometheus(address), small, FOUR_HOURS, allow(["downsampled"]))
        finally:
            prometheus_down(tmp_path)
        assert readings.energy_j["facility"].tolist() == [interval_j(700)] * 16
        assert {one.kind for one in readings.findings} == {FindingKind.DOWNSAMPLED, FindingKind.GAP}


class TestAccess:
    def test_secrets_go_with_the_request_and_into_no_message(self, url: str) -> None:
        def demand(passing: Passing) -> None:
            if "s3cret" not in passing.headers.get("Authorization", ""):
                refuse(passing, 401, "who are you?")

        with proxied(url, before=demand) as (address, _passed):
            assert read(address, Access(bearer="s3cret"))
            with pytest.raises(UnreachableError, match="HTTP status 401") as refusal:
                read(address, Access(basic=("estran", "wr0ng")))
        assert "wr0ng" not in str(refusal.value)
        assert "s3cret" not in repr(Access(bearer="s3cret"))
        assert "wr0ng" not in repr(Access(basic=("estran", "wr0ng")))

    def test_basic_authentication(self, url: str) -> None:
        with proxied(url) as (address, passed):
            read(address, Access(basic=("user", "word")))
        assert {one.headers["Authorization"] for one in passed} == {"Basic dXNlcjp3b3Jk"}  # base64 of user:word

    def test_an_authority_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(EnergyError, match="certificate authority is not there") as refusal:
            Connection("https://127.0.0.1:9", Access(ca_file=tmp_path / "none.pem"))
        assert refusal.value.where.endswith("none.pem")

    def test_nobody_listens(self) -> None:
        remote = RemoteRead(Connection("http://127.0.0.1:9", Access()))
        with pytest.raises(UnreachableError, match="remote read does not answer"):
            list(remote.window({"__name__": "m"}, (0, 1)))


class TestPlans:
    def test_windows_follow_each_other(self) -> None:
        found = plan(2_000, (0, 3 * 86_400_000), 60, bulk=True)
        assert found.windows == ((0, 86_399_999), (86_400_000, 172_799_999), (172_800_000, 259_199_999),
                                 (259_200_000, 259_200_000))
        assert found.samples == 2_000 * 4321
        # 200 series: 2 M samples are 6.9 days, so windows of 6; one series: 31 days at most
        assert plan(200, (0, 12 * 86_400_000 - 1), 60, bulk=True).windows == (
            (0, 6 * 86_400_000 - 1), (6 * 86_400_000, 12 * 86_400_000 - 1))
        assert len(plan(1, (0, 62 * 86_400_000 - 1), 60, bulk=True).windows) == 2

    # Mutation: SAMPLES_AIM made ten times larger turns this red.
    @pytest.mark.parametrize("series", [1, 2_000, 50_000, 1_000_000])
    def test_no_window_is_over_the_limit_of_samples(self, series: int) -> None:
        for bulk, most in ((True, SAMPLES_MAX), (False, JSON_SAMPLES_AIM)):
            for start, end in plan(series, (0, 86_400_000), 60, bulk).windows:
                assert series * ((end - start + 1) / 60_000) <= max(most, series)

    def test_points_respect_both_limits(self) -> None:
        assert points_at_once(10, 15) == 11_000
        assert points_at_once(100_000, 15) * 100_000 * 15 <= SAMPLES_MAX
        assert points_at_once(10**9, 15) == 1

    def test_an_estimate_of_the_cost(self) -> None:
        month = (0, 31 * 86_400_000)
        assert plan(200, month, 60, bulk=True).seconds < plan(200, month, 60, bulk=False).seconds / 30
        assert plan(200, month, 60, bulk=True).bytes == int(200 * 44_641 * 8.2)

    def test_labels_are_quoted(self) -> None:
        assert selector("m", {"site": 'a"b'}) == 'm{site="a\\"b"}'
