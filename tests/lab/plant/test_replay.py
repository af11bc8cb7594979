"""The short way (replay) and the long way (OpenMetrics, blocks, Prometheus, HTTP) give the same readings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from energy.readings.meters import read_meters
from energy.readings.prometheus import Prometheus
from energy.readings.use import read_use
from infra.inventory.load import load_site
from infra.inventory.site import Site
from lab.history.blocks import prepare
from lab.history.in_memory import InMemory
from lab.history.server import prometheus_down, prometheus_up
from lab.plant.model import PlantMonth, run
from lab.plant.replay import readings_of, use_of
from tests.energy.small import small_site

MONTH = "2012-02"


@pytest.fixture(scope="module")
def small() -> Site:
    return small_site()


@pytest.fixture(scope="module")
def month(small: Site) -> PlantMonth:
    return run(small, MONTH)


@pytest.fixture(scope="module")
def source(small: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    folder = tmp_path_factory.mktemp("replay")
    kept = tmp_path_factory.getbasetemp() / "history"
    found = Prometheus(prometheus_up(folder, [prepare(small, MONTH, keep_in=kept).blocks_dir]))
    yield found
    found.close()
    prometheus_down(folder)


@pytest.mark.engine
def test_meters_to_the_joule(small: Site, month: PlantMonth, source: Prometheus) -> None:
    short, long = readings_of(month), read_meters(source, small, month.period)
    assert set(short.energy_j) == set(long.energy_j)
    for name, energy_j in short.energy_j.items():
        assert np.array_equal(energy_j, long.energy_j[name]), name


@pytest.mark.engine
def test_use_to_the_thousandth(small: Site, month: PlantMonth, source: Prometheus) -> None:
    short, long = use_of(month), read_use(source, small, month.period)
    assert set(short.nodes) == set(long.nodes)
    for node, of_node in short.nodes.items():
        for account, seconds in of_node.cpu_used_s.items():
            assert np.allclose(seconds, long.nodes[node].cpu_used_s[account], atol=0.01)
        for account, cores in of_node.cpu_reserved.items():
            assert np.allclose(cores, long.nodes[node].cpu_reserved[account])
        for account, boards in of_node.gpu_reserved.items():
            assert np.allclose(boards, long.nodes[node].gpu_reserved.get(account, 0.0))


def test_a_gain_is_what_a_meter_counts_too_much(month: PlantMonth) -> None:
    plain, wrong = readings_of(month), readings_of(month, {"facility": 1.01})
    assert wrong.energy_j["facility"].sum() == pytest.approx(1.01 * plain.energy_j["facility"].sum())
    assert np.array_equal(wrong.energy_j["plant"], plain.energy_j["plant"])


def test_readings_are_of_the_whole_month(month: PlantMonth) -> None:
    readings = readings_of(month)
    assert all(len(energy_j) == month.period.count == 29 * 96 for energy_j in readings.energy_j.values())
    assert readings.energy_j["facility"].min() > 0
    assert readings.bridged == {}


def test_workloads_of_one_account_on_one_node_are_one_row(demo: Site) -> None:
    month = run(demo, "2012-03")
    use = use_of(month)
    models = [work for work in month.workloads if work.node == "gpu-1" and work.account == "_platform"]
    assert len(models) > 1
    assert use.nodes["gpu-1"].cpu_reserved["_platform"][0] == pytest.approx(sum(work.reserved_cores for work in models))


def test_of_short_pods_the_short_way_shows_what_scrapes_did() -> None:
    month = run(load_site(Path(__file__).resolve().parents[2] / "energy" / "oracle_site.yaml"), "2012-02")
    shown, long = use_of(month).nodes["oil"], read_use(InMemory(month), month.site, month.period).nodes["oil"]
    batch = next(work for work in month.workloads if work.node == "oil" and work.account == "hameau" and work.pods)
    assert shown.cpu_used_s["hameau"].sum() == pytest.approx(long.cpu_used_s["hameau"].sum(), rel=1e-6)
    assert batch.shown_cores.sum() < batch.busy_cores.sum()
