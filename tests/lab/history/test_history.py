"""Months in a real Prometheus: made once, kept by content, served warm, stopped for good."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from energy.errors import EnergyError
from infra.inventory.site import Site
from lab.errors import MissingToolError, StorageError
from lab.history import blocks, box
from lab.history.blocks import create_blocks, prepare, program
from lab.history.openmetrics import write_month
from lab.history.server import address, prometheus_down, prometheus_up
from lab.plant.model import run
from lab.processes import running
from tests.energy.small import small_site

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Months shared by every test of the run that only reads them."""
    return tmp_path_factory.getbasetemp() / "history"


@pytest.fixture(scope="module")
def small() -> Site:
    return small_site()


def instant(url: str, query: str, moment: int) -> list[dict[str, object]]:
    answer = requests.post(f"{url}/api/v1/query", data={"query": query, "time": str(moment)}, timeout=10)
    return list(answer.json()["data"]["result"])


@pytest.fixture(scope="module")
def text(small: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A month as OpenMetrics."""
    path = tmp_path_factory.mktemp("om") / "month.om"
    count = write_month(run(small, "2012-02"), path)
    written = path.read_text("ascii")
    assert count == sum(1 for line in written.splitlines() if not line.startswith("#"))
    return written


class TestOpenMetrics:
    def test_it_ends_as_the_format_wants(self, text: str) -> None:
        assert text.endswith("# EOF\n")

    def test_every_meter_has_a_sample_per_minute_and_one_at_the_start(self, text: str, small: Site) -> None:
        for name in small.meters:
            assert text.count(f'meter="{name}"') == 29 * 24 * 60 + 1

    def test_families_are_declared_once(self, text: str) -> None:
        heads = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
        assert len(heads) == len(dict(heads)) == 5
        assert dict(heads)["estran_meter_energy_wh"] == "counter"
        assert dict(heads)["estran_namespace_cpu_reserved_cores"] == "gauge"

    def test_no_series_twice(self, text: str) -> None:
        first_moment = re.search(r" (\d+)$", text.splitlines()[1])[1]
        series = [line.split("} ")[0] for line in text.splitlines() if line.endswith(f" {first_moment}")]
        assert len(series) == len(set(series))

    def test_no_sample_in_scientific_notation_or_unknown(self, text: str) -> None:
        assert not re.search(r"\} \S*(nan|inf|e[+-])", text, re.IGNORECASE)

    def test_the_truth_is_not_in_it(self, text: str) -> None:
        assert "truth" not in text
        assert "_free" not in text


class TestBlocks:
    def test_a_month_is_made_once(self, small: Site, tmp_path: Path) -> None:
        heard: list[float] = []
        first = prepare(small, "2012-02", heard.append, keep_in=tmp_path)
        made_at = first.truth_file.stat().st_mtime_ns
        assert heard == sorted(heard)
        assert heard[-1] == 1.0
        assert len(heard) > 5
        second = prepare(small, "2012-02", keep_in=tmp_path)
        assert second == first
        assert second.truth_file.stat().st_mtime_ns == made_at

    def test_blocks_and_truth_lie_beside_each_other(self, small: Site, kept: Path) -> None:
        history = prepare(small, "2012-02", keep_in=kept)
        assert all((block / "meta.json").exists() for block in history.blocks_dir.iterdir())
        truth = json.loads(history.truth_file.read_text("utf-8"))
        assert truth["site"] == "small"
        assert set(truth["accounts"]) == {"alpha", "beta", "_platform", "_free"}
        assert box.truth(history) == truth

    def test_another_site_or_month_is_kept_elsewhere(self, small: Site, kept: Path) -> None:
        changed = small.model_copy(update={"identity": small.identity.model_copy(update={"base_load_w": 51})})
        folders = {prepare(site, month, keep_in=kept).blocks_dir for site, month in (
            (small, "2012-02"), (small, "2013-02"), (changed, "2012-02"))}
        assert len(folders) == 3

    def test_nothing_is_left_of_a_month_that_failed(self, small: Site, tmp_path: Path,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
        def full(_text: Path, _blocks: Path) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(blocks, "create_blocks", full)
        with pytest.raises(StorageError, match="history can't be written: No space left on device") as refusal:
            prepare(small, "2012-02", keep_in=tmp_path)
        assert "ESTRAN_CACHE" in refusal.value.remedy
        assert list(tmp_path.iterdir()) == []
        monkeypatch.undo()
        assert prepare(small, "2012-02", keep_in=tmp_path).truth_file.exists()  # the next run goes on

    def test_a_text_that_is_no_openmetrics(self, tmp_path: Path) -> None:
        (tmp_path / "bad.om").write_text("this is no metric\n", "ascii")
        with pytest.raises(StorageError, match="promtool could not make the blocks"):
            create_blocks(tmp_path / "bad.om", tmp_path / "blocks")

    def test_what_is_no_month(self, small: Site, tmp_path: Path) -> None:
        with pytest.raises(EnergyError, match="'2012' is not a month"):
            prepare(small, "2012", keep_in=tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_without_promtool(self, small: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("ESTRAN_TOOLCHAIN_DIR", str(tmp_path / "toolchain"))
        monkeypatch.setenv("ESTRAN_CACHE", str(tmp_path / "cache"))
        with pytest.raises(MissingToolError, match="promtool is not on this machine") as refusal:
            prepare(small, "2012-02", keep_in=tmp_path / "kept")
        assert "apt-get install prometheus" in refusal.value.remedy

    def test_programs_are_found_on_the_path(self) -> None:
        assert program("prometheus") == Path(shutil.which("prometheus"))


class TestServer:
    @pytest.fixture
    def state(self, tmp_path: Path):
        yield tmp_path
        prometheus_down(tmp_path)
        assert running(tmp_path) == {}

    def test_a_month_is_served_on_loopback(self, small: Site, kept: Path, state: Path) -> None:
        url = prometheus_up(state, [prepare(small, "2012-02", keep_in=kept).blocks_dir])
        assert url.startswith("http://127.0.0.1:")
        assert address(state) == url
        found = instant(url, 'count(estran_meter_energy_wh_total{site="small"})', 1_329_000_000)
        assert found[0]["value"][1] == str(len(small.meters))

    def test_a_second_start_keeps_the_first(self, small: Site, kept: Path, state: Path) -> None:
        history = prepare(small, "2012-02", keep_in=kept)
        url = prometheus_up(state, [history.blocks_dir])
        process = running(state)["prometheus"]
        assert prometheus_up(state, [history.blocks_dir]) == url
        assert running(state)["prometheus"] == process

    def test_more_months_are_served_at_the_same_address(self, small: Site, kept: Path, state: Path) -> None:
        first, second = (prepare(small, month, keep_in=kept) for month in ("2012-02", "2013-02"))
        url = prometheus_up(state, [first.blocks_dir])
        assert prometheus_up(state, [first.blocks_dir, second.blocks_dir]) == url
        for moment in (1_329_000_000, 1_361_000_000):
            assert instant(url, "count(estran_meter_energy_wh_total)", moment)

    def test_the_kept_blocks_are_left_alone(self, small: Site, kept: Path, state: Path) -> None:
        history = prepare(small, "2012-02", keep_in=kept)
        before = sorted(str(path) for path in history.blocks_dir.rglob("*"))
        prometheus_up(state, [history.blocks_dir])
        prometheus_down(state)
        assert sorted(str(path) for path in history.blocks_dir.rglob("*")) == before

    def test_after_a_kill_it_comes_back(self, small: Site, kept: Path, state: Path) -> None:
        history = prepare(small, "2012-02", keep_in=kept)
        prometheus_up(state, [history.blocks_dir])
        process = running(state)["prometheus"].handle()
        process.kill()
        process.wait()
        assert address(state) is None
        url = prometheus_up(state, [history.blocks_dir])
        assert instant(url, "count(estran_meter_energy_wh_total)", 1_329_000_000)

    def test_stopping_twice(self, small: Site, kept: Path, state: Path) -> None:
        prometheus_up(state, [prepare(small, "2012-02", keep_in=kept).blocks_dir])
        assert prometheus_down(state) is True
        assert prometheus_down(state) is False
        assert address(state) is None


class TestCommand:
    @pytest.fixture
    def cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("ESTRAN_CACHE", str(tmp_path))
        yield tmp_path
        box.stop("small")

    def small_file(self) -> str:
        return str(Path(__file__).parents[2] / "energy" / "small_site.yaml")

    def test_fill_look_and_stop(self, cache: Path) -> None:
        from ops_cli.commands.lab.history import command

        done = CliRunner().invoke(command, ["--site", self.small_file(), "--month", "2012-02"], catch_exceptions=False)
        assert done.exit_code == 0
        url = box.url("small")
        assert url
        assert f"Prometheus of the lab: {url}" in done.output
        assert "Truth of 2012-02" in done.output
        stopped = CliRunner().invoke(command, ["--site", self.small_file(), "--stop"], catch_exceptions=False)
        assert "Stopped: prometheus" in stopped.output
        assert box.url("small") is None
        again = CliRunner().invoke(command, ["--site", self.small_file(), "--stop"], catch_exceptions=False)
        assert "Nothing ran." in again.output

    def test_no_month(self, cache: Path) -> None:
        from ops_cli.commands.lab.history import command

        done = CliRunner().invoke(command, ["--site", self.small_file()])
        assert done.exit_code == 2
        assert "give at least one --month" in done.output
