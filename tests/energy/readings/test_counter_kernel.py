"""The compiled loop, edge by edge: where a reset, a wrap or a replacement lies against an edge, and any cut of windows.

Times in minutes after the first edge, registers in Wh of 3,600 J; 60 W are 1 Wh a minute and 54,000 J an interval.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.interval import Period
from energy.readings import counter_kernel as kernel
from energy.readings.register import Register
from infra.inventory.meters import Meter, Registration
from tests.energy.readings.test_register import (
    FIRST_MS,
    HISTORIES,
    HOUR,
    MINUTE,
    NOW,
    START,
    Samples,
    kinds,
    register,
    steady,
    words,
)

OLD = datetime(2000, 1, 1, tzinfo=UTC)


def fed(made: Register, samples: Samples) -> Register:
    made.feed(np.array([FIRST_MS + round(minute * MINUTE) for minute, _ in samples], dtype=np.int64),
              np.array([value for _, value in samples], dtype=np.float64))
    return made


def devices(*exchanges: tuple[float, float | None, float | None]) -> dict[str, Any]:
    """Return registrations from (minute of the exchange, closing index, opening index) in order of time."""
    rows, since, opening = [], OLD, None
    for number, (minute, closing, next_opening) in enumerate(exchanges):
        until = START + timedelta(minutes=minute)
        rows.append(Registration(serial=f"S{number}", since=since, until=until, opening=opening, closing=closing))
        since, opening = until, next_opening
    return {"registrations": (*rows, Registration(serial="S", since=since, opening=opening))}


class TestEdges:
    @pytest.mark.parametrize(("before", "after", "first_j"), [
        (14.5, 15.5, 5400),   # half of the step of 3 Wh lies before the edge: 1.5 Wh
        (14.75, 15.5, 3600),  # 0.25 of 0.75 minutes: 1 Wh of 3
        (14.9, 15.05, 7200),  # 0.1 of 0.15: 2 Wh of 3
        (14.0, 16.0, 5400),
    ])
    def test_an_edge_cuts_a_step_in_proportion_to_time(self, before: float, after: float, first_j: int) -> None:
        made = register([(0, 100.0), (before, 110.0), (after, 113.0), (60, 120.0)], 4000.0)
        assert made.row().energy_j[0] == 10 * 3600 + first_j
        assert made.row().energy_j.sum() == 20 * 3600

    def test_a_joule_that_can_not_be_cut_goes_to_one_side(self) -> None:
        # steps of 1 J over two minutes around each edge: half a joule is rounded to even (0.5 -> 0), so it comes after
        made = register([(0, 0.0), (14, 0.0), (16, 1.0), (29, 1.0), (31, 2.0), (60, 2.0)], unit="J")
        assert made.row().energy_j.tolist() == [0, 1, 1, 0]

    # Mutation: `rint` made `floor` in `_edges_until` turns the second row red, made `ceil` the first.
    @pytest.mark.parametrize(("before", "first_j"), [(14.75, 33), (14.0, 67)])
    def test_a_third_of_a_joule_goes_to_the_nearest(self, before: float, first_j: int) -> None:
        # 100 J from `before` to 15.5: a third of them (0.25 of 0.75 minutes), or two thirds (1 of 1.5), before the edge
        made = register([(0, 0.0), (before, 0.0), (15.5, 100.0), (60, 100.0)], unit="J")
        assert made.row().energy_j.tolist() == [first_j, 100 - first_j, 0, 0]

    def test_a_step_over_several_edges(self) -> None:
        # 50 minutes in one step of 500 Wh from minute 5: edges at 15, 30, 45 lie at 100, 250, 400 Wh of it
        made = register([(0, 0.0), (5, 0.0), (55, 500.0), (60, 500.0)], 4000.0)
        assert made.row().energy_j.tolist() == [100 * 3600, 150 * 3600, 150 * 3600, 100 * 3600]
        assert made.row().held == ((0, 4),)

    def test_two_holes_with_a_read_edge_between_are_two_spans(self) -> None:
        # nothing from 10 to 20 and from 40 to 50: edges 15 and 45 are held, edge 30 is read
        made = register([row for row in steady() if not (10 < row[0] < 20 or 40 < row[0] < 50)])
        assert made.row().held == ((0, 2), (2, 4))
        assert words(made) == ["bridged"] * 4

    def test_samples_around_the_period_close_its_ends(self) -> None:
        # the first edge lies between −3 and 1, the last between 58 and 62: read from samples outside
        made = register([(-3, 997.0), *steady(minutes=range(1, 59)), (62, 1062.0)])
        assert made.row().energy_j.tolist() == [54_000] * 4
        assert words(made) == ["bridged", "measured", "measured", "bridged"]  # 4 minutes are more than two scrapes

    def test_only_samples_outside(self) -> None:
        # before and after, nothing within: one hole over everything, its total exact
        made = register([(-10, 990.0), (70, 1070.0)])
        assert made.row().energy_j.tolist() == [54_000] * 4
        assert made.row().held == ()  # no edge around it was read: its total is not of these cells alone
        assert words(made) == ["bridged"] * 4


class TestFallsAndEdges:
    # Mutation: `moment - 1` made `moment` in `_mark` turns the last row red, `max(0, ...)` taken off the first.
    @pytest.mark.parametrize(("at", "bridged"), [
        (1, [0]),        # between the first edge and minute 1
        (15, [0]),       # seen on the edge: what fell lies before it
        (16, [1]),       # last sample on the edge: what fell lies after it
        (20, [1]),
        (45, [2]),
        (60, [3]),       # seen on the last edge
    ])
    def test_a_reset_marks_the_cells_it_may_lie_in(self, at: int, bridged: list[int]) -> None:
        made = register([(m, 1000.0 + m if m < at else float(m - at + 1)) for m in range(61)])
        assert [cell for cell, word in enumerate(words(made)) if word == "bridged"] == bridged
        assert kinds(made) == {"reset": 1}
        assert made.row().energy_j.sum() == 60 * 3600  # 1 Wh in the minute of the reset, counted from zero

    def test_a_reset_over_an_edge_marks_both_sides(self) -> None:
        # samples at 14.5 and 15.5, 0.5 Wh since zero at 15.5: cut at the edge by time, half and half
        samples = [(m + 0.5, 1000.5 + m) for m in range(-1, 15)] + [(m + 0.5, m - 14.5) for m in range(15, 61)]
        made = register(samples)
        assert words(made) == ["bridged", "bridged", "measured", "measured"]
        # register 999.5 at −0.5: edge 0 at 1000; 1014.5 at 14.5; step 0.5 Wh to 15.5 of which 0.25 before the edge
        assert made.row().energy_j[0] == round((14.5 + 0.25) * 3600)

    def test_a_reset_before_the_period_marks_nothing(self) -> None:
        made = register([(-2, 5000.0), (-1, 0.5), *((m, 1.5 + m) for m in range(61))])
        assert words(made) == ["measured"] * 4
        assert kinds(made) == {"reset": 1}

    def test_a_reset_on_the_last_edge_s_far_side_marks_nothing(self) -> None:
        made = register([*steady(), (61, 0.5)])
        assert words(made) == ["measured"] * 4

    # A hole of 15 minutes is bounded by the rating; one of a second more is not.
    @pytest.mark.parametrize(("back", "word"), [(31.0, "bridged"), (31.1, "missing")])
    def test_a_reset_in_a_hole_of_an_interval_and_more(self, back: float, word: str) -> None:
        made = register([*steady(minutes=range(17)), (back, 2.0), *((m, m - 29.0) for m in range(32, 61))])
        assert words(made)[1:3] == [word, word]
        assert made.row().energy_j[3] == 54_000

    def test_zero_after_zero_is_no_reset(self) -> None:
        made = register([(m, 0.0) for m in range(61)])
        assert kinds(made) == {}
        assert made.row().energy_j.tolist() == [0] * 4

    def test_a_wrap_over_an_edge_is_cut_like_any_step(self) -> None:
        # 1,014.5 -> 0.5 at modulus 1,015: one Wh over the edge at 15, half of it before
        samples = [(m + 0.5, (1000.5 + m) % 1015) for m in range(-1, 61)]
        made = register(samples, modulus=1015)
        assert made.row().energy_j.tolist() == [54_000] * 4
        assert words(made) == ["bridged", "bridged", "measured", "measured"]

    @pytest.mark.parametrize(("last", "x", "kind"), [
        (990.0, 9.0, "reset"),   # wrap would be 1000 − 990 + 9 = 19 Wh, over 11 Wh; from zero 9 Wh
        (992.0, 3.0, "wrap"),    # 8 + 3 = 11 Wh: 600 W for a minute are 10 Wh, and one step of 1 Wh
        (991.0, 3.0, "reset"),   # 12 Wh: too much for a wrap
        (1500.0, 3.0, "reset"),  # the register stood above its modulus: it never wraps there
        (900.0, 500.0, "replacement"), (900.0, 890.0, "out-of-order"),
    ])
    def test_what_a_fall_is(self, last: float, x: float, kind: str) -> None:
        made = register([(0, last), (1, x)], modulus=1000)
        assert set(kinds(made)) == {kind}


class TestLimit:
    # 400 W x 1.5 over a minute: 10 Wh, and one step of the register: 11 Wh are taken, more is not.
    @pytest.mark.parametrize(("step", "taken"), [(11.0, True), (11.001, False)])
    def test_what_can_pass_in_a_minute(self, step: float, taken: bool) -> None:
        made = register([(0, 1000.0), (1, 1000.0 + step), (60, 1060.0)])
        assert kinds(made).get("nameplate", 0) == (0 if taken else 1)

    def test_the_limit_grows_with_the_time_since_the_last_reading_that_counts(self) -> None:
        # 1,020 Wh at minute 1 is refused (11 at most); at minute 2 it is 21 at most, and 20 pass
        made = register([(0, 1000.0), (1, 1020.0), (2, 1020.0), (60, 1060.0)])
        assert kinds(made) == {"nameplate": 1, "gap": 1}
        assert made.row().energy_j.sum() == 60 * 3600

    def test_without_a_rating_nothing_is_too_much(self) -> None:
        made = register([(0, 0.0), (1, 1e9), (60, 1e9)], 0.0)
        assert kinds(made) == {"gap": 1}
        assert made.row().energy_j.sum() == 3600 * 10**9

    def test_a_single_wild_value_moves_no_edge_and_the_register_goes_on(self) -> None:
        samples = steady()
        samples[15], samples[30] = (15, 77_777.0), (30, 88_888.0)
        made = register(samples)
        assert made.row().energy_j.tolist() == [54_000] * 4
        assert made.samples == 58

    # A register of 100 steps or less may well grow a thousandfold; one of more, only by another unit.
    @pytest.mark.parametrize(("last", "kind"), [(99.0, "nameplate"), (100.0, "unit-slip")])
    def test_a_thousandfold_value(self, last: float, kind: str) -> None:
        assert kinds(register([(0, last), (1, last * 1000)])) == {kind: 1}

    @pytest.mark.parametrize(("last", "x", "kind"), [
        (100_000.0, 100.0, "unit-slip"), (99_999.0, 99.999, "replacement"), (100_000.0, 98.0, "replacement"),
        (100_000.0, 100.5, "unit-slip"), (100_000.0, 100.6, "replacement")])
    def test_a_thousandth(self, last: float, x: float, kind: str) -> None:
        # within half a step of the old unit below, and what can pass (11 Wh) and half a step above: ±500 of 100,000
        assert kinds(register([(0, last), (1, x)])) == {kind: 1}


class TestReplacements:
    def test_two_in_one_hole(self) -> None:
        # A closes at 1,030 (20 since 1,010); B from 5 to 12 (7); C from 100, seen at 111 (11): 38 Wh from 10 to 40
        rows = devices((20, 1030.0, 5.0), (30, 12.0, 100.0))
        made = register([*steady(minutes=range(11)), *((m, 71.0 + m) for m in range(40, 61))], **rows)
        assert made.row().energy_j.sum() == (10 + 38 + 20) * 3600
        assert kinds(made)["replacement"] == 1
        assert words(made) == ["bridged", "bridged", "bridged", "measured"]

    def test_an_index_missing_in_the_middle_spoils_the_whole_step(self) -> None:
        rows = devices((20, 1030.0, None), (30, 12.0, 100.0))
        made = register([*steady(minutes=range(11)), *((m, 71.0 + m) for m in range(40, 61))], **rows)
        assert words(made)[:3] == ["missing"] * 3  # a hole of 30 minutes: nobody knows
        assert "without closing or opening index" in str(made.findings("m")[0])

    def test_one_before_the_first_sample_is_nobodys(self) -> None:
        made = register(steady(), **devices((-100, 9.0, 900.0)))
        assert kinds(made) == {}

    def test_on_a_sample_the_new_device_speaks(self) -> None:
        # exchanged at minute 20 sharp: the sample of minute 20 is the new device's, 3 Wh; the old one closed at 1,020
        made = register([*steady(minutes=range(20)), *((m, 3.0 + m - 20) for m in range(20, 61))],
                        **devices((20, 1020.0, 3.0)))
        assert made.row().energy_j.tolist() == [54_000] * 4
        assert words(made) == ["measured", "bridged", "measured", "measured"]

    # Mutation: `closing >= start` or `x >= start` left out of `_replaced` turns the second or the last row red.
    @pytest.mark.parametrize(("closing", "opening"), [(1010.0, 7.0), (1018.0, 7.0), (1025.0, 20.0), (1026.0, 15.0)])
    def test_indexes_that_contradict_the_samples_are_not_used(self, closing: float, opening: float) -> None:
        # the old device stood at 1,019 already; or the new one at 13 Wh when it was first read. One Wh too few there
        # and six more here would still make a sum that can pass
        made = register([*steady(minutes=range(20)), *((m, 13.0 + m - 20) for m in range(20, 61))],
                        **devices((19.5, closing, opening)))
        assert "without closing or opening index" in str(made.findings("m")[0])
        assert made.row().energy_j.sum() == 59 * 3600

    # Mutation: `step > limit_j` taken off in `absorb` turns this red.
    def test_an_index_that_would_mean_more_than_the_place_carries_is_not_used(self) -> None:
        # 10,250 written for 1,025.0: 9 kWh in a minute where 11 Wh can pass
        made = register([*steady(minutes=range(20)), *((m, 7.0 + m - 20) for m in range(20, 61))],
                        **devices((19.5, 10_250.0, 7.0)))
        assert made.row().energy_j.sum() == 59 * 3600
        assert "without closing or opening index" in str(made.findings("m")[0])

    def test_a_replacement_in_kwh(self) -> None:
        rows = devices((20, 1.020, 0.003))
        made = register([*((m, 1 + m / 1000) for m in range(20)), *((m, 0.003 + (m - 20) / 1000)
                                                                    for m in range(20, 61))], unit="kWh", **rows)
        assert made.row().energy_j.sum() == 60 * 3600


class TestWindows:
    # Mutation: any element of the state that is not carried over (LAST_X, NEXT_EDGE, TOTAL_J) turns this red.
    @settings(max_examples=150, deadline=None)
    @given(HISTORIES, st.lists(st.integers(0, 60), max_size=12), st.booleans())
    def test_any_cut_into_windows_gives_the_same(self, samples: Samples, cuts: list[int], replaced: bool) -> None:
        samples = sorted(dict(samples).items())
        facts = devices((20, 500.0, 7.0), (31, None, 2.0)) if replaced else {}
        whole = register(samples, **facts)
        parts = register([], **facts)
        bounds = [0, *sorted(min(cut, len(samples)) for cut in cuts), len(samples)]
        for first, last in pairwise(bounds):
            fed(parts, samples[first:last])
        assert whole.row().energy_j.tolist() == parts.row().energy_j.tolist()
        assert (words(whole), kinds(whole), whole.row().held) == (words(parts), kinds(parts), parts.row().held)
        assert (whole.samples, whole.first_seen, whole.last_seen) == (parts.samples, parts.first_seen, parts.last_seen)

    @settings(max_examples=150, deadline=None)
    @given(HISTORIES, st.randoms())
    def test_the_order_within_a_window_changes_no_joule(self, samples: Samples, random: Any) -> None:
        samples = sorted(dict(samples).items())
        mixed = list(samples)
        random.shuffle(mixed)
        row, other = register(samples).row(), register(mixed).row()
        assert row.energy_j.tolist() == other.energy_j.tolist()
        assert row.flags.tolist() == other.flags.tolist()

    @settings(max_examples=150, deadline=None)
    @given(HISTORIES, st.integers(0, 3))
    def test_a_longer_period_says_the_same_of_its_parts(self, samples: Samples, first: int) -> None:
        """An interval is worth the same whether the period begins with it or before it."""
        samples = sorted(dict(samples).items())
        whole = register(samples)
        part = fed(Register(Meter(at="x", serial="S"), Period(HOUR.start_of(first), HOUR.end), 400.0, NOW), samples)
        assert whole.row().energy_j[first:].tolist() == part.row().energy_j.tolist()
        assert whole.row().flags[first:].tolist() == part.row().flags.tolist()

    @settings(max_examples=150, deadline=None)
    @given(st.lists(st.tuples(st.integers(1, 20 * MINUTE), st.integers(0, 10**6)), min_size=2, max_size=40))
    def test_edges_are_interpolated_to_the_nearest_joule(self, steps: list[tuple[int, int]]) -> None:
        """Against exact fractions: each edge is within half a joule of the straight line between its two samples."""
        times = np.cumsum([step for step, _ in steps]) - 5 * MINUTE
        values = np.cumsum([value for _, value in steps])
        made = Register(Meter(at="x", serial="S", unit="J"), HOUR, 0.0, NOW)
        made.feed(FIRST_MS + times, values.astype(np.float64))
        edge_ms = [15 * MINUTE * number for number in range(5)]
        lines = [exact(times.tolist(), values.tolist(), moment) for moment in edge_ms]
        for cell, energy_j in enumerate(made.row().energy_j.tolist()):
            low, high = lines[cell], lines[cell + 1]
            assert (low is None or high is None) == (words(made)[cell] == "missing")
            if low is not None and high is not None:
                assert abs(energy_j - (high - low)) <= 1  # half a joule at each end

    def test_state_starts_at_nothing(self) -> None:
        made = register([(0, math.nan), (1, -1.0)])
        assert (made.samples, made.first_seen, made.spacing_s) == (0, None, 0.0)
        assert kernel.STATES == 8


def exact(times: list[int], values: list[int], moment: int) -> Fraction | None:
    """Return the straight line between the samples around a moment, None outside of them."""
    for (before, low), (after, high) in pairwise(zip(times, values, strict=True)):
        if before <= moment <= after:
            return low + Fraction((high - low) * (moment - before), after - before)
    return None
