"""The law of propagation through the settlement, against figures worked by hand on the small site (tests/energy/small).

All meters are of class 1: u_r = 1 % / sqrt(3) = 0.0057735. Facility 700 W; outlets 120, 80, 60, 240 W: 500 W of IT.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.allocation.baseline import declared
from energy.allocation.settle import settle
from energy.carbon.carbon_of import carbon_of
from energy.carbon.statement import BookName
from energy.interval import Period
from energy.quality import Quality
from energy.report.site_pue import it_energy_by_category_j
from energy.uncertainty.error_sources import declared_inputs, meter_inputs
from energy.uncertainty.gum import budget, combined_u, contributions
from energy.uncertainty.model import Model, Settled
from energy.uncertainty.policy import CT_FAMILY_RHO
from energy.uncertainty.ratio import relative_u_of_product, relative_u_of_ratio
from energy.uncertainty.uncertainties import uncertainties_of
from infra.inventory.site import Site
from tests.energy.carbon.made import settled_day, with_carbon
from tests.energy.small import constant_readings, constant_use

CLASS_1 = 0.01 / math.sqrt(3)


def settled_small(small: Site, day: Period, **watts: float) -> Settled:
    return Settled(small, constant_readings(day, **watts), constant_use(day))


def in_family(small: Site, *meters: str) -> Site:
    """Return the site with some meters behind current transformers of one family."""
    return small.model_copy(update={"meters": {
        name: meter.model_copy(update={"ct_family": "lv"}) if name in meters else meter
        for name, meter in small.meters.items()}})


class TestRatio:
    def test_two_meters_of_class_1(self) -> None:
        # sqrt(2) x 0.0057735 = 0.0081650.
        assert relative_u_of_ratio(CLASS_1, CLASS_1) == pytest.approx(0.0081650, abs=1e-7)

    def test_a_family_helps(self) -> None:
        # u² = 2 x 0.0057735² x (1 - 0.5) = 0.0057735².
        assert relative_u_of_ratio(CLASS_1, CLASS_1, 0.5) == pytest.approx(CLASS_1)

    def test_errors_wholly_in_common_cancel(self) -> None:
        assert relative_u_of_ratio(CLASS_1, CLASS_1, 1.0) == 0.0

    def test_classes_of_the_demonstration(self) -> None:
        # Facility 0.5S: 0.0028868; UPS class 1: 0.0057735 -> sqrt(8.3333e-6 + 33.333e-6) = 0.0064550.
        assert relative_u_of_ratio(0.005 / math.sqrt(3), CLASS_1) == pytest.approx(0.0064550, abs=1e-7)

    @given(st.floats(0, 0.1), st.floats(0, 0.1), st.floats(0, 1))
    def test_correlation_never_makes_it_worse(self, one: float, other: float, rho: float) -> None:
        assert relative_u_of_ratio(one, other, rho) <= relative_u_of_ratio(one, other) + 1e-12
        assert relative_u_of_ratio(one, other) == pytest.approx(relative_u_of_product(one, other))


class TestByHand:
    def test_pue_3(self, small: Site, day: Period) -> None:
        # Facility: u_r 0.0057735. IT: sqrt(120² + 80² + 60² + 240²) / 500 = 286.36 / 500 = 0.57271 of a class:
        # u_r = 0.0033066. PUE 1.4: 1.4 x sqrt(0.0057735² + 0.0033066²) = 1.4 x 0.0066533 = 0.0093147.
        # Turns red when a meter of an outlet is left out, or IT is taken as one meter.
        sure = uncertainties_of(settled_small(small, day)).figures["pue3"]
        assert sure.value == pytest.approx(1.4)
        assert sure.u == pytest.approx(0.0093147, rel=1e-3)

    def test_pue_1(self, small: Site, day: Period) -> None:
        # UPS outputs 180 and 320 W: sqrt(180² + 320²) / 500 = 0.73430 -> u_r 0.0042395; 1.4 x 0.0071630 = 0.0100282.
        assert uncertainties_of(settled_small(small, day)).figures["pue1"].u == pytest.approx(0.0100282, rel=1e-3)

    def test_a_family_of_transformers_on_both_sides(self, small: Site, day: Period) -> None:
        # Facility and both UPS outputs of one family, ρ = 1: the outputs err as one meter of 500 W, as the facility
        # does: the ratio is exact. With ρ = 0 it is pue1 above.
        site = in_family(small, "facility", "ups-a-out", "ups-b-out")
        model = Model(Settled(site, constant_readings(day), constant_use(day)))
        parts = contributions(model, meter_inputs(site), [])
        assert combined_u(parts, "pue1", 1.0) == pytest.approx(0, abs=2e-5)
        assert combined_u(parts, "pue1", 0.0) == pytest.approx(0.0100282, rel=1e-3)

    def test_half_in_common(self, small: Site, day: Period) -> None:
        # Facility and UPS B's output of one family. Z: facility 1.4 x 0.0057735 = 0.0080829; B -1.4 x 0.64 x 0.0057735
        # = -0.0051730. u² = 0.0100282² + 2 x 0.5 x 0.0080829 x (-0.0051730) = 1.00565e-4 - 4.1813e-5 = 5.8752e-5.
        site = in_family(small, "facility", "ups-b-out")
        found = uncertainties_of(Settled(site, constant_readings(day), constant_use(day)), rho=0.5)
        assert found.figures["pue1"].u == pytest.approx(math.sqrt(5.8752e-5), rel=2e-3)

    def test_energy_of_the_platform(self, small: Site, day: Period) -> None:
        # n2 is the platform's alone: its outlet of 60 W enters with more than its own weight, for losses and cooling
        # go by IT energy; in all 88.2 W of 700.
        sure = uncertainties_of(settled_small(small, day)).figures["energy:_platform"]
        assert sure.value / 900 == pytest.approx(88.2, abs=0.1)
        assert sure.causes[0][0] == "o-a-n2"

    def test_facility_alone_moves_the_residual_joule_for_joule(self, small: Site, day: Period) -> None:
        # Z of the facility meter on `_residual`: 700 W x 900 s x 0.0057735 = 3,637 J; no other line sees it.
        parts = contributions(Model(settled_small(small, day)), meter_inputs(small), [])
        place = [meter.name for meter in parts.meters].index("facility")
        assert parts.by_meter["energy:_residual"][place] == pytest.approx(3637, abs=1)
        assert parts.by_meter["energy:alpha"][place] == 0
        assert parts.by_meter["energy:beta"][place] == 0

    def test_a_declared_idle_power_moves_energy_between_lines_only(self, small: Site, day: Period) -> None:
        # n3's idle of 120 W ± 10 %: what the line of one account gains, others lose.
        parts = contributions(Model(settled_small(small, day)), [], declared_inputs(settled_small(small, day)))
        place = [each.name for each in parts.declared].index("idle:g")
        moved = [parts.by_declared[name][place] for name in parts.values if name.startswith("energy:")]
        assert sum(moved) == pytest.approx(0, abs=2)
        assert parts.by_declared["energy:beta"][place] < -1000
        assert parts.by_declared["energy:_free"][place] > 1000


class TestBaselines:
    def test_declared_baselines_are_as_unsure_as_none(self, small: Site, day: Period) -> None:
        # The close hands over a baseline for every node. Turns red when its idle power is taken as exact.
        plain = settled_small(small, day)
        told = replace(plain, baselines={name: declared(node) for name, node in small.nodes.items()})
        assert uncertainties_of(told) == uncertainties_of(plain)

    def test_a_fitted_idle_power_is_as_sure_as_its_fit(self, small: Site, day: Period) -> None:
        # n3 fitted: 120 W ± 1.2 W is 1 %, a tenth of what a declared 120 W ± 10 % does to its tenants.
        plain = settled_small(small, day)
        fitted = {"n3": replace(declared(small.nodes["n3"]), quality=Quality.DERIVED, idle_u_w=1.2)}
        told = replace(plain, baselines=fitted)
        inputs = {each.name: each for each in declared_inputs(told)}
        assert inputs["idle:n3"].relative_u == pytest.approx(0.01)
        assert "idle:g" not in inputs, "the SKU of n3 alone: no node of it is declared any more"
        sharp = contributions(Model(told), [], [inputs["idle:n3"]])
        blunt = contributions(Model(plain), [], [each for each in declared_inputs(plain) if each.name == "idle:g"])
        assert sharp.by_declared["energy:_free"][0] == pytest.approx(blunt.by_declared["energy:_free"][0] / 10, rel=0.1)


class TestModel:
    def test_the_mean_interval_is_the_day(self, small: Site, day: Period) -> None:
        allocation = settle(small, constant_readings(day), constant_use(day))
        model = Model(settled_small(small, day))
        found = model.outputs(np.ones((1, len(model.meters))))
        for row, holder in enumerate(next(iter(allocation.shares.values())).holders):
            assert f"energy:{holder.account}" in found, row
        total = sum(float(rows[0]) for name, rows in found.items() if name.startswith("energy:"))
        assert total == 700 * 900

    def test_categories_are_those_of_the_report(self, small: Site, day: Period) -> None:
        # The plant's panel behind UPS A: 126 W of UPS A's 306 W are no IT, so that PUE 1 stays 700 / 500.
        # red when this room counts categories in a way of its own, which takes panels, but no machine, off
        panels = {"panel-p": small.power.panels["panel-p"].model_copy(update={"fed_by": ("ups-a",)})}
        behind = small.model_copy(update={"power": small.power.model_copy(update={"panels": panels})})
        readings = constant_readings(day, ups_a_out=306, ups_a_in=324)
        for site, told in ((small, constant_readings(day)), (behind, readings)):
            closure = settle(site, told, constant_use(day)).closure
            figures = uncertainties_of(Settled(site, told, constant_use(day)), draws=10).figures
            for category, energy_j in it_energy_by_category_j(site, closure).items():
                assert figures[f"pue{category}"].value == pytest.approx(float(closure.facility_j.sum()) / energy_j)

    def test_a_machine_on_a_ups_is_no_it(self, small: Site, day: Period) -> None:
        # The CRAH's 52 W straight on UPS A, whose output then counts 232 W: 180 of them are IT.
        crahs = {"crah": small.cooling.crahs["crah"].model_copy(update={"fed_by": ("ups-a",)})}
        site = small.model_copy(update={"cooling": small.cooling.model_copy(update={"crahs": crahs})})
        readings = constant_readings(day, ups_a_out=232, ups_a_in=250, plant=74)
        figures = uncertainties_of(Settled(site, readings, constant_use(day)), draws=10).figures
        assert figures["pue1"].value == pytest.approx(700 / 500)

    def test_many_scenarios_are_settled_in_parts(self, small: Site, day: Period) -> None:
        model = Model(settled_small(small, day))
        factors = np.linspace(0.99, 1.01, 600)[:, None] * np.ones((1, len(model.meters)))
        together = model.outputs(factors)
        alone = model.outputs(factors[[0, 300, 599]])
        for name, rows in alone.items():
            assert together[name][[0, 300, 599]] == pytest.approx(rows), name

    def test_a_tenant_that_used_nothing_has_no_ratio(self, small: Site, day: Period) -> None:
        found = uncertainties_of(Settled(small, constant_readings(day), constant_use(day, {
            "n1": {"alpha": (3, 0, 5, 0)}, "n2": {"_platform": (1, 0, 2, 0)}, "n3": {"alpha": (2, 0, 5, 0)}})))
        assert "pue:beta" not in found.figures
        assert "pue:alpha" in found.figures


class TestBudget:
    def test_the_greatest_first(self, small: Site, day: Period) -> None:
        plain = settled_small(small, day)
        parts = contributions(Model(plain), meter_inputs(small), declared_inputs(plain))
        named = budget(parts, "pue1")
        assert [name for name, _part in named[:3]] == ["facility", "ups-b-out", "ups-a-out"]
        assert [part for _name, part in named] == sorted((part for _name, part in named), reverse=True)
        assert len(named) == len(small.meters) + len(declared_inputs(settled_small(small, day)))

    def test_a_better_class_is_a_smaller_u(self, small: Site, day: Period) -> None:
        better = {name: meter.model_copy(update={"accuracy_class": "0.2S"}) for name, meter in small.meters.items()}
        site = small.model_copy(update={"meters": better})
        sharp = uncertainties_of(Settled(site, constant_readings(day), constant_use(day))).figures
        blunt = uncertainties_of(settled_small(small, day)).figures
        # A fifth of the class: a fifth of u where only meters are uncertain.
        for category in (1, 2, 3):
            assert sharp[f"pue{category}"].u == pytest.approx(blunt[f"pue{category}"].u / 5, rel=0.01)


class TestCarbon:
    def test_energy_and_factor_err_each_by_itself(self, small: Site, day: Period) -> None:
        lines, made, held = settled_day(small, day)
        statement = carbon_of(small, day, lines, made, held)
        found = uncertainties_of(settled_small(small, day))
        factor = statement.books[BookName.OPERATIONAL].factors[0].value
        # ±0.5 g rectangular: 0.28868 g on a mean of `factor` g.
        expected = math.hypot(found.figures["energy:alpha"].relative_u, 0.5 / math.sqrt(3) / factor)
        carbon_g = statement.grams(BookName.OPERATIONAL, "alpha") or 0
        assert found.carbon_u_g("alpha", statement) == pytest.approx(carbon_g * expected)
        assert expected > found.figures["energy:alpha"].relative_u

    def test_a_range_of_the_years_mean_counts(self, small: Site, day: Period) -> None:
        # 60 g, 54 to 66: half width 6, rectangular: 6 / sqrt(3) / 60 = 5.77 %.
        site = with_carbon(small, factors={"mean": {
            "book": "statutory", "subject": "FR", "unit": "gCO2e/kWh", "value": 60, "low": 54, "high": 66,
            "publisher": "Nobody", "licence": "none", "edition": "2012", "scope": "made for a test",
            "valid_from": "2012-01-01", "valid_to": "2013-01-01"}})
        lines, made, held = settled_day(small, day)
        statement = carbon_of(site, day, lines, made, held)
        found = uncertainties_of(settled_small(small, day))
        carbon_g = statement.grams(BookName.STATUTORY, "alpha") or 0
        expected = carbon_g * math.hypot(found.figures["energy:alpha"].relative_u, 6 / math.sqrt(3) / 60)
        assert found.carbon_u_g("alpha", statement, BookName.STATUTORY) == pytest.approx(expected)

    def test_a_blank_book_has_none(self, small: Site, day: Period) -> None:
        lines, made, held = settled_day(small, day)
        found = uncertainties_of(settled_small(small, day))
        assert found.carbon_u_g("alpha", carbon_of(small, day, lines, made, held), BookName.MARKET) is None

    def test_printed(self, small: Site, day: Period) -> None:
        found = uncertainties_of(settled_small(small, day))
        assert str(found.of_ratio("pue3", 1.4)) == "1.4000 ± 0.0093"
        # alpha bears 7.182 kWh in the day with u_r of about 1.5 %.
        assert found.of_energy("alpha", 7.182).value == "7.18"
        assert found.rho == CT_FAMILY_RHO
