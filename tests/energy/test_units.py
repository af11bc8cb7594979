"""Conversions: in one place, exact where they can be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.quality import Quality
from energy.units import (
    J_PER_KWH,
    J_PER_WH,
    joules_from_counter,
    joules_from_watts,
    kwh_from_wh,
    wh_from_joules,
)


def test_constants() -> None:
    assert J_PER_WH == 3600
    assert J_PER_KWH == 3_600_000


@pytest.mark.parametrize(("unit", "joules"), [("J", 2.5), ("Wh", 9_000.0), ("kWh", 9_000_000.0)])
def test_a_counter_in_joules(unit: str, joules: float) -> None:
    assert joules_from_counter(np.array([2.5]), unit).tolist() == [joules]


def test_a_unit_nobody_knows_is_refused() -> None:
    with pytest.raises(KeyError, match="MWh"):
        joules_from_counter(np.array([1.0]), "MWh")


def test_watts_over_a_quarter_hour() -> None:
    assert joules_from_watts(50, 900) == 45_000
    assert joules_from_watts(0.0004, 900) == 0


def test_no_reading_stays_no_reading() -> None:
    assert np.isnan(joules_from_counter(np.array([np.nan]), "Wh")).all()


@given(st.integers(0, 10**15))
def test_watt_hours_and_back(energy_j: int) -> None:
    assert wh_from_joules(energy_j) * 3600 == pytest.approx(energy_j)
    assert kwh_from_wh(wh_from_joules(energy_j)) * 1000 == pytest.approx(wh_from_joules(energy_j))


def test_every_flag_says_what_it_means() -> None:
    assert all(flag.meaning for flag in Quality)
    assert len({flag.meaning for flag in Quality}) == len(Quality)
