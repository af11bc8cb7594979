"""A month out of each source is the same month: Prometheus, CSV and Parquet; progress and allowances travel along."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from energy.closing.close import Intent
from energy.closing.inputs import MonthInputs
from energy.closing.period_carbon import FactorSource
from energy.closing.read_month import STEPS, read_month
from energy.closing.settled_period import settled_month
from energy.errors import EnergyError, MissingDataError
from energy.readings.allow import allow
from energy.readings.exports import Exports
from energy.readings.prometheus import Prometheus
from energy.report.build import month_report, report_of
from infra.inventory.site import Site
from tests.energy.closing.made import close
from tests.energy.small import USED, WATTS

pytestmark = pytest.mark.engine

METRICS = ("estran_namespace_cpu_core_seconds_total", "estran_namespace_cpu_reserved_cores",
           "estran_namespace_gpu_busy_seconds_total", "estran_namespace_gpu_reserved")
DAY_S = 86_400


@pytest.fixture(scope="module")
def tables(march: MonthInputs) -> tuple[pa.Table, pa.Table]:
    """The registers [Wh] and use of the small site over March 2012 as exports hold them, a row each five minutes."""
    first, last = int(march.period.edges_s[0]), int(march.period.edges_s[-1])
    times = list(range(first, last + 1, 300))
    meters = {"time": [], "meter": [], "value": [], "unit": []}
    for name, watts in WATTS.items():
        meters["time"] += times
        meters["meter"] += [name] * len(times)
        meters["value"] += [round(1000 + watts * (moment - first) / 3600, 6) for moment in times]
        meters["unit"] += ["Wh"] * len(times)
    use = {"time": [], "node": [], "namespace": [], "tenant": [], "metric": [], "value": []}
    for node, accounts in USED.items():
        for account, (cores, gpus, cores_held, gpus_held) in accounts.items():
            namespace = "kube-system" if account == "_platform" else f"{account}-web"
            for metric, figures in zip(METRICS, ([cores * (moment - first) for moment in times],
                                                 [cores_held] * len(times),
                                                 [gpus * (moment - first) for moment in times],
                                                 [gpus_held] * len(times)), strict=True):
                use["time"] += times
                for key, value in (("node", node), ("namespace", namespace), ("tenant", account), ("metric", metric)):
                    use[key] += [value] * len(times)
                use["value"] += [float(figure) for figure in figures]

    def table(columns: dict[str, list]) -> pa.Table:
        stamps = pa.array(columns.pop("time"), pa.int64()).cast(pa.timestamp("s", "UTC"))
        return pa.table({"time": stamps, **columns})

    return table(meters), table(use)


@pytest.fixture(scope="module")
def parquet_files(tables: tuple[pa.Table, pa.Table], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("exports")
    paths = [folder / "meters.parquet", folder / "use.parquet"]
    for table, path in zip(tables, paths, strict=True):
        pq.write_table(table, path)
    return paths


@pytest.fixture(scope="module")
def from_files(site: Site, parquet_files: list[Path]) -> MonthInputs:
    return read_month(Exports(parquet_files, site.id), site, "2012-03")


def test_a_month_of_files_is_the_constant_month(site: Site, march: MonthInputs, from_files: MonthInputs) -> None:
    assert {name: row.tolist() for name, row in from_files.readings.energy_j.items()} == {
        name: row.tolist() for name, row in march.readings.energy_j.items()}


def test_it_closes_like_it(site: Site, march: MonthInputs, from_files: MonthInputs, closed_once: Path,
                           tmp_path: Path) -> None:
    outcome = close(site, tmp_path, from_files, Intent(final=True))
    assert outcome.close.facts["facility_j"] == 700 * 743 * 3600
    of_constant = settled_month(site, march, FactorSource())
    for component, shares in of_constant.sums.shares.items():
        found = outcome.period.sums.shares[component]
        assert found.holders == shares.holders
        assert found.energy_j.tolist() == shares.energy_j.tolist()


def test_where_it_came_from_is_said(from_files: MonthInputs, parquet_files: list[Path]) -> None:
    assert from_files.source == ", ".join(map(str, parquet_files))


def test_progress_is_told_step_by_step(site: Site, parquet_files: list[Path]) -> None:
    heard: list[tuple[int, str]] = []
    read_month(Exports(parquet_files, site.id), site, "2012-03", progress=lambda *step: heard.append(step))
    assert [step for step, _doing in heard] == list(range(STEPS))


def test_what_was_allowed_is_kept(site: Site, parquet_files: list[Path]) -> None:
    inputs = read_month(Exports(parquet_files, site.id), site, "2012-03", allow(["estimated", "partial"]))
    assert inputs.allowed == ("estimated", "partial")


def test_a_month_that_no_file_holds(site: Site, parquet_files: list[Path]) -> None:
    with pytest.raises(MissingDataError, match="for 2880 of 2880 intervals"):
        read_month(Exports(parquet_files, site.id), site, "2012-06")


def test_what_is_no_month_is_refused_before_anything_is_read(site: Site, parquet_files: list[Path]) -> None:
    with pytest.raises(EnergyError, match="'march' is not a month"):
        read_month(Exports(parquet_files, site.id), site, "march")


def test_a_report_of_files_is_a_report(site: Site, parquet_files: list[Path]) -> None:
    report = month_report(site, "2012-03", Exports(parquet_files, site.id))
    assert report.sum_of_lines_wh == report.facility_energy_wh == 700 * 743
    assert report.readings.source.endswith("use.parquet")


def test_the_demo_from_prometheus_closes_and_comes_back(demo: Site, demo_url: str, tmp_path: Path) -> None:
    source = Prometheus(demo_url)
    outcome = close(demo, tmp_path, read_month(source, demo, "2012-03"), Intent(final=True))
    source.close()
    report = report_of(outcome.period)
    assert report.facility_energy_wh == 3_122_831
    assert report.full_cost.total_wh == 3_122_831
    assert outcome.period.facts.source == demo_url
