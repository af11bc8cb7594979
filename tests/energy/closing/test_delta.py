"""What a restatement says about each line, by hand."""

from __future__ import annotations

import pytest

from energy.closing.delta import Delta, LineChange, delta_of


def test_a_line_that_stays_is_not_listed() -> None:
    found = delta_of({"alpha": (100, 5.0), "beta": (50, 1.0)}, {"alpha": (100, 5.0), "beta": (51, 1.0)}, ("d",), 0.01)
    assert found.lines == (LineChange("beta", 50, 51, 1.0, 1.0),)


def test_the_share_is_the_greater_of_energy_and_carbon() -> None:
    # 2 of 100 J is 2 %, 1 of 10 g is 10 %
    assert LineChange("alpha", 100, 102, 10.0, 11.0).share == pytest.approx(0.10)
    assert LineChange("alpha", 100, 120, 10.0, 11.0).share == pytest.approx(0.20)


def test_a_negative_line_counts_by_its_size() -> None:
    # a residual that goes from -40 to -30 changes by a quarter
    assert LineChange("_residual", -40, -30, 0.0, 0.0).share == pytest.approx(0.25)


@pytest.mark.parametrize(("before", "after"), [({}, {"new": (5, 0.0)}), ({"gone": (5, 0.0)}, {})])
def test_a_line_that_appears_or_vanishes_changes_by_the_whole(before: dict, after: dict) -> None:
    assert delta_of(before, after, (), 0.5).largest_share == 1.0


@pytest.mark.parametrize(("after_j", "material"), [(1004, False), (1005, True), (1006, True), (995, True)])
def test_the_threshold_itself_is_material(after_j: int, material: bool) -> None:
    # 0.5 % of 1,000 J is 5 J
    assert delta_of({"alpha": (1000, 0.0)}, {"alpha": (after_j, 0.0)}, (), 0.005).is_material is material


def test_nothing_changed_is_never_material() -> None:
    assert not Delta((), (), 0.0).is_material
    assert not delta_of({"alpha": (1, 1.0)}, {"alpha": (1, 1.0)}, (), 0.0).is_material
