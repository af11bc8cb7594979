"""What boards, nodes and zones record, read from a source held in memory; flows into heat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from energy.allocation.result import Component
from energy.allocation.settle import settle
from energy.errors import MissingDataError
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.readings.allow import Allow
from energy.readings.coolants import FLUIDS, Fluid, fluid_of, heat_j
from energy.readings.finding import Finding, FindingKind
from energy.readings.read_telemetry import (
    BOARD_ENERGY,
    NODE_CPU,
    NODE_FANS,
    SLICE_ACTIVE,
    SLICE_HELD,
    ZONE_FLOW,
    ZONE_RETURN,
    ZONE_SUPPLY,
    read_telemetry,
)
from energy.readings.source import RawSeries, Series
from infra.inventory.cooling import CoolingZone
from infra.inventory.site import Site
from tests.energy.allocation.test_shared_plant import shared_crah
from tests.energy.small import constant_readings, constant_use, mean_w

Rows = list[tuple[dict[str, str], Any]]


class Held:
    """A source whose series are given, on the edges of the period."""

    where, may_downsample = "memory", False

    def __init__(self, series: Mapping[str, Rows], count: int) -> None:
        self.series, self.count = series, count

    def latest(self, metric: str, matchers: Mapping[str, str], period: Period, allow: Allow) -> list[Series]:
        assert matchers == {"site": "small"}
        return [Series(labels, np.broadcast_to(np.asarray(values, dtype=float), (self.count + 1,)).copy())
                for labels, values in self.series.get(metric, [])]

    means = latest

    def samples(self, *asked: object) -> Iterator[RawSeries]:
        return iter(())

    def take_findings(self) -> tuple[Finding, ...]:
        return ()


def read(site: Site, day: Period, **series: Rows) -> Any:
    return read_telemetry(Held(series, day.count), site, day, Allow())


def rising(day: Period, step: float) -> np.ndarray:
    return step * np.arange(day.count + 1, dtype=float)


def test_a_site_that_records_none_has_none(small: Site, day: Period) -> None:
    found = read(small, day)
    assert (found.boards, found.cpu_core_s, found.fan_j, found.zone_heat_j, found.findings) == ({}, {}, {}, {}, ())


class TestBoards:
    def test_joules_and_claims(self, small: Site, day: Period) -> None:
        labels = {"node": "n3", "gpu": "0", "namespace": "beta-ia", "tenant": "beta", "pod": "p"}
        found = read(small, day, **{
            BOARD_ENERGY: [({"node": "n3", "gpu": "0"}, rising(day, 54_000))], SLICE_HELD: [(labels, 1)],
            SLICE_ACTIVE: [(labels, rising(day, 720))]})
        board = found.boards["n3"]["0"]
        assert board.energy_j.tolist() == [54_000] * day.count
        assert board.claims["beta"].parts.tolist() == [1] * day.count
        assert board.claims["beta"].active_s.tolist() == [720] * day.count

    def test_a_profile_weighs_its_slices(self, small: Site, day: Period) -> None:
        labels = {"node": "n3", "gpu": "1", "namespace": "beta-ia", "tenant": "beta", "profile": "3g.40gb"}
        found = read(small, day, **{BOARD_ENERGY: [({"node": "n3", "gpu": "1"}, rising(day, 9))],
                                    SLICE_HELD: [({**labels, "instance": "1"}, 1)]})
        assert found.boards["n3"]["1"].claims["beta"].parts.tolist() == [3] * day.count
        assert not found.boards["n3"]["1"].claims["beta"].active_s.any()

    def test_repeats_are_a_finding(self, small: Site, day: Period) -> None:
        rows = [({"node": "n3", "gpu": "0", "pod": pod}, rising(day, 100)) for pod in "ab"]
        found = read(small, day, **{BOARD_ENERGY: rows})
        assert found.boards["n3"]["0"].energy_j.sum() == 100 * day.count
        assert [finding.kind for finding in found.findings] == [FindingKind.DUPLICATE]

    def test_a_counter_that_fell_counts_from_zero(self, small: Site, day: Period) -> None:
        counter = rising(day, 100)
        counter[50:] -= counter[50] - 30
        found = read(small, day, **{BOARD_ENERGY: [({"node": "n3", "gpu": "0"}, counter)]})
        assert found.boards["n3"]["0"].energy_j[49] == 30
        assert "fell 1 times" in str(found.findings[0])

    def test_a_hole_is_refused(self, small: Site, day: Period) -> None:
        counter = rising(day, 100)
        counter[4] = np.nan
        with pytest.raises(MissingDataError, match="board n3/0 has no reading at 1 of 97 edges, the first in the "
                                                   "interval from 2012-03-05T00:45") as refusal:
            read(small, day, **{BOARD_ENERGY: [({"node": "n3", "gpu": "0"}, counter)]})
        assert "its outlets then say it all" in str(refusal.value)

    @pytest.mark.parametrize(("labels", "said"), [
        ({"node": "n9", "gpu": "0"}, "speaks of node 'n9', which the site file does not know"),
        ({"node": "n3", "gpu": "2"}, "speaks of board '2' of node 'n3'"),
        ({"node": "n1", "gpu": "0"}, "speaks of board '0' of node 'n1'"),
    ])
    def test_boards_that_nobody_knows(self, small: Site, day: Period, labels: dict[str, str], said: str) -> None:
        with pytest.raises(MissingDataError, match=said):
            read(small, day, **{BOARD_ENERGY: [(labels, rising(day, 1))]})

    def test_two_tenants_on_one_slice(self, small: Site, day: Period) -> None:
        held = [({"node": "n3", "gpu": "0", "instance": "1", "profile": "1g.10gb", "namespace": f"{tenant}-x",
                  "tenant": tenant}, 1) for tenant in ("alpha", "beta")]
        with pytest.raises(MissingDataError, match="'alpha' and 'beta' both claim slice 1 of board n3/0"):
            read(small, day, **{BOARD_ENERGY: [({"node": "n3", "gpu": "0"}, rising(day, 1))], SLICE_HELD: held})


class TestNodes:
    def test_cpu_and_fans(self, small: Site, day: Period) -> None:
        found = read(small, day, **{NODE_CPU: [({"node": "n1"}, rising(day, 3600))],
                                    NODE_FANS: [({"node": "n1"}, rising(day, 9000))]})
        assert found.cpu_core_s["n1"].tolist() == [3600] * day.count
        assert found.fan_j["n1"].tolist() == [9000] * day.count

    def test_sockets_of_one_node_add_up(self, small: Site, day: Period) -> None:
        rows = [({"node": "n1", "socket": socket}, rising(day, 100)) for socket in "01"]
        assert read(small, day, **{NODE_CPU: rows}).cpu_core_s["n1"].tolist() == [200] * day.count


class TestHeat:
    def test_water_by_hand(self) -> None:
        # 0.5 l/s, 25 to 35 °C: 992.2 x 4179 x 0.0005 x 10 = 20,732.0 W over 900 s
        found = heat_j(FLUIDS["water"], np.array([0.5]), np.array([25.0]), np.array([35.0]))
        assert found.tolist() == [round(992.2 * 4179.0 * 0.0005 * 10 * 900)]
        assert found[0] / 900 == pytest.approx(20_732, abs=1)

    def test_heat_never_flows_back(self) -> None:
        assert heat_j(FLUIDS["pao"], np.array([0.5]), np.array([40.0]), np.array([35.0])).tolist() == [0]

    def test_oil_carries_less_than_water(self) -> None:
        litre = {name: fluid.density_kg_per_m3 * fluid.heat_j_per_kg_k for name, fluid in FLUIDS.items()}
        assert max(litre, key=litre.__getitem__) == "water"
        assert all(0.35 < litre[name] / litre["water"] < 0.5 for name in ("mineral-oil", "pao", "gtl"))

    def test_a_missing_temperature_never_becomes_heat(self) -> None:
        with pytest.raises(ValueError, match="a flow or a temperature is missing"):
            heat_j(FLUIDS["water"], np.ones(1), np.array([np.nan]), np.ones(1))

    def test_the_makers_figures_come_first(self) -> None:
        zone = {"kind": "immersion", "setpoint_c": 40, "loop_coolant": "pao"}
        assert fluid_of(CoolingZone(**zone)) == FLUIDS["pao"]
        own = CoolingZone(**zone, loop_density_kg_per_m3=801, loop_heat_j_per_kg_k=2290)
        assert fluid_of(own) == Fluid(801, 2290, "site file", typical=False)
        assert fluid_of(CoolingZone(**zone, loop_density_kg_per_m3=801)).typical

    def test_zones_with_all_three_series(self, small: Site, day: Period) -> None:
        found = read(small, day, **{
            ZONE_FLOW: [({"zone": "air"}, 0.5), ({"zone": "oil"}, 0.5)], ZONE_SUPPLY: [({"zone": "air"}, 25)],
            ZONE_RETURN: [({"zone": "air"}, 35), ({"zone": "oil"}, 45)]})
        assert list(found.zone_heat_j) == ["air"]

    def test_a_zone_with_a_hole_has_no_heat(self, small: Site, day: Period) -> None:
        flow = np.full(day.count + 1, 0.5)
        flow[7] = np.nan
        found = read(small, day, **{ZONE_FLOW: [({"zone": "air"}, flow)], ZONE_SUPPLY: [({"zone": "air"}, 25)],
                                    ZONE_RETURN: [({"zone": "air"}, 35)]})
        assert found.zone_heat_j == {}

    def test_computed_heat_splits_a_shared_machine(self, small: Site, day: Period) -> None:
        # Water, equal ΔT: heat goes by flow, 0.3 : 0.1. 52 W of CRAH: 39 to air, 13 to oil (as with heat meters).
        site = shared_crah(small)
        telemetry = read(site, day, **{
            ZONE_FLOW: [({"zone": "air"}, 0.3), ({"zone": "oil"}, 0.1)],
            ZONE_SUPPLY: [({"zone": zone}, 25) for zone in ("air", "oil")],
            ZONE_RETURN: [({"zone": zone}, 35) for zone in ("air", "oil")]})
        found = settle(site, constant_readings(day), constant_use(day), telemetry=telemetry)
        assert mean_w(found, "alpha", Component.COOLING, "air") == pytest.approx(39 * 125 / 260, abs=0.01)
        assert found.notes is not None
        assert found.notes.cooling.quality is Quality.ALLOCATED
        assert found.notes.cooling.by_zone["oil"].sum() / SETTLEMENT_S / day.count == pytest.approx(13 + 24, abs=0.01)
