"""Each defect changes what a meter shows as it says, and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.plant import defects
from lab.plant.defects import (
    NO_DEFECTS,
    Defects,
    Dropout,
    Frozen,
    LostClock,
    Repeated,
    Reset,
    Samples,
    Shift,
    Shuffled,
    Skew,
    Span,
    UnitSlip,
    Unwired,
    Wrap,
)
from tests.conftest import ROOT

START = datetime(2012, 3, 5, tzinfo=UTC)
FIRST_MS = round(START.timestamp() * 1000)
HOUR = Span(START + timedelta(hours=1), 1)  # minutes 61 to 120 of 240
MINUTES = np.arange(241)


@pytest.fixture
def plain() -> Samples:
    """Four hours at 60 W, a sample a minute: 1 Wh each, from 1000 Wh on."""
    return Samples(FIRST_MS + MINUTES * 60_000, 1000.0 + MINUTES)


def shown(samples: Samples, minute: int) -> float:
    """Return the value at a minute."""
    return float(samples.values[samples.times_ms == FIRST_MS + minute * 60_000][0])


class TestEach:
    def test_a_dropout_leaves_a_hole_and_counts_on(self, plain: Samples) -> None:
        found = Dropout("m", HOUR).shown(plain)
        assert len(found.values) == 241 - 60
        gap = np.diff(found.times_ms).max()
        assert gap == 61 * 60_000
        assert (shown(found, 60), shown(found, 121)) == (1060, 1121)

    def test_a_lost_clock_counts_from_1970(self, plain: Samples) -> None:
        found = LostClock("m", HOUR).shown(plain)
        assert found.times_ms[61:64].tolist() == [0, 60_000, 120_000]
        assert (found.times_ms[121:] == plain.times_ms[121:]).all()
        assert np.array_equal(found.values, plain.values)

    def test_a_fast_clock_shifts_what_follows(self, plain: Samples) -> None:
        found = Skew("m", START + timedelta(hours=2), 90).shown(plain)
        assert (found.times_ms - plain.times_ms).tolist() == [0] * 121 + [90_000] * 120

    def test_a_frozen_register_catches_up(self, plain: Samples) -> None:
        found = Frozen("m", HOUR).shown(plain)
        assert {shown(found, minute) for minute in range(60, 121)} == {1060}
        assert shown(found, 121) == 1121

    def test_or_forgets(self, plain: Samples) -> None:
        found = Frozen("m", HOUR, forgets=True).shown(plain)
        assert (shown(found, 120), shown(found, 121), shown(found, 240)) == (1060, 1061, 1180)

    def test_a_pump_that_is_not_wired(self, plain: Samples) -> None:
        found = Unwired("m", 0.25).shown(plain)
        assert (shown(found, 0), shown(found, 240)) == (1000, 1180)

    def test_a_shift_of_the_baseline(self, plain: Samples) -> None:
        found = Shift("m", START + timedelta(hours=2), 1.05).shown(plain)
        assert (shown(found, 120), shown(found, 240)) == (1120, pytest.approx(1120 + 120 * 1.05))

    def test_a_reset_counts_from_zero(self, plain: Samples) -> None:
        found = Reset("m", START + timedelta(hours=2, seconds=30)).shown(plain)
        assert (shown(found, 120), shown(found, 121), shown(found, 240)) == (1120, 0, 119)

    def test_a_wrap(self, plain: Samples) -> None:
        found = Wrap("m", 1100.0).shown(plain)
        assert (shown(found, 99), shown(found, 100), shown(found, 240)) == (1099, 0, 140)

    def test_a_slip_of_the_unit(self, plain: Samples) -> None:
        found = UnitSlip("m", HOUR).shown(plain)
        assert (shown(found, 60), shown(found, 61), shown(found, 121)) == (1060, 1.061, 1121)

    def test_duplicates(self, plain: Samples) -> None:
        found = Repeated("m", every=10).shown(plain)
        assert len(found.values) == 241 + 25
        assert found.values[:3].tolist() == [1000, 1000, 1001]

    def test_disorder(self, plain: Samples) -> None:
        found = Shuffled("m", every=10).shown(plain)
        assert found.values[:4].tolist() == [1001, 1000, 1002, 1003]
        assert sorted(found.values.tolist()) == plain.values.tolist()


class TestOutside:
    @pytest.mark.parametrize("defect", [
        Dropout("m", Span(START + timedelta(days=9), 1)), Frozen("m", Span(START + timedelta(days=9), 1), forgets=True),
        Shift("m", START + timedelta(days=9), 1.5), Reset("m", START + timedelta(days=9)),
        Skew("m", START + timedelta(days=9), 60), UnitSlip("m", Span(START + timedelta(days=9), 1)), Wrap("m", 1e9)])
    def test_a_defect_at_another_time_changes_nothing(self, plain: Samples, defect: Dropout) -> None:
        found = defect.shown(plain)
        assert np.array_equal(found.times_ms, plain.times_ms)
        assert np.array_equal(found.values, plain.values)

    def test_the_truth_is_left_alone(self, plain: Samples) -> None:
        before = plain.values.copy(), plain.times_ms.copy()
        for defect in (Frozen("m", HOUR, forgets=True), LostClock("m", HOUR), Shuffled("m"), Shift("m", START, 2.0)):
            defect.shown(plain)
        assert np.array_equal(plain.values, before[0])
        assert np.array_equal(plain.times_ms, before[1])


class TestTogether:
    def test_each_meter_has_its_own(self, plain: Samples) -> None:
        some = Defects((Dropout("one", HOUR), Wrap("two", 1100.0)))
        assert len(some.shown("one", plain).values) == 181
        assert some.shown("two", plain).values.max() == 1099
        assert some.shown("three", plain) is plain
        assert NO_DEFECTS.shown("one", plain) is plain

    def test_in_their_order(self, plain: Samples) -> None:
        # the register starts again while nobody listens: first the reset, then the silence
        both = Defects((Reset("m", START + timedelta(minutes=90)), Dropout("m", HOUR))).shown("m", plain)
        assert shown(both, 60) == 1060
        assert shown(both, 121) == 30


    @settings(max_examples=50, deadline=None)
    @given(st.floats(0, 0.99), st.lists(st.integers(0, 500), min_size=2, max_size=50))
    def test_an_unwired_meter_never_falls(self, share: float, steps: list[int]) -> None:
        values = 100.0 + np.cumsum(steps) / 10
        found = Unwired("m", share).shown(Samples(np.arange(len(values)), values))
        assert (np.diff(found.values) >= 0).all()
        assert (found.values <= values + 0.1).all()


def test_the_page_names_every_defect_and_no_other() -> None:
    rows = (ROOT / "docs" / "energy" / "plant.md").read_text("utf-8").split("## Defects")[1]
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", rows))
    assert named == {name for name, made in vars(defects).items() if hasattr(made, "shown") and name not in (
        "Defect", "Defects", "NO_DEFECTS")}
