"""Rules that take a register's word or fill a cell, each at its edge: frozen, estimated, implausible, thinned out."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.errors import MissingDataError
from energy.readings.accuracy import CLASS_LIMIT, relative_standard_uncertainty
from energy.readings.estimate import DAY, WEEK, estimate, nameplate_w
from energy.readings.finding import Finding, FindingKind
from energy.readings.flags import BRIDGED, DERIVED, ESTIMATED, MISSING, all_measured
from energy.readings.frozen import caught_up, still_spans
from energy.readings.neighbours import Known
from energy.readings.plausible import refuse_gauge, refuse_overload, refuse_unit
from energy.readings.seen import findings_of
from energy.readings.spread import spread
from energy.readings.windows import BULK_SAMPLES_AIM, POINTS_MAX, SAMPLES_MAX, plan, points_at_once
from infra.inventory.meters import Meter
from infra.inventory.site import Site

METER = Meter(at="a-n1", serial="S")


def around(energy_j: Any, known: Any = True) -> Known:
    row = np.array(energy_j, dtype=np.int64)
    return Known(row, np.full(len(row), known) if isinstance(known, bool) else np.array(known))


def stills(energy_j: list[int], expected_j: list[int], unit_j: int = 1, known: Any = True) -> list[tuple[int, int]]:
    row = np.array(energy_j, dtype=np.int64)
    return list(still_spans(row, all_measured(len(row)), around(expected_j, known), unit_j))


class TestFrozen:
    # Mutation: LEAST_CELLS made 3 turns the second row red, 5 the third.
    @pytest.mark.parametrize(("length", "seen"), [(1, []), (3, []), (4, [(6, 10)]), (9, [(6, 15)])])
    def test_an_hour_at_least(self, length: int, seen: list[tuple[int, int]]) -> None:
        assert stills([100] * 6 + [0] * length + [100] * 2, [100] * (8 + length)) == seen

    # Half of its usual energy and three steps of its last digit are what nobody wonders at.
    @pytest.mark.parametrize(("expected", "unit_j", "seen"), [(50, 1, False), (51, 1, True), (60, 80, False),
                                                              (61, 80, True)])
    def test_how_much_others_must_have_counted(self, expected: int, unit_j: int, seen: bool) -> None:
        # four cells: 4 x 50 = half of 4 x 100; 3 x 80 J = 240 = 4 x 60
        found = stills([100] * 6 + [0] * 4, [100] * 6 + [expected] * 4, unit_j)
        assert bool(found) == seen

    def test_what_others_are_always_off_is_taken_off(self) -> None:
        # the others say 100 too much all the time: 160 − 100 = 60 are left, over half of 100
        assert stills([100] * 6 + [0] * 4, [200] * 6 + [160] * 4) == [(6, 10)]
        assert stills([100] * 6 + [0] * 4, [200] * 6 + [150] * 4) == []

    def test_two_spans_and_one_at_each_end(self) -> None:
        row = [0] * 4 + [100] * 3 + [0] * 5 + [100] * 3 + [0] * 4
        assert stills(row, [100] * len(row)) == [(0, 4), (7, 12), (15, 19)]

    def test_where_others_do_not_know_nobody_is_accused(self) -> None:
        known = [True] * 8 + [False] + [True] * 3
        assert stills([100] * 6 + [0] * 6, [100] * 12, known=known) == []

    def test_a_register_that_hardly_moved_is_not_judged(self) -> None:
        assert stills([100] * 3 + [0] * 8, [100] * 11) == []

    @pytest.mark.parametrize(("after", "found"), [(250, (6, 11)), (249, None)])
    def test_catching_up_is_half_of_what_is_missing(self, after: int, found: tuple[int, int] | None) -> None:
        # 4 still cells and the one after: 5 x 100 expected
        row = np.array([100] * 6 + [0] * 4 + [after], dtype=np.int64)
        assert caught_up(row, (6, 10), (), around([100] * 11)) == found

    def test_a_hole_after_it_is_part_of_it(self) -> None:
        row = np.array([100] * 6 + [0] * 4 + [10, 10, 600], dtype=np.int64)
        assert caught_up(row, (6, 10), ((9, 13),), around([100] * 13)) == (6, 13)
        assert caught_up(row, (6, 10), ((11, 13),), around([100] * 13)) is None

    def test_at_the_end_of_the_period_nothing_is_caught_up(self) -> None:
        assert caught_up(np.array([9, 0, 0, 0, 0]), (1, 5), (), around([9] * 5)) is None


class TestEstimate:
    def test_before_a_week_the_nameplate_speaks(self) -> None:
        energy_j, flags = np.zeros(WEEK + 2, dtype=np.int64), all_measured(WEEK + 2)
        energy_j[:] = 70
        flags[[WEEK - 1, WEEK]] = MISSING
        assert estimate(energy_j, flags, 0.5) == (1, 1)
        assert energy_j[[WEEK - 1, WEEK]].tolist() == [450, 70]  # 0.5 W x 900 s; as a week before, nothing to scale by

    @pytest.mark.parametrize("flag", [MISSING, DERIVED, ESTIMATED])
    def test_an_estimate_never_stands_on_what_was_not_counted(self, flag: Any) -> None:
        energy_j, flags = np.full(WEEK + 1, 70, dtype=np.int64), all_measured(WEEK + 1)
        flags[0], flags[WEEK] = flag, MISSING
        assert estimate(energy_j, flags, 2.0) == (0, 2 if flag == MISSING else 1)
        assert energy_j[WEEK] == 1800
        bridged = all_measured(WEEK + 1)
        bridged[0], bridged[WEEK] = BRIDGED, MISSING
        assert estimate(energy_j, bridged, 2.0) == (1, 0)

    def test_the_scale_is_of_the_day_before_the_hole(self) -> None:
        # the week before: 100 J; this week 100 J at first, 200 J over the last day: scaled by 2
        energy_j = np.full(2 * WEEK, 100, dtype=np.int64)
        energy_j[2 * WEEK - 1 - DAY:] = 200
        flags = all_measured(2 * WEEK)
        flags[-1] = MISSING
        assert estimate(energy_j, flags, 0.0) == (1, 0)
        assert energy_j[-1] == 200

    def test_a_second_missing_cell_does_not_stand_on_the_first(self) -> None:
        energy_j, flags = np.full(WEEK + 4, 100, dtype=np.int64), all_measured(WEEK + 4)
        energy_j[WEEK:WEEK + 2], flags[WEEK + 2:] = 300, MISSING
        assert estimate(energy_j, flags, 0.0) == (2, 0)
        assert energy_j[WEEK + 2:].tolist() == [300, 300]  # 300/100 of the two cells counted, both times

    def test_a_node_s_nameplate_is_over_its_outlets(self, small: Site) -> None:
        assert [nameplate_w(small, place, 7.0) for place in ("a-n1", "a-n2", "crah")] == [250.0, 250.0, 7.0]


class TestPlausible:
    @pytest.mark.parametrize(("falls", "samples", "refused"), [(9, 5, False), (10, 89, True), (10, 90, False),
                                                               (100, 899, True), (100, 900, False)])
    def test_a_tenth_of_the_readings(self, falls: int, samples: int, refused: bool) -> None:
        if not refused:
            assert refuse_gauge("m", METER, falls, samples, "w") is None
            return
        with pytest.raises(MissingDataError, match=f"meter 'm' falls {falls} times in {samples + falls} readings"):
            refuse_gauge("m", METER, falls, samples, "w")

    @pytest.mark.parametrize(("dropped", "samples", "refused"), [(5, 5, False), (6, 5, True), (0, 0, False)])
    def test_most_readings_too_much(self, dropped: int, samples: int, refused: bool) -> None:
        findings = (Finding(FindingKind.NAMEPLATE, "m", "", count=dropped), Finding(FindingKind.GAP, "m", "", count=99))
        if not refused:
            assert refuse_overload("m", METER, 600.0, findings, samples) is None
            return
        with pytest.raises(MissingDataError, match="more than the 600 W that can pass there, in 6 of 11") as refusal:
            refuse_overload("m", METER, 600.0, findings, samples)
        assert "(`unit: Wh` now), then the rating of 'a-n1'" in str(refusal.value)

    @pytest.mark.parametrize(("counted", "expected", "refused"), [
        (699, 1, False), (700, 1, True), (1400, 1, True), (1401, 1, False), (1, 1000, True), (0, 1000, False),
        (1, 1, False)])
    def test_a_thousand_times(self, counted: int, expected: int, refused: bool) -> None:
        cells = (np.full(4, counted, dtype=np.int64), all_measured(4))
        if not refused:
            assert refuse_unit("m", METER, cells, around([expected] * 4)) is None
            return
        with pytest.raises(MissingDataError, match="a thousand times off") as refusal:
            refuse_unit("m", METER, cells, around([expected] * 4))
        assert refusal.value.where == "meters.m.unit"
        assert "kW labelled W, or kWh labelled Wh" in refusal.value.remedy

    def test_a_small_difference_of_large_figures_accuses_nobody(self) -> None:
        cells = (np.full(4, 1, dtype=np.int64), all_measured(4))
        row = np.full(4, 1000, dtype=np.int64)
        unsure = Known(row, np.full(4, True), np.full(4, 20_000, dtype=np.int64))  # 5 % of what it was taken from
        assert refuse_unit("m", METER, cells, unsure) is None
        with pytest.raises(MissingDataError):
            refuse_unit("m", METER, cells, Known(row, np.full(4, True), np.full(4, 19_999, dtype=np.int64)))


class TestSpread:
    @given(st.integers(0, 10**13), st.lists(st.integers(-5, 10**9), min_size=1, max_size=60))
    def test_the_sum_is_exact_and_no_cell_is_negative(self, total_j: int, weights: list[int]) -> None:
        parts = spread(total_j, np.array(weights, dtype=np.int64))
        assert parts.sum() == total_j
        assert (parts >= 0).all()

    @given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any))
    def test_each_cell_is_within_a_joule_of_its_share(self, total_j: int, weights: list[int]) -> None:
        parts = spread(total_j, np.array(weights, dtype=np.int64))
        shares = [total_j * weight / sum(weights) for weight in weights]
        assert np.abs(parts - shares).max() <= 1 + 1e-6


class TestWindows:
    # Mutation: `- 1` of plan's ends (a sample twice) or `+ 1` of its range (the last one lost) left out turns this red.
    @settings(max_examples=150)
    @given(st.integers(0, 2_000_000), st.integers(0, 10**12), st.integers(0, 40 * 86_400_000), st.sampled_from(
        [1, 15, 60, 900]), st.booleans())
    def test_they_partition_the_span_and_respect_the_limit(self, series: int, start: int, length: int, scrape_s: int,
                                                           bulk: bool) -> None:
        length = min(length, 200 * scrape_s * 1000) if series > 20_000 else length
        windows = plan(series, (start, start + length), scrape_s, bulk).windows
        assert windows[0][0] == start
        assert windows[-1][1] == start + length
        assert all(one[1] + 1 == two[0] for one, two in pairwise(windows))
        for first, last in windows:
            samples = series * ((last - first) // (scrape_s * 1000) + 1)
            assert samples <= max(SAMPLES_MAX, 2 * series)

    def test_a_small_site_is_read_in_few_windows(self) -> None:
        month = plan(60, (0, 31 * 86_400_000), 60, bulk=True)
        assert len(month.windows) <= 3
        assert max(60 * (last - first) // 60_000 for first, last in month.windows) <= BULK_SAMPLES_AIM

    @given(st.integers(0, 10**9), st.integers(1, 1000))
    def test_points_never_pass_either_limit(self, series: int, each: int) -> None:
        points = points_at_once(series, each)
        assert 1 <= points <= POINTS_MAX
        assert points == 1 or points * series * each <= SAMPLES_MAX


class TestSeen:
    def test_every_kind_has_words_and_its_times(self) -> None:
        seen = np.zeros((15, 3), dtype=np.int64)
        seen[:] = (2, 1_330_905_600_000, 1_330_905_660_000)
        found = findings_of("m", seen)
        assert len(found) == 15
        assert all("{" not in str(one) for one in found)
        assert {one.first for one in found} == {datetime(2012, 3, 5, tzinfo=UTC)}
        assert {one.last for one in found} == {datetime(2012, 3, 5, 0, 1, tzinfo=UTC)}
        assert {one.kind for one in found} >= {FindingKind.RESET, FindingKind.WRAP, FindingKind.GAP, FindingKind.CLOCK}

    @pytest.mark.parametrize(("moment_ms", "year"), [(-5, 1970), (1 << 62, 9999)])
    def test_times_that_no_calendar_holds(self, moment_ms: int, year: int) -> None:
        seen = np.zeros((15, 3), dtype=np.int64)
        seen[11] = (1, moment_ms, moment_ms)  # CLOCK
        (finding,) = findings_of("m", seen)
        assert finding.first is not None
        assert finding.first.year == year


@pytest.mark.parametrize(("accuracy_class", "percent"), [("0.2S", 0.2), ("0.5S", 0.5), ("0.5", 0.5), ("1", 1.0),
                                                         ("2", 2.0), ("3", 3.0)])
def test_classes_of_meters(accuracy_class: str, percent: float) -> None:
    # a rectangle of half-width a has the standard deviation a / √3
    assert relative_standard_uncertainty(accuracy_class) == pytest.approx(percent / 100 / 1.7320508)
    assert set(CLASS_LIMIT) == {"0.2S", "0.5S", "0.5", "1", "2", "3"}
