"""The counter engine: against an oracle in plain Python, and each thing it must notice, provoked by hand."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.interval import Period
from energy.readings.finding import FindingKind
from energy.readings.flags import Flag
from energy.readings.register import POSSIBLE, Register
from infra.inventory.meters import Meter, Registration
from tests.energy.readings.counter_oracle import Oracle

START = datetime(2012, 3, 5, tzinfo=UTC)
HOUR = Period(START, START + timedelta(hours=1))
FIRST_MS = int(START.timestamp()) * 1000
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
MINUTE = 60_000

Samples = Sequence[tuple[float, float]]  # minutes after the first edge, register


def register(samples: Samples, limit_w: float = 400.0, period: Period = HOUR, **facts: Any) -> Register:
    """Return a register of 400 W (600 W can pass) fed with samples at so many minutes, in one window."""
    made = Register(Meter(at="x", serial="S", **facts), period, limit_w, NOW)
    made.feed(np.array([FIRST_MS + round(minute * MINUTE) for minute, _ in samples], dtype=np.int64),
              np.array([value for _, value in samples], dtype=np.float64))
    return made


def steady(watts: float = 60.0, start: float = 1000.0, minutes: range = range(61)) -> list[tuple[float, float]]:
    """Return a register [Wh] under constant power: 60 W are 1 Wh a minute, 54,000 J an interval."""
    return [(minute, start + watts * minute / 60) for minute in minutes]


def kinds(made: Register) -> dict[str, int]:
    return {finding.kind.value: finding.count for finding in made.findings("m")}


def words(made: Register) -> list[str]:
    return [Flag(flag).word for flag in made.row().flags.tolist()]


class TestPlain:
    def test_last_minus_first(self) -> None:
        made = register(steady())
        assert made.row().energy_j.tolist() == [54_000] * 4
        assert words(made) == ["measured"] * 4
        assert kinds(made) == {}
        assert (made.first_seen, made.last_seen, made.spacing_s) == (START, HOUR.end, 60.0)

    def test_an_edge_between_two_scrapes_is_interpolated(self) -> None:
        # scrapes at half minutes: the edge at 15 lies between 14.5 and 15.5
        made = register([(minute - 0.5, 1000.0 + minute - 0.5) for minute in range(63)])
        assert made.row().energy_j.tolist() == [54_000] * 4
        assert words(made) == ["measured"] * 4

    def test_two_scrapes_and_their_tolerance_are_no_hole(self) -> None:
        # from 14 to 16.08 min is 124.8 s, under 2 * 60 + 5; to 16.1 is 126 s, over it
        near = [row for row in steady() if not 14 < row[0] < 17]
        assert words(register([*near, (16.08, 1016.08)]))[:2] == ["measured", "measured"]
        assert words(register([*near, (16.1, 1016.1)]))[:2] == ["bridged", "bridged"]

    def test_a_slower_scrape_is_declared(self) -> None:
        five = [(minute, 1000.0 + minute) for minute in range(-2, 66, 5)]
        assert words(register(five)) == ["bridged"] * 4
        assert words(register(five, scrape_s=300)) == ["measured"] * 4

    def test_nothing_at_all(self) -> None:
        made = register([])
        assert words(made) == ["missing"] * 4
        assert made.row().energy_j.tolist() == [0] * 4
        assert made.first_seen is None
        assert made.spacing_s == 0.0

    def test_before_the_first_and_after_the_last_sample_nothing_is_known(self) -> None:
        assert words(register(steady(minutes=range(20, 50)))) == ["missing", "missing", "measured", "missing"]

    @pytest.mark.parametrize(("unit", "per_wh"), [("Wh", 1.0), ("kWh", 0.001), ("J", 3600.0)])
    def test_units(self, unit: str, per_wh: float) -> None:
        made = register([(minute, value * per_wh) for minute, value in steady()], unit=unit)
        assert made.row().energy_j.tolist() == [54_000] * 4


class TestHoles:
    def test_over_a_hole_the_total_is_exact(self) -> None:
        # nothing from minute 10 to 40; the register went on, faster: 1010 Wh -> 1110 Wh is 360,000 J in 30 min
        made = register([*steady(minutes=range(11)), *((m, 1110.0 + m - 40) for m in range(40, 61))])
        row = made.row()
        assert words(made) == ["bridged"] * 3 + ["measured"]
        assert row.energy_j.sum() == (1130 - 1000) * 3600
        assert row.held == ((0, 3),)
        assert kinds(made) == {"gap": 1}

    def test_a_hole_without_an_edge_hides_nothing(self) -> None:
        made = register([row for row in steady() if not 16 <= row[0] <= 29])
        assert words(made) == ["measured"] * 4
        assert kinds(made) == {"gap": 1}

    def test_a_reset_in_a_long_hole_leaves_a_total_that_nobody_knows(self) -> None:
        # 20 minutes without sample, and a fall: what passed before it is lost, and it may be much
        made = register([*steady(minutes=range(11)), *((m, float(m - 25)) for m in range(31, 61))])
        assert words(made) == ["missing", "missing", "missing", "measured"]
        assert made.row().held == ()


class TestFalls:
    def test_reset(self) -> None:
        # from zero after minute 20: 20 Wh before, 40 Wh after
        made = register([*steady(minutes=range(21)), *((m, float(m - 20)) for m in range(21, 61))])
        assert made.row().energy_j.sum() == 60 * 3600
        assert words(made) == ["measured", "bridged", "measured", "measured"]
        assert kinds(made) == {"reset": 1}

    def test_wrap(self) -> None:
        # modulus 1,020 Wh: 1,019 -> 0 at minute 20
        made = register([(m, (1000.0 + m) % 1020) for m in range(61)], modulus=1020)
        assert made.row().energy_j.tolist() == [54_000] * 4
        assert kinds(made) == {"wrap": 1}

    def test_a_fall_is_no_wrap_when_the_place_can_not_carry_it(self) -> None:
        # a wrap at 100,000 Wh would mean 98,985 Wh in a minute
        made = register([*steady(minutes=range(16)), *((m, float(m - 15)) for m in range(16, 61))], modulus=100_000)
        assert kinds(made) == {"reset": 1}

    def test_another_register_without_indexes(self) -> None:
        # 1020 Wh -> 500 Wh: too much for a minute from zero, so it is another device
        made = register([*steady(minutes=range(21)), *((m, 480.0 + m) for m in range(21, 61))])
        assert kinds(made) == {"replacement": 1}
        assert "without closing or opening index" in str(made.findings("m")[0])
        assert words(made)[1] == "bridged"
        assert made.row().energy_j.sum() == 59 * 3600  # the minute of the exchange is lost

    def test_an_old_value_again_is_left_out(self) -> None:
        samples = steady()
        samples[30] = (30, samples[25][1])
        made = register(samples)
        assert made.row().energy_j.tolist() == [54_000] * 4
        assert kinds(made) == {"out-of-order": 1}

    @pytest.mark.parametrize(("closing", "opening", "expected_wh", "said"), [
        (1025.0, 7.0, 60, "settled from closing and opening indexes"),
        (None, 7.0, 49, "without closing or opening index"),
        (1025.0, None, 49, "without closing or opening index"),
    ])
    def test_a_replacement(self, closing: float | None, opening: float | None, expected_wh: int, said: str) -> None:
        # old device up to minute 20 (1020 Wh), taken away at 25 (1025 Wh); new one from 7 Wh, seen at 31 with 13 Wh
        exchange = START + timedelta(minutes=25)
        rows = (Registration(serial="OLD", since=datetime(2000, 1, 1, tzinfo=UTC), until=exchange, closing=closing),
                Registration(serial="S", since=exchange, opening=opening))
        made = register([*steady(minutes=range(21)), *((m, 7.0 + m - 25) for m in range(31, 61))], registrations=rows)
        assert made.row().energy_j.sum() == expected_wh * 3600
        assert kinds(made)["replacement"] == 1
        assert said in str(made.findings("m")[0])
        assert words(made) == ["measured", "bridged", "bridged", "measured"]


class TestStrangeSamples:
    # Mutation: each `_note` of counter_kernel left out turns its row red.
    @pytest.mark.parametrize(("value", "kind"), [
        (math.nan, "not-a-number"), (STALE, "stale"), (math.inf, "infinite"), (-math.inf, "infinite"),
        (1e300, "infinite"), (-5.0, "negative"), (9_999_999.0, "nameplate")])
    def test_no_reading(self, value: float, kind: str) -> None:
        samples = steady()
        samples[15] = (15, value)
        made = register(samples)
        assert kinds(made) == {kind: 1}
        assert made.row().energy_j.tolist() == [54_000] * 4  # the edge at 15 is interpolated from 14 and 16

    @pytest.mark.parametrize("moment_ms", [0, 60_000, int(NOW.timestamp()) * 1000 + 1])
    def test_clocks(self, moment_ms: int) -> None:
        made = register(steady())
        made.feed(np.array([moment_ms]), np.array([5.0]))
        assert kinds(made) == {"clock": 1}
        assert made.row().energy_j.tolist() == [54_000] * 4

    def test_the_same_sample_twice(self) -> None:
        made = register([row for row in steady() for _ in range(2)])
        assert kinds(made) == {"duplicate": 61}
        assert made.row().energy_j.tolist() == [54_000] * 4

    def test_two_readings_of_one_moment(self) -> None:
        made = register([*steady(), (30, 1031.0)])
        assert kinds(made)["conflict"] == 1
        assert made.row().energy_j.tolist() == [54_000] * 4  # the first one stands

    def test_any_order_within_a_window(self) -> None:
        made = register(list(reversed(steady())))
        assert made.row().energy_j.tolist() == [54_000] * 4
        assert kinds(made) == {"out-of-order": 60}

    # Mutation: `1000.0 * state[LAST_X]` made `100.0 *` turns the first two red.
    @pytest.mark.parametrize("factor", [1000.0, 0.001])
    def test_a_unit_that_changes_meanwhile(self, factor: float) -> None:
        samples = [(m, value * factor if 20 <= m < 40 else value) for m, value in steady(start=200_000.0)]
        made = register(samples)
        assert kinds(made) == {"unit-slip": 20, "gap": 1}
        assert made.row().energy_j.sum() == 60 * 3600  # it came back: the total is exact
        assert words(made) == ["measured", "bridged", "bridged", "measured"]

    def test_a_slip_that_lasts_leaves_nothing_to_say(self) -> None:
        samples = [(m, value / 1000 if m >= 20 else value) for m, value in steady(start=200_000.0)]
        assert words(register(samples)) == ["measured", "missing", "missing", "missing"]

    def test_every_finding_has_its_words(self) -> None:
        made = register([*steady(), (30, 1031.0)])
        finding = made.findings("m")[0]
        assert (finding.kind, finding.where) == (FindingKind.CONFLICT, "m")
        assert finding.first == START + timedelta(minutes=30)
        assert str(finding) == "m: 1 moments have two different readings; the first one counts"


GAPS = st.sampled_from([0.0, 0.5, 1.0, 1.0, 1.0, 2.0, 7.0, 25.0])
CHANGES = st.one_of(st.tuples(st.just("grow"), st.floats(0, 8)), st.tuples(st.just("grow"), st.floats(0, 8)),
                    st.tuples(st.just("grow"), st.floats(0, 3000)), st.tuples(st.just("fall"), st.floats(0, 1)),
                    st.tuples(st.just("say"), st.sampled_from([math.nan, math.inf, -1.0, 0.0])))


def history(start: float, steps: list[tuple[float, tuple[str, float]]]) -> Samples:
    """Return a register that mostly grows, and sometimes falls, skips, repeats a moment or turns to nonsense."""
    moment, value, samples = -3.0, start, [(-3.0, start)]
    for gap, (what, amount) in steps:
        moment += gap
        value = value + amount if what == "grow" else value * amount if what == "fall" else value
        samples.append((moment, amount if what == "say" else value))
    return samples


HISTORIES = st.builds(history, st.floats(0, 2000), st.lists(st.tuples(GAPS, CHANGES), max_size=60))


class TestOracle:
    @settings(max_examples=300, deadline=None)
    @given(HISTORIES, st.sampled_from([0.0, 400.0, 4000.0]), st.sampled_from([0, 1000, 3000]))
    def test_the_engine_and_the_oracle_agree(self, samples: Samples, limit_w: float, modulus: int) -> None:
        made = register(samples, limit_w, modulus=modulus or None)
        oracle = Oracle(FIRST_MS, 4, 3600, limit_w * POSSIBLE if limit_w else math.inf, modulus * 3600)
        oracle.feed([(FIRST_MS + round(minute * MINUTE), value) for minute, value in samples])
        row = made.row()
        assert list(zip(row.energy_j.tolist(), words(made), strict=True)) == oracle.cells()

    @settings(max_examples=100, deadline=None)
    @given(HISTORIES, st.integers(0, 60))
    def test_windows_change_nothing(self, samples: Samples, cut: int) -> None:
        samples = sorted(dict(samples).items())
        whole = register(samples)
        parts = register([row for row in samples if row[0] <= cut])
        parts.feed(np.array([FIRST_MS + round(m * MINUTE) for m, _ in samples if m > cut], dtype=np.int64),
                   np.array([value for m, value in samples if m > cut], dtype=np.float64))
        assert whole.row().energy_j.tolist() == parts.row().energy_j.tolist()
        assert words(whole) == words(parts)

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.tuples(st.floats(0.05, 40), st.floats(0, 100)), min_size=2, max_size=60))
    def test_intervals_telescope(self, steps: list[tuple[float, float]]) -> None:
        """Without falls, intervals add up to last register minus first, to the joule, whatever the holes."""
        moments = np.cumsum([minute for minute, _ in steps])
        values = np.cumsum([wh for _, wh in steps])
        pairs = zip(moments.tolist(), values.tolist(), strict=True)
        samples = [(0.0, 0.0), *((minute, value) for minute, value in pairs if minute < 60)]
        last_wh = samples[-1][1]
        made = register([*samples, (60.0, last_wh)], 0.0)
        assert "missing" not in words(made)
        assert made.row().energy_j.sum() == round(last_wh * 3600)
        assert (made.row().energy_j >= 0).all()
