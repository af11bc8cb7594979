"""Laws of propagation on sites made at random, and on the site of the demonstration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy.interval import Period
from energy.readings.meters import MeterReadings
from energy.readings.use import Use
from energy.uncertainty.error_sources import declared_inputs, meter_inputs
from energy.uncertainty.gum import budget, combined_u, contributions
from energy.uncertainty.model import Model, Settled
from energy.uncertainty.uncertainties import Sure, Uncertainties, uncertainties_of
from infra.inventory.site import Site
from tests.energy.generated import worlds
from tests.energy.small import constant_readings, constant_use

World = tuple[Site, MeterReadings, Use]
QUIET = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow,
                                                                        HealthCheck.filter_too_much])


@given(worlds(rules=("proportional",)))
@QUIET
def test_lines_move_together_with_the_facility_meter(world: World) -> None:
    # Whatever meter is moved, the lines still add up to the facility meter: contributions do as well, and only the
    # facility meter's own is not zero. Turns red when a scenario loses a joule.
    site, readings, use = world
    model = Model(Settled(site, readings, use))
    parts = contributions(model, meter_inputs(site), declared_inputs(model.settled))
    lines = [name for name in parts.values if name.startswith("energy:")]
    by_meter = np.sum([parts.by_meter[name] for name in lines], axis=0)
    for meter, moved in zip(parts.meters, by_meter, strict=True):
        expected = readings.energy_j["facility"].mean() * meter.relative_u if meter.name == "facility" else 0.0
        assert moved == pytest.approx(expected, abs=1.0), meter.name
    assert np.sum([parts.by_declared[name] for name in lines], axis=0) == pytest.approx(0, abs=1.0)


@given(worlds(rules=("proportional",)), st.floats(0, 1))
@QUIET
def test_u_is_never_negative_and_grows_with_every_input(world: World, rho: float) -> None:
    site, readings, use = world
    model = Model(Settled(site, readings, use))
    alone = contributions(model, meter_inputs(site), [])
    every = contributions(model, meter_inputs(site), declared_inputs(model.settled))
    for name in alone.values:
        assert 0 <= combined_u(alone, name, rho) <= combined_u(every, name, rho) + 1e-9


@given(worlds(rules=("proportional",)))
@QUIET
def test_without_families_correlation_changes_nothing(world: World) -> None:
    site, readings, use = world
    parts = contributions(Model(Settled(site, readings, use)), meter_inputs(site), [])
    for name in parts.values:
        assert combined_u(parts, name, 0.0) == combined_u(parts, name, 1.0)


@given(worlds(rules=("proportional",)))
@QUIET
def test_a_budget_adds_up_to_u(world: World) -> None:
    site, readings, use = world
    model = Model(Settled(site, readings, use))
    parts = contributions(model, meter_inputs(site), declared_inputs(model.settled))
    for name in parts.values:
        square = sum(part ** 2 for _cause, part in budget(parts, name))
        assert math.sqrt(square) == pytest.approx(combined_u(parts, name, 0.0), rel=1e-9, abs=1e-12)


class TestFamilies:
    @pytest.mark.parametrize("rho", [0.0, 0.25, 0.5, 0.75, 1.0])
    def test_between_alone_and_wholly_in_common(self, small: Site, day: Period, rho: float) -> None:
        # Four outlets of one family, facility apart. u² = facility² + (1 - ρ)·Σ z² + ρ·(Σ z)², linear in ρ:
        # Z of outlets on PUE 3: -1.4 x E/500 x 0.0057735, Σ z = 0.0080829, Σ z² = 0.0080829² x 0.3280.
        # (E/500 squared and summed: 0.0576 + 0.0256 + 0.0144 + 0.2304 = 0.3280.)
        outlets = {name: meter.model_copy(update={"ct_family": "lv"}) if name.startswith("o-") else meter
                   for name, meter in small.meters.items()}
        site = small.model_copy(update={"meters": outlets})
        found = uncertainties_of(Settled(site, constant_readings(day), constant_use(day)), rho, draws=10)
        one = 1.4 * 0.01 / math.sqrt(3)
        expected = one * math.sqrt(1 + (1 - rho) * 0.3280 + rho)
        assert found.figures["pue3"].u == pytest.approx(expected, rel=2e-3)


class TestSure:
    def test_relative_to_nothing_is_endless(self) -> None:
        assert Sure(0.0, 1.0, 1.0, ()).relative_u == math.inf
        assert Sure(-4.0, 1.0, 1.0, ()).relative_u == 0.25

    def test_a_line_without_energy_is_printed_exact(self) -> None:
        found = Uncertainties({"energy:x": Sure(0.0, 0.0, 0.0, ())}, 0.5)
        assert found.of_energy("x", 0.0).value == "0.000"

    def test_causes_are_five_at_most_and_none_is_zero(self, small: Site, day: Period) -> None:
        figures = uncertainties_of(Settled(small, constant_readings(day), constant_use(day))).figures
        assert all(len(sure.causes) <= 5 for sure in figures.values())
        assert all(part > 0 for sure in figures.values() for _name, part in sure.causes)


def test_a_meter_that_reads_nothing_adds_nothing(small: Site, day: Period) -> None:
    found = uncertainties_of(Settled(small, constant_readings(day, genset_out=0), constant_use(day)))
    assert "genset-out" not in [name for sure in found.figures.values() for name, _part in sure.causes]


def test_a_longer_period_of_the_same_is_no_surer(small: Site, day: Period) -> None:
    # A class limit is the same error all along: it does not average out. Turns red when intervals are independent.
    half = Period(day.start, day.start_of(48))
    one, two = (uncertainties_of(Settled(small, constant_readings(each), constant_use(each))).figures["pue3"]
                for each in (half, day))
    assert one.u == pytest.approx(two.u)
    assert one.u > 0
