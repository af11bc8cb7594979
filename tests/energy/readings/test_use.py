"""Use and telemetry from a source in memory: who a series belongs to, what is shares only, parts, and each refusal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from energy.errors import EnergyError, MissingDataError, PartialAnswerError
from energy.interval import Period
from energy.readings.allow import Allow, allow
from energy.readings.finding import Finding, FindingKind
from energy.readings.gpu import Board, Claim
from energy.readings.names import CPU_RESERVED, CPU_USED, GPU_RESERVED, GPU_USED, VIRTUAL_ACCOUNTS
from energy.readings.read_telemetry import BOARD_ENERGY, NODE_FANS, SLICE_HELD, ZONE_FLOW, read_telemetry
from energy.readings.telemetry import Telemetry
from energy.readings.use import NodeUse, Use, account_of, read_use
from infra.inventory.names import PLATFORM_NAMESPACES
from infra.inventory.site import Site
from tests.energy.readings.memory import Memory, Row
from tests.energy.readings.test_exports import FIRST, START

HOUR = Period(START, START + timedelta(hours=1))
ALPHA = {"site": "small", "node": "n1", "namespace": "alpha-web", "tenant": "alpha"}


def counter(labels: dict[str, str], per_s: float, minutes: range = range(-5, 61, 5), start: float = 0.0) -> Row:
    return labels, [(FIRST + 60 * minute, start + per_s * 60 * (minute + 5)) for minute in minutes]


def gauge(labels: dict[str, str], value: float, minutes: range = range(0, 61, 5)) -> Row:
    return labels, [(FIRST + 60 * minute, value) for minute in minutes]


def use_of(small: Site, **series: list[Row]) -> Use:
    named = {"cpu": CPU_USED, "cores": CPU_RESERVED, "gpu": GPU_USED, "boards": GPU_RESERVED}
    series.setdefault("cores", [gauge(ALPHA, 1.0)])
    return read_use(Memory({named[name]: rows for name, rows in series.items()}), small, HOUR)


class TestUse:
    def test_a_counter_is_its_gain_and_a_gauge_its_mean(self, small: Site) -> None:
        rows = [(FIRST + 60 * minute, 2.0 if minute <= 5 else 8.0) for minute in range(0, 61, 5)]
        use = use_of(small, cpu=[counter(ALPHA, 3.0)], cores=[(ALPHA, rows)])
        assert use.nodes["n1"].cpu_used_s["alpha"].tolist() == [2700.0] * 4
        # samples at 5, 10, 15 end in the first interval: (2 + 8 + 8) / 3 = 6
        assert use.nodes["n1"].cpu_reserved["alpha"].tolist() == [6.0, 8.0, 8.0, 8.0]

    # Mutation: `+ amounts` of _by_node_and_account left out (the last series wins) turns this red.
    def test_namespaces_pods_and_restarts_of_one_tenant_add_up(self, small: Site) -> None:
        rows = [counter(ALPHA, 1.0), counter({**ALPHA, "namespace": "alpha-db"}, 2.0),
                counter({**ALPHA, "pod": "later"}, 4.0, range(20, 61, 5))]
        found = use_of(small, cpu=rows).nodes["n1"].cpu_used_s["alpha"].tolist()
        # the pod born at minute 20 had counted 25 x 60 x 4 = 6,000 by its first sample: all of it since minute 15
        assert found == [2700.0, 2700.0 + 8400.0, 2700.0 + 3600.0, 2700.0 + 3600.0]

    @pytest.mark.parametrize("namespace", sorted(PLATFORM_NAMESPACES)[:4])
    def test_platform_namespaces_are_nobodys_tenant(self, small: Site, namespace: str) -> None:
        use = use_of(small, cpu=[counter({**ALPHA, "namespace": namespace}, 1.0)])
        assert use.nodes["n1"].accounts() == ("_platform", "alpha")  # alpha reserved, the platform used
        assert list(use.nodes["n1"].cpu_used_s) == ["_platform"]

    @pytest.mark.parametrize("tenant", ["", "gamma", "Alpha", *VIRTUAL_ACCOUNTS])
    def test_nobody_calls_himself_a_tenant(self, small: Site, tenant: str) -> None:
        with pytest.raises(MissingDataError, match=f"carries the tenant '{tenant}', which the site file") as refusal:
            account_of(small, {"namespace": "web", "tenant": tenant}, "here")
        assert refusal.value.where == "here"
        assert "known tenants: alpha, beta" in str(refusal.value)

    @pytest.mark.parametrize("metric", ["cpu", "cores", "gpu", "boards"])
    def test_a_node_that_nobody_knows_stops_every_metric(self, small: Site, metric: str) -> None:
        rows = {"cpu": [counter(ALPHA, 1.0)]}
        rows[metric] = [*rows.get(metric, []), counter({**ALPHA, "node": "n7"}, 1.0)]
        with pytest.raises(MissingDataError, match="speaks of node 'n7', which the site file does not know") as refusal:
            use_of(small, **rows)
        assert refusal.value.remedy == "add the node to the site file, or mend the label"

    # Shares need both: what was used and what was reserved.
    @pytest.mark.parametrize(("given", "lacking"), [({"cores": [gauge(ALPHA, 1.0)]}, CPU_USED),
                                                    ({"cpu": [counter(ALPHA, 1.0)], "cores": []}, CPU_RESERVED)])
    def test_one_without_the_other_is_no_use(self, small: Site, given: dict[str, list[Row]], lacking: str) -> None:
        with pytest.raises(MissingDataError, match=f"no namespace of site 'small' has a reading of {lacking}") as no:
            use_of(small, **given)
        assert "the first interval starts at 2012-03-05T00:00:00" in str(no.value)

    def test_another_site_s_pods_are_not_ours(self, small: Site) -> None:
        use = use_of(small, cpu=[counter(ALPHA, 1.0), counter({**ALPHA, "site": "other", "node": "n7"}, 9.0)])
        assert use.nodes["n1"].cpu_used_s["alpha"].tolist() == [900.0] * 4

    def test_a_node_held_and_never_used_is_there(self, small: Site) -> None:
        use = use_of(small, cpu=[counter(ALPHA, 1.0)], boards=[gauge({**ALPHA, "node": "n3"}, 1.0)])
        assert sorted(use.nodes) == ["n1", "n3"]
        assert use.nodes["n3"] == NodeUse({}, {}, {}, use.nodes["n3"].gpu_reserved)

    def test_a_partial_answer_on_use_is_one(self, small: Site) -> None:
        source = Memory({CPU_USED: [counter(ALPHA, 1.0)], CPU_RESERVED: [gauge(ALPHA, 1.0)]}, warning="store-1 is down")
        with pytest.raises(PartialAnswerError, match="store-1"):
            read_use(source, small, HOUR)
        assert read_use(source, small, HOUR, allow(["partial"])).nodes
        assert [one.what for one in source.take_findings()] == ["store-1 is down"]

    def test_a_part_reaches_no_further_than_the_whole(self, small: Site) -> None:
        use = use_of(small, cpu=[counter(ALPHA, 1.0)])
        half = Period(HOUR.start_of(2), HOUR.end)
        assert use.part(half).part(Period(HOUR.start_of(3), HOUR.end)).nodes["n1"].cpu_used_s["alpha"].tolist() == [900]
        with pytest.raises(EnergyError, match="is not within the readings, 2012-03-05T00:30") as refusal:
            use.part(half).part(HOUR)
        assert refusal.value.remedy == "read a longer period first"


def telemetry() -> Telemetry:
    steps = np.arange(4, dtype=np.int64)
    seconds = np.arange(4, dtype=np.float64)
    board = Board(steps * 10, {"beta": Claim(np.ones(4), seconds)})
    return Telemetry(HOUR, {"n3": {"0": board}}, {"n1": seconds * 2}, {"n1": steps * 3}, {"air": steps * 4}, (
        Finding(FindingKind.RESET, "n3/0", "fell", first=HOUR.start, last=HOUR.start),
        Finding(FindingKind.DUPLICATE, "n3/0", "twice")))


class TestTelemetry:
    # Mutation: any table left out of Telemetry.part (or not cut) turns this red.
    def test_every_table_is_cut_alike(self) -> None:
        part = telemetry().part(Period(HOUR.start_of(1), HOUR.start_of(3)))
        assert part.boards["n3"]["0"].energy_j.tolist() == [10, 20]
        assert part.boards["n3"]["0"].claims["beta"].parts.tolist() == [1, 1]
        assert part.boards["n3"]["0"].claims["beta"].active_s.tolist() == [1, 2]
        assert part.cpu_core_s["n1"].tolist() == [2, 4]
        assert part.fan_j["n1"].tolist() == [3, 6]
        assert part.zone_heat_j["air"].tolist() == [4, 8]
        assert [one.kind for one in part.findings] == [FindingKind.DUPLICATE]  # what holds always goes with every part

    def test_a_part_outside_is_refused(self) -> None:
        with pytest.raises(EnergyError, match="is not within the readings"):
            telemetry().part(Period(HOUR.start, HOUR.end + timedelta(minutes=15)))

    def read(self, small: Site, **series: Any) -> Telemetry:
        return read_telemetry(Memory(series), small, HOUR, Allow())

    @pytest.mark.parametrize("metric", [NODE_FANS, SLICE_HELD])
    def test_a_node_that_nobody_knows(self, small: Site, metric: str) -> None:
        with pytest.raises(MissingDataError, match=f"{metric} speaks of node 'n7'") as refusal:
            self.read(small, **{metric: [gauge({**ALPHA, "node": "n7"}, 1.0)]})
        assert refusal.value.where == "memory"

    def test_a_slice_held_by_nobody_that_is_known(self, small: Site) -> None:
        held = {**ALPHA, "node": "n3", "gpu": "0", "tenant": "gamma"}
        with pytest.raises(MissingDataError, match="carries the tenant 'gamma'"):
            self.read(small, **{SLICE_HELD: [gauge(held, 1.0)]})

    def test_a_profile_that_is_none(self, small: Site) -> None:
        held = {**ALPHA, "node": "n3", "gpu": "0", "profile": "huge"}
        with pytest.raises(MissingDataError, match="'huge' is no MIG profile") as refusal:
            self.read(small, **{SLICE_HELD: [gauge(held, 1.0)]})
        assert "3g.40gb" in refusal.value.remedy

    def test_a_board_that_fell_and_was_repeated_says_both(self, small: Site) -> None:
        labels = {"site": "small", "node": "n3", "gpu": "0"}
        samples = [(FIRST + 60 * minute, 1000.0 + minute if minute < 30 else float(minute))
                   for minute in range(0, 61, 15)]
        found = self.read(small, **{BOARD_ENERGY: [({**labels, "pod": pod}, samples) for pod in "ab"]})
        # 1000, 1015, then 30 (from zero), 45, 60
        assert found.boards["n3"]["0"].energy_j.tolist() == [15, 30, 15, 15]
        assert [one.kind for one in found.findings] == [FindingKind.DUPLICATE, FindingKind.RESET]

    def test_a_zone_with_flow_and_no_temperature_has_no_heat(self, small: Site) -> None:
        assert self.read(small, **{ZONE_FLOW: [gauge({"site": "small", "zone": "air"}, 1.0)]}).zone_heat_j == {}
