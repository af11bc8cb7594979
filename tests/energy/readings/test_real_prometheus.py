"""Meters and use read back from a real Prometheus, whole and hurt: nothing is ever made up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from energy.allocation.settle import settle
from energy.errors import MissingDataError, PartialAnswerError, UnreachableError
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.readings.allow import allow
from energy.readings.finding import FindingKind
from energy.readings.flags import BRIDGED, MISSING
from energy.readings.meters import MeterReadings, read_meters
from energy.readings.prometheus import Prometheus
from energy.readings.use import account_of, read_use
from infra.inventory.site import Site
from lab.history.server import prometheus_down
from tests.energy.engine import Registers, Serve, interval_j, meters_text, registers, serve, use_text
from tests.energy.small import WATTS

pytestmark = pytest.mark.engine

START = datetime(2012, 3, 5, tzinfo=UTC)
TWO_HOURS = Period(START, START + timedelta(hours=2))
FIRST = int(START.timestamp())
ROWS = [("n1", "alpha-web", "alpha", 3.0, 5.0), ("n1", "beta-ia", "beta", 1.0, 2.5),
        ("n2", "kube-system", "", 1.0, 2.0)]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Serve]:
    """Serve a text from a real Prometheus; it is stopped with the test."""
    yield lambda text: serve(text, tmp_path)
    prometheus_down(tmp_path)


@pytest.fixture
def whole() -> Registers:
    return registers(TWO_HOURS, WATTS)


def read(url: str, site: Site, period: Period = TWO_HOURS) -> MeterReadings:
    source = Prometheus(url)
    try:
        return read_meters(source, site, period)
    finally:
        source.close()


def between(samples: list[tuple[int, float]], start_minute: int, end_minute: int) -> list[tuple[int, float]]:
    """Return the samples without those from one minute to another, both included."""
    return [(moment, value) for moment, value in samples
            if not start_minute * 60 <= moment - FIRST <= end_minute * 60]


class TestWhole:
    def test_every_meter_in_every_interval(self, small: Site, whole: Registers, served: Serve) -> None:
        readings = read(served(meters_text(whole)), small)
        assert set(readings.energy_j) == set(small.meters)
        for name, power_w in WATTS.items():
            assert readings.energy_j[name].tolist() == [interval_j(power_w)] * 8
            assert readings.quality(name) is Quality.MEASURED

    def test_one_scrape_lost_at_an_edge_is_no_gap(self, small: Site, whole: Registers, served: Serve) -> None:
        whole["crah-in"] = between(whole["crah-in"], 30, 30)
        energy_j = read(served(meters_text(whole)), small).energy_j["crah-in"]
        # the edge at 30 min lies between samples at 29 and 31: interpolated, so that no interval is off
        assert energy_j.tolist() == [interval_j(52)] * 8

    def test_a_gap_inside_an_interval_loses_nothing(self, small: Site, whole: Registers, served: Serve) -> None:
        whole["crah-in"] = between(whole["crah-in"], 31, 43)
        assert read(served(meters_text(whole)), small).energy_j["crah-in"].tolist() == [interval_j(52)] * 8

    def test_meters_of_other_sites_are_not_ours(self, small: Site, whole: Registers, served: Serve) -> None:
        text = meters_text(whole) + meters_text(registers(TWO_HOURS, {"facility": 9}), site="other").split("\n", 1)[1]
        assert read(served(text), small).energy_j["facility"][0] == interval_j(700)

    def test_a_meter_that_the_site_file_does_not_know_is_left_alone(self, small: Site, whole: Registers,
                                                                    served: Serve) -> None:
        whole |= registers(TWO_HOURS, {"unknown": 5})
        assert "unknown" not in read(served(meters_text(whole)), small).energy_j


class TestResets:
    def test_a_reset_is_bridged_and_flagged(self, small: Site, whole: Registers, served: Serve) -> None:
        # the CRAH's register starts again from zero after minute 37
        whole["crah-in"] = [(moment, value if moment - FIRST <= 37 * 60 else
                             round(52 * (moment - FIRST - 37 * 60) / 3600, 6)) for moment, value in whole["crah-in"]]
        readings = read(served(meters_text(whole)), small)
        assert readings.energy_j["crah-in"].tolist() == [interval_j(52)] * 8
        assert readings.bridged["crah-in"] >= 1
        assert readings.quality("crah-in") is Quality.BRIDGED
        assert readings.quality("facility") is Quality.MEASURED

    def test_a_reset_that_grows_past_the_old_register_is_seen_too(self, small: Site, served: Serve) -> None:
        # 6 kW from 5 Wh: edges never fall (5, then 1,500 at minute 15), only the samples between do
        watts = {**WATTS, "facility": 6_000}
        whole = registers(TWO_HOURS, watts, start_wh=5.0)
        whole["facility"] = [(moment, value if moment == FIRST else round(6_000 * (moment - FIRST - 60) / 3600, 6))
                             for moment, value in whole["facility"]]
        readings = read(served(meters_text(whole)), small)
        # register 5 -> 0 at minute 1: the first minute's 100 Wh are lost with the reset, and nothing else
        assert readings.energy_j["facility"][0] == interval_j(6_000) - 6_000 * 60
        assert readings.bridged["facility"] >= 1

    def test_two_resets_in_one_interval(self, small: Site, whole: Registers, served: Serve) -> None:
        def register(moment: int) -> float:
            minute = (moment - FIRST) // 60
            since = minute if minute <= 33 else minute - 33 if minute <= 40 else minute - 40
            return round(52 * since / 60, 6)

        whole["crah-in"] = [(moment, register(moment)) for moment, _value in whole["crah-in"]]
        assert read(served(meters_text(whole)), small).energy_j["crah-in"].tolist() == [interval_j(52)] * 8


    def test_a_reset_after_a_scrape_lost_at_the_edge(self, small: Site, whole: Registers, served: Serve) -> None:
        # no sample at minute 30, reset after minute 37: the edge is interpolated, the reset loses nothing
        whole["crah-in"] = between([(moment, value if moment - FIRST <= 37 * 60 else
                                     round(52 * (moment - FIRST - 37 * 60) / 3600, 6))
                                    for moment, value in whole["crah-in"]], 30, 30)
        energy_j = read(served(meters_text(whole)), small).energy_j["crah-in"]
        assert energy_j.tolist() == [interval_j(52)] * 8


    def test_a_reset_hidden_behind_two_lost_scrapes(self, small: Site, whole: Registers, served: Serve) -> None:
        # samples 29 and 30 are lost and the register starts again after 30: no window of the interval sees it fall,
        # only its neighbours at 28 and 31 do
        whole["crah-in"] = between([(moment, value if moment - FIRST <= 30 * 60 else
                                     round(52 * (moment - FIRST - 30 * 60) / 3600, 6))
                                    for moment, value in whole["crah-in"]], 29, 30)
        readings = read(served(meters_text(whole)), small)
        # what the register counted from 28 to 30 is lost with it: two minutes of 52 W, and no more
        assert readings.energy_j["crah-in"].sum() == 8 * interval_j(52) - 2 * 60 * 52
        assert (readings.energy_j["crah-in"] >= 0).all()
        assert readings.bridged["crah-in"] >= 1


class TestMissing:
    def test_a_meter_without_series(self, small: Site, whole: Registers, served: Serve) -> None:
        del whole["ups-a-out"]
        with pytest.raises(MissingDataError, match="meter 'ups-a-out' has no reading for 8 of 8 intervals, the first "
                                                   r"from 2012-03-05T00:00:00\+00:00") as refusal:
            read(served(meters_text(whole)), small)
        assert "no figure is invented" in str(refusal.value)

    def test_a_meter_with_a_hole(self, small: Site, whole: Registers, served: Serve) -> None:
        # from minute 50 to 75: the edges at 60 and 75 have nothing, but the register went on: the total is exact
        whole["o-b-n3"] = between(whole["o-b-n3"], 50, 75)
        readings = read(served(meters_text(whole)), small)
        assert readings.energy_j["o-b-n3"].tolist() == [interval_j(240)] * 8
        assert np.flatnonzero(readings.flags["o-b-n3"] == BRIDGED).tolist() == [3, 4, 5]

    def test_history_that_begins_too_late(self, small: Site, whole: Registers, served: Serve) -> None:
        text = meters_text({name: between(samples, 0, 40) for name, samples in whole.items()})
        url = served(text)
        with pytest.raises(PartialAnswerError, match=r"the history begins at 2012-03-05T00:41:00\+00:00") as refusal:
            read(url, small)
        assert "is the history kept long enough" in str(refusal.value)
        # allowed by name, the three intervals before it count nothing, and the page says so
        readings = read_meters(Prometheus(url), small, TWO_HOURS, allow(["retention"]))
        assert readings.energy_j["facility"].tolist() == [0] * 3 + [interval_j(700)] * 5
        assert (readings.flags["facility"][:3] == MISSING).all()
        assert [one.kind for one in readings.findings] == [FindingKind.RETENTION]
        assert "3 intervals before it count nothing" in str(readings.findings[0])

    def test_history_that_ends_too_early(self, small: Site, whole: Registers, served: Serve) -> None:
        text = meters_text({name: between(samples, 118, 120) for name, samples in whole.items()})
        with pytest.raises(MissingDataError, match="for 1 of 8 intervals, the first from 2012-03-05T01:45"):
            read(served(text), small)

    def test_an_empty_prometheus(self, small: Site, served: Serve) -> None:
        with pytest.raises(MissingDataError, match="has no reading for 8 of 8 intervals"):
            read(served(""), small)

    def test_a_prometheus_that_went_down(self, small: Site, whole: Registers, served: Serve, tmp_path: Path) -> None:
        url = served(meters_text(whole))
        prometheus_down(tmp_path)
        with pytest.raises(UnreachableError, match="Prometheus does not answer"):
            read(url, small)

    def test_two_registers_under_one_name(self, small: Site, whole: Registers, served: Serve) -> None:
        again = meters_text({"facility": whole["facility"]}, extra=',instance="second"').split("\n", 1)[1]
        with pytest.raises(MissingDataError, match="two series claim to be meter 'facility'"):
            read(served(meters_text(whole) + again), small)

    def test_a_kwh_register_does_not_pass_for_a_wh_one(self, small: Site, whole: Registers, served: Serve) -> None:
        facility = small.meters["facility"].model_copy(update={"unit": "kWh"})
        site = small.model_copy(update={"meters": {**small.meters, "facility": facility}})
        with pytest.raises(MissingDataError, match="meter 'facility' has no reading") as refusal:
            read(served(meters_text(whole)), site)
        assert "estran_meter_energy_kwh_total" in refusal.value.where


class TestUse:
    def test_shares_by_account(self, small: Site, served: Serve) -> None:
        use = read_use(Prometheus(served(use_text(TWO_HOURS, ROWS))), small, TWO_HOURS)
        assert use.nodes["n1"].cpu_used_s["alpha"].tolist() == [3.0 * SETTLEMENT_S] * 8
        assert use.nodes["n1"].cpu_reserved["beta"].tolist() == [2.5] * 8
        assert use.nodes["n2"].accounts() == ("_platform",)
        assert "n3" not in use.nodes

    def test_two_namespaces_of_a_tenant_are_one_account(self, small: Site, served: Serve) -> None:
        rows = [*ROWS, ("n1", "alpha-test", "alpha", 0.5, 1.0)]
        use = read_use(Prometheus(served(use_text(TWO_HOURS, rows))), small, TWO_HOURS)
        assert use.nodes["n1"].cpu_used_s["alpha"].tolist() == [3.5 * SETTLEMENT_S] * 8
        assert use.nodes["n1"].cpu_reserved["alpha"].tolist() == [6.0] * 8

    def test_a_reservation_that_ends_counts_until_then(self, small: Site, served: Serve) -> None:
        one_hour = Period(START, START + timedelta(hours=1))
        text = use_text(one_hour, ROWS)
        use = read_use(Prometheus(served(text)), small, TWO_HOURS)
        # five-minute samples stop at 60 min: the interval that ends there is the last that sees one
        assert use.nodes["n1"].cpu_reserved["alpha"].tolist() == [5.0] * 4 + [0.0] * 4
        assert use.nodes["n1"].cpu_used_s["alpha"].tolist() == [3.0 * SETTLEMENT_S] * 4 + [0.0] * 4

    def test_no_use_at_all(self, small: Site, served: Serve) -> None:
        with pytest.raises(MissingDataError, match="no namespace of site 'small' has a reading of "
                                                   "estran_namespace_cpu_core_seconds_total"):
            read_use(Prometheus(served(meters_text(registers(TWO_HOURS, WATTS)))), small, TWO_HOURS)

    def test_a_node_that_the_site_file_does_not_know(self, small: Site, served: Serve) -> None:
        rows = [*ROWS, ("n9", "alpha-web", "alpha", 1.0, 1.0)]
        with pytest.raises(MissingDataError, match="node 'n9', which the site file does not know"):
            read_use(Prometheus(served(use_text(TWO_HOURS, rows))), small, TWO_HOURS)

    def test_a_namespace_of_nobody(self, small: Site, served: Serve) -> None:
        rows = [*ROWS, ("n1", "stray", "gamma", 1.0, 1.0)]
        with pytest.raises(MissingDataError, match="namespace 'stray' carries the tenant 'gamma'") as refusal:
            read_use(Prometheus(served(use_text(TWO_HOURS, rows))), small, TWO_HOURS)
        assert "known tenants: alpha, beta" in str(refusal.value)

    def test_a_tenants_label_on_a_platform_namespace_changes_nothing(self, small: Site) -> None:
        assert account_of(small, {"namespace": "models", "tenant": "alpha"}) == "_platform"
        assert account_of(small, {"namespace": "alpha-web", "tenant": "alpha"}) == "alpha"


def test_readings_of_both_kinds_from_one_prometheus(small: Site, whole: Registers, served: Serve) -> None:
    url = served(meters_text(whole) + use_text(TWO_HOURS, ROWS))
    readings = read(url, small)
    use = read_use(Prometheus(url), small, TWO_HOURS)
    assert readings.period == use.period
    assert np.array_equal(readings.energy_j["plant"], np.full(8, interval_j(126)))


class TestUnits:
    @pytest.mark.parametrize(("unit", "metric", "per_wh"), [
        ("kWh", "estran_meter_energy_kwh_total", 0.001), ("J", "estran_meter_energy_joules_total", 3600.0)])
    def test_a_meter_in_its_own_unit(self, small: Site, whole: Registers, served: Serve, unit: str, metric: str,
                                     per_wh: float) -> None:
        plant = small.meters["plant"].model_copy(update={"unit": unit})
        site = small.model_copy(update={"meters": {**small.meters, "plant": plant}})
        samples = whole.pop("plant")
        lines = [f'{metric}{{site="small",meter="plant"}} {value * per_wh:.9f} {moment}' for moment, value in samples]
        text = meters_text(whole) + f"# TYPE {metric.removesuffix('_total')} counter\n" + "\n".join(lines) + "\n"
        readings = read(served(text), site)
        assert readings.energy_j["plant"].tolist() == pytest.approx([interval_j(126)] * 8, abs=4)
        assert readings.energy_j["plant"].sum() == pytest.approx(8 * interval_j(126), abs=4)


class TestGpuUse:
    def test_busy_and_reserved_gpus(self, small: Site, served: Serve) -> None:
        moments = range(FIRST, FIRST + 7201, 300)
        label = 'site="small",node="n3",namespace="beta-ia",tenant="beta"'
        busy = [f"estran_namespace_gpu_busy_seconds_total{{{label}}} {0.8 * (moment - FIRST):.3f} {moment}"
                for moment in moments]
        held = [f"estran_namespace_gpu_reserved{{{label}}} 1 {moment}" for moment in moments]
        text = "\n".join(["# TYPE estran_namespace_gpu_busy_seconds counter", *busy,
                          "# TYPE estran_namespace_gpu_reserved gauge", *held]) + "\n"
        use = read_use(Prometheus(served(use_text(TWO_HOURS, ROWS) + text)), small, TWO_HOURS)
        assert use.nodes["n3"].gpu_used_s["beta"].tolist() == pytest.approx([720.0] * 8)
        assert use.nodes["n3"].gpu_reserved["beta"].tolist() == [1.0] * 8
        assert use.nodes["n3"].cpu_used_s == {}
        assert use.nodes["n1"].gpu_used_s == {}

    def test_pods_that_live_two_minutes_open_no_hole(self, small: Site, whole: Registers, served: Serve) -> None:
        # alpha's pods come and go: a series of three samples only. Shares move, the node's sum does not.
        label = 'site="small",node="n1",namespace="alpha-web",tenant="alpha"'
        short = [f"estran_namespace_cpu_core_seconds_total{{{label}}} {value} {FIRST + moment}"
                 for moment, value in ((960, 50), (1020, 110), (1080, 170))]
        rows = [row for row in ROWS if row[1] != "alpha-web"]
        used = use_text(TWO_HOURS, rows)
        head, rest = used.split("\n", 1)
        url = served(meters_text(whole) + "\n".join([head, *short, rest]))
        use = read_use(Prometheus(url), small, TWO_HOURS)
        # from zero to 110 by the edge at minute 30, of which all three samples lie before it: 170 in that interval
        assert use.nodes["n1"].cpu_used_s["alpha"].tolist() == [0, 170, 0, 0, 0, 0, 0, 0]
        allocation = settle(small, read(url, small), use)
        total = sum(shares.energy_j.sum(axis=0) for shares in allocation.shares.values())
        assert np.array_equal(total, allocation.closure.facility_j)
