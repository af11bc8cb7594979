"""One stage alone: which meters make its loss, what is left over, and the loss curve against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.graph.stage import Stage, curve_loss_j, stage_of
from energy.interval import SETTLEMENT_S
from energy.quality import Quality
from energy.units import Joules
from infra.inventory.power import LossCurve

CURVES = st.builds(LossCurve, fixed_w=st.floats(0, 1000), linear=st.floats(0, 0.5), quadratic_per_w=st.floats(0, 1e-3))
ENERGIES = st.lists(st.integers(0, 10**9), min_size=1, max_size=6)
CURVE = LossCurve(fixed_w=10, linear=0.1)


def row(*watts: float) -> Joules:
    return np.array([round(power_w * SETTLEMENT_S) for power_w in watts], dtype=np.int64)


def watts(stage: Stage) -> tuple[list[float], ...]:
    return tuple((energy_j / SETTLEMENT_S).tolist() for energy_j in (stage.in_j, stage.out_j, stage.loss_j,
                                                                     stage.residual_j))


class TestByHand:
    # Drawn 100 W; the curve loses 10 W and a tenth. in, out, loss, residual:
    @pytest.mark.parametrize(("measured_in", "measured_out", "expected"), [
        (None, None, (120, 100, 20, 0)),      # 100 + 10 + 10
        (120, None, (120, 100, 20, 0)),
        (110, None, (110, 100, 20, -10)),     # less entered than drawn and lost: the meters disagree
        (None, 90, (109, 90, 19, -10)),       # the curve at 90: 10 + 9; ten less leave than are drawn
        (130, 90, (130, 90, 40, -10)),
        (130, 105, (130, 105, 25, 5)),
        (80, 90, (80, 90, 0, -20)),           # less in than out: no negative loss, all of it is residual
    ])
    def test_where_each_joule_goes(self, measured_in: float | None, measured_out: float | None,
                                   expected: tuple[float, ...]) -> None:
        found = stage_of(row(100), None if measured_in is None else row(measured_in),
                         None if measured_out is None else row(measured_out), CURVE)
        assert watts(found) == tuple([value] for value in expected)
        both = measured_in is not None and measured_out is not None
        assert found.loss_quality is (Quality.DERIVED if both else Quality.DECLARED)

    # Mutation: either line of `if lossless` left out of stage_of turns a row red.
    @pytest.mark.parametrize(("measured_in", "measured_out", "expected"), [
        (104, None, (104, 104, 0, 4)), (None, 104, (104, 104, 0, 4)), (None, None, (100, 100, 0, 0)),
        (106, 104, (106, 104, 2, 4)),  # two meters on a bar: their difference is a loss all the same
        (103, 104, (103, 104, 0, 3)),
    ])
    def test_a_bar_without_curve(self, measured_in: float | None, measured_out: float | None,
                                 expected: tuple[float, ...]) -> None:
        found = stage_of(row(100), None if measured_in is None else row(measured_in),
                         None if measured_out is None else row(measured_out), LossCurve())
        assert watts(found) == tuple([value] for value in expected)

    def test_an_idle_stage_loses_what_it_loses_at_rest(self) -> None:
        # a transformer of 30 W at no load, over three intervals of 0, 1 and 0 W
        found = stage_of(row(0, 1, 0), None, None, LossCurve(fixed_w=30, linear=1e-3))
        assert watts(found)[2] == [30, pytest.approx(30.001, abs=1e-3), 30]

    def test_each_interval_has_its_own_load(self) -> None:
        # the square of a mean is not the mean of squares: 0 and 200 W lose 0 and 40, not twice 10
        found = curve_loss_j(LossCurve(quadratic_per_w=0.001), row(0, 200))
        assert (found / SETTLEMENT_S).tolist() == [0, 40]


class TestLaws:
    @given(CURVES, ENERGIES)
    def test_the_curve_against_exact_fractions(self, curve: LossCurve, energies: list[int]) -> None:
        found = curve_loss_j(curve, np.array(energies, dtype=np.int64))
        for energy_j, loss_j in zip(energies, found.tolist(), strict=True):
            load_w = Fraction(energy_j, SETTLEMENT_S)
            exact = SETTLEMENT_S * (Fraction(curve.fixed_w) + Fraction(curve.linear) * load_w
                                    + Fraction(curve.quadratic_per_w) * load_w * load_w)
            assert abs(loss_j - exact) <= Fraction(1, 2) + exact / 10**12  # rounded once, to the nearest joule

    @given(CURVES, st.integers(0, 10**9), st.integers(0, 10**9))
    def test_more_load_never_loses_less(self, curve: LossCurve, one: int, more: int) -> None:
        low, high = curve_loss_j(curve, np.array([one, one + more], dtype=np.int64)).tolist()
        assert low <= high

    @given(CURVES, ENERGIES, st.booleans(), st.booleans(), st.integers(-10**6, 10**6))
    def test_a_meter_off_by_something_moves_the_residual_by_it(self, curve: LossCurve, energies: list[int],
                                                               entering: bool, leaving: bool, off: int) -> None:
        """Whatever is metered, residual and loss together take up exactly what a meter at the input reads too much."""
        drawn = np.array(energies, dtype=np.int64)
        right = stage_of(drawn, None, None, curve)
        measured_in = np.maximum(right.in_j + off, 0) if entering else None
        found = stage_of(drawn, measured_in, right.out_j if leaving else None, curve)
        moved = found.loss_j + found.residual_j - right.loss_j - right.residual_j
        assert np.array_equal(moved, found.in_j - right.in_j)
        assert (found.loss_j >= 0).all()
