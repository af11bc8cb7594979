"""The law of propagation against drawn errors (JCGM 101): same model, no linearisation, seeded."""

from __future__ import annotations

import math

import numpy as np
import pytest

from energy.interval import Period
from energy.uncertainty.error_sources import MeterInput, declared_inputs, meter_inputs
from energy.uncertainty.gum import combined_u, contributions
from energy.uncertainty.model import Model, Settled
from energy.uncertainty.monte_carlo import monte_carlo_u, rectangular_errors
from energy.uncertainty.uncertainties import uncertainties_of
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use
from tests.energy.uncertainty.test_gum import in_family, settled_small

MANY = 40_000
PAIR = [MeterInput("a", 0.01, "lv"), MeterInput("b", 0.01, "lv"), MeterInput("c", 0.01, "")]


class TestDraws:
    def test_each_error_is_rectangular(self) -> None:
        errors = rectangular_errors(PAIR, 0.5, MANY, np.random.default_rng(1))
        # A rectangle of variance 1 reaches ±sqrt(3) and no further; its fourth moment is 9/5.
        assert np.abs(errors).max() <= math.sqrt(3)
        assert errors.std(axis=0) == pytest.approx(1, abs=0.01)
        assert (errors ** 4).mean(axis=0) == pytest.approx(1.8, abs=0.05)

    @pytest.mark.parametrize("rho", [0.0, 0.3, 0.5, 0.9, 1.0])
    def test_a_family_correlates_as_stated_and_nobody_else(self, rho: float) -> None:
        # Turns red when normal draws are correlated by ρ itself: 0.5 would come out as 0.483.
        found = np.corrcoef(rectangular_errors(PAIR, rho, MANY, np.random.default_rng(2)), rowvar=False)
        assert found[0, 1] == pytest.approx(rho, abs=0.015)
        assert found[0, 2] == pytest.approx(0, abs=0.015)

    def test_the_same_seed_draws_the_same(self, small: Site, day: Period) -> None:
        one, two = (uncertainties_of(settled_small(small, day)) for _time in range(2))
        assert one == two


class TestAgreement:
    @pytest.mark.parametrize("families", [(), ("facility", "ups-a-out", "ups-b-out"),
                                          ("o-a-n1", "o-b-n1", "o-a-n2", "o-b-n3")])
    def test_both_ways_agree(self, small: Site, day: Period, families: tuple[str, ...]) -> None:
        # 2,000 draws: the standard deviation of a standard deviation is 1 / sqrt(2 x 2000) = 1.6 %; three of them.
        site = in_family(small, *families)
        model = Model(Settled(site, constant_readings(day), constant_use(day)))
        parts = contributions(model, meter_inputs(site), declared_inputs(model.settled))
        drawn = monte_carlo_u(model, parts, 0.5)
        for name, u in drawn.items():
            assert u == pytest.approx(combined_u(parts, name, 0.5), rel=0.05), name

    def test_a_family_on_one_side_makes_it_worse(self, small: Site, day: Period) -> None:
        # All outlets of one family no longer average out: both ways say so.
        def sure(site: Site) -> tuple[float, float]:
            found = uncertainties_of(Settled(site, constant_readings(day), constant_use(day)), rho=0.9)
            return found.figures["pue3"].u, found.figures["pue3"].monte_carlo_u

        apart, together = sure(small), sure(in_family(small, "o-a-n1", "o-b-n1", "o-a-n2", "o-b-n3"))
        assert together[0] > 1.15 * apart[0]
        assert together[1] > 1.15 * apart[1]

    def test_few_draws_are_rough_and_many_are_not(self, small: Site, day: Period) -> None:
        model = Model(settled_small(small, day))
        parts = contributions(model, meter_inputs(small), [])
        u = combined_u(parts, "pue3", 0.0)
        rough, fine = (monte_carlo_u(model, parts, 0.0, draws)["pue3"] for draws in (50, 5000))
        assert fine == pytest.approx(u, rel=0.03)
        assert rough == pytest.approx(u, rel=0.5)
