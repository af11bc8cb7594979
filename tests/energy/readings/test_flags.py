"""Codes of cells: what files hold, what a sum inherits, and how they turn into the words of a page."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.quality import Quality
from energy.readings.flags import QUALITY, Flag, all_measured, quality_of, worst

CELLS = st.lists(st.integers(0, 4), max_size=20)


@given(CELLS, CELLS)
def test_a_sum_of_sums_is_as_sure_as_the_whole(first: list[int], second: list[int]) -> None:
    # Mutation: `max` made `min` in `worst` turns this red.
    def flag(cells: list[int]) -> Flag:
        return worst(np.array(cells, dtype=np.uint8))

    assert flag(first + second) == max(flag(first), flag(second))
    assert flag(first) in {Flag(cell) for cell in first} | {Flag.MEASURED}


def test_flags_keep_the_order_of_qualities() -> None:
    # the less sure a flag, the less sure its word: a page that takes the worst of either says the same
    order = list(Quality)
    places = [order.index(QUALITY[flag]) for flag in Flag if flag in QUALITY]
    assert places == sorted(places)
    assert set(Flag) - set(QUALITY) == {Flag.MISSING}


@pytest.mark.parametrize(("cell", "quality"), [(0, "measured"), (1, "bridged"), (2, "derived"), (3, "estimated")])
def test_each_flag_has_its_quality(cell: int, quality: str) -> None:
    assert quality_of(np.array([0, cell, 0], dtype=np.uint8)) == quality


def test_nothing_read_yet_is_one_byte_a_cell() -> None:
    flags = all_measured(5)
    assert flags.nbytes == 5
    assert flags.tolist() == [0] * 5
