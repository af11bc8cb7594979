"""Machines of several zones, children of several parents, machines behind a UPS: by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from energy.allocation.cooling_split import split_cooling
from energy.allocation.it_energy import it_energy, node_splits
from energy.allocation.result import Allocation, Component
from energy.allocation.settle import settle
from energy.graph.closure import close
from energy.graph.registers import Registers
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.readings.meters import MeterReadings
from infra.inventory.meters import Meter
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use, mean_w, total_w


def with_heat(site: Site, *zones: str) -> Site:
    meters = {f"heat-{zone}": Meter(at=zone, side="out", quantity="heat", serial=f"H-{zone}") for zone in zones}
    return site.model_copy(update={"meters": {**site.meters, **meters}})


def shared_crah(site: Site) -> Site:
    """Return the site with a CRAH that serves both zones."""
    crahs = {"crah": site.cooling.crahs["crah"].model_copy(update={"zones": ("air", "oil")})}
    return site.model_copy(update={"cooling": site.cooling.model_copy(update={"crahs": crahs})})


def with_power(site: Site, **sections: Any) -> Site:
    return site.model_copy(update={"power": site.power.model_copy(update=sections)})


def heated(period: Period, **heat_w: float) -> MeterReadings:
    """Return the constant readings and heat meters of constant power."""
    readings = constant_readings(period)
    heats = {f"heat-{zone}": np.full(period.count, round(value * SETTLEMENT_S), dtype=np.int64)
             for zone, value in heat_w.items()}
    return MeterReadings(period, {**readings.energy_j, **heats}, {})


def quality_of(site: Site, readings: MeterReadings, period: Period) -> Quality:
    closure = close(site, readings)
    it = it_energy(site, closure, node_splits(site, closure, constant_use(period))).total
    return split_cooling(site, closure, Registers(site, readings, "heat"), it).quality


def closes(allocation: Allocation) -> bool:
    total = sum(shares.energy_j.sum(axis=0) for shares in allocation.shares.values())
    return bool(np.array_equal(total, allocation.closure.facility_j))


class TestSharedMachine:
    def test_by_metered_heat(self, small: Site, day: Period) -> None:
        # 52 W of CRAH; heat 390 W in air, 130 W in oil -> 39 and 13. In air alpha has 125 of 260, in oil 90 of 240.
        site = with_heat(shared_crah(small), "air", "oil")
        readings = heated(day, air=390, oil=130)
        allocation = settle(site, readings, constant_use(day))
        assert mean_w(allocation, "alpha", Component.COOLING, "air") == pytest.approx(39 * 125 / 260, abs=0.01)
        assert mean_w(allocation, "alpha", Component.COOLING, "oil") == pytest.approx((13 + 24) * 90 / 240, abs=0.01)
        assert quality_of(site, readings, day) is Quality.ALLOCATED
        assert closes(allocation)

    def test_without_heat_meters_by_it_energy_and_flagged(self, small: Site, day: Period) -> None:
        # 52 W by 260 : 240 -> 27.04 and 24.96
        site = shared_crah(small)
        allocation = settle(site, constant_readings(day), constant_use(day))
        assert mean_w(allocation, "_platform", Component.COOLING, "air") == pytest.approx(27.04 * 60 / 260, abs=0.01)
        assert quality_of(site, constant_readings(day), day) is Quality.ESTIMATED
        assert closes(allocation)

    def test_one_heat_meter_of_two_is_not_enough(self, small: Site, day: Period) -> None:
        site, readings = with_heat(shared_crah(small), "air"), heated(day, air=390)
        assert quality_of(site, readings, day) is Quality.ESTIMATED
        allocation = settle(site, readings, constant_use(day))
        assert mean_w(allocation, "_platform", Component.COOLING, "air") == pytest.approx(27.04 * 60 / 260, abs=0.01)

    def test_machines_of_one_zone_need_no_heat_meter(self, small: Site, day: Period) -> None:
        assert quality_of(small, constant_readings(day), day) is Quality.ALLOCATED

    def test_no_heat_anywhere_and_the_machine_runs(self, small: Site, day: Period) -> None:
        # heat meters at zero: nobody is known to have caused it, the 52 W are not closed
        site = with_heat(shared_crah(small), "air", "oil")
        allocation = settle(site, heated(day, air=0, oil=0), constant_use(day))
        assert mean_w(allocation, "_residual", Component.CLOSURE) == pytest.approx(7 + 52, abs=0.01)
        assert closes(allocation)


class TestSeveralParents:
    def test_a_machine_on_two_panels_draws_half_on_each(self, small: Site, day: Period) -> None:
        # The CRAH's 52 W: 26 on panel-p, 26 on panel-q; panel-p feeds 126 - 26 = 100 W: machines 50, building 50.
        panel_q = small.power.panels["panel-p"].model_copy(update={"fed_by": ("tr",)})
        crahs = {"crah": small.cooling.crahs["crah"].model_copy(update={"fed_by": ("panel-p", "panel-q")})}
        site = with_power(small, panels={**small.power.panels, "panel-q": panel_q}).model_copy(
            update={"cooling": small.cooling.model_copy(update={"crahs": crahs})})
        readings = constant_readings(day, plant=100)
        closure = close(site, readings)
        assert closure.stages["panel-q"].out_j[0] / SETTLEMENT_S == 26
        assert closure.base_load_j[0] / SETTLEMENT_S == 100 - 26 - 24
        allocation = settle(site, readings, constant_use(day))
        # the same energies as in the hand-computed case: so the same lines
        assert total_w(allocation, "alpha") == pytest.approx(299.25, abs=0.01)
        assert closes(allocation)

    def test_two_transformers_share_what_they_feed(self, small: Site, day: Period) -> None:
        # 660 W, half on each: 330 x 5 % twice is the same 33 W of loss.
        second = small.power.transformers["tr"]
        both = ("tr", "tr-2")
        site = with_power(
            small, transformers={"tr": second, "tr-2": second},
            ups={name: ups.model_copy(update={"fed_by": both}) for name, ups in small.power.ups.items()},
            panels={name: panel.model_copy(update={"fed_by": both}) for name, panel in small.power.panels.items()})
        allocation = settle(site, constant_readings(day), constant_use(day))
        losses = {name: stage.loss_j[0] / SETTLEMENT_S for name, stage in allocation.closure.stages.items()}
        assert losses["tr"] == pytest.approx(16.5, abs=0.01)
        assert losses["tr-2"] == pytest.approx(16.5, abs=0.01)
        assert total_w(allocation, "beta") == pytest.approx(190.575, abs=0.02)
        assert closes(allocation)

    def test_cooling_behind_a_ups_bears_the_loss_of_that_ups(self, small: Site, day: Period) -> None:
        # panel-p on UPS A: 126 W more through it, at the same loss of 18 W over 306 W instead of 180 W.
        panels = {"panel-p": small.power.panels["panel-p"].model_copy(update={"fed_by": ("ups-a",)})}
        site = with_power(small, panels=panels)
        readings = constant_readings(day, ups_a_out=306, ups_a_in=324)
        allocation = settle(site, readings, constant_use(day))
        # _platform: 60 W on PDU A, cooling 12 and base 6 on the panel: 78 of 306 -> 18 x 78 / 306 = 4.588;
        # transformer: (78 + 4.588) x 5 % = 4.129.
        expected = 18 * 78 / 306 + (78 + 18 * 78 / 306) * 0.05
        assert mean_w(allocation, "_platform", Component.LOSS) == pytest.approx(expected, abs=0.01)
        assert closes(allocation)

    def test_a_node_on_three_outlets(self, small: Site, day: Period) -> None:
        outlets = {**small.power.outlets, "a2-n1": small.power.outlets["a-n1"]}
        nodes = {**small.nodes, "n1": small.nodes["n1"].model_copy(update={"outlets": ("a-n1", "b-n1", "a2-n1")})}
        meters = {**small.meters, "o-a2-n1": Meter(at="a2-n1", side="out", serial="O9")}
        site = with_power(small, outlets=outlets).model_copy(update={"nodes": nodes, "meters": meters})
        known = constant_readings(day, o_a_n1=70)
        readings = MeterReadings(day, {**known.energy_j, "o-a2-n1": np.full(day.count, 50 * SETTLEMENT_S)}, {})
        allocation = settle(site, readings, constant_use(day))
        # 70 + 80 + 50 = 200 W as before, 120 of them on A: nothing changes for anybody
        assert total_w(allocation, "alpha") == pytest.approx(299.25, abs=0.01)
        assert closes(allocation)
