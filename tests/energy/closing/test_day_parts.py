"""A day into the ledger and back: everything comes back, under names that only its content decides."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from energy.allocation.result import Component
from energy.closing.day_parts import (
    BESIDE,
    CLOSURE,
    METERS,
    SHARES,
    SPREAD,
    TELEMETRY,
    USE,
    day_of,
    inputs_of,
    put_inputs,
    put_settled,
)
from energy.closing.kept_day import KeptDay
from energy.closing.settled_day import DayInputs, settle_day
from energy.errors import DamagedError
from energy.graph.feeds import feeds_of
from energy.interval import Period
from energy.ledger.manifest import Day
from energy.ledger.parts import Parts
from energy.readings.gpu import Board, Claim
from energy.readings.telemetry import Telemetry
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use

HOUR = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 1, tzinfo=UTC))


def boards() -> Telemetry:
    """Two boards of n3 at 30 W and 20 W: the first held by beta, the second by nobody."""
    row = np.ones(4)
    return Telemetry(
        HOUR, {"n3": {"0": Board(np.full(4, 30 * 900, dtype=np.int64), {"beta": Claim(row, row * 720)}),
                      "1": Board(np.full(4, 20 * 900, dtype=np.int64))}},
        {"n1": row * 3600}, {"n1": np.full(4, 4 * 900, dtype=np.int64)}, {"air": np.full(4, 300_000, dtype=np.int64)})


@pytest.fixture
def inputs() -> DayInputs:
    return DayInputs("2012-03-05", constant_readings(HOUR), constant_use(HOUR), boards())


@pytest.fixture
def settled(site: Site, inputs: DayInputs) -> KeptDay:
    return settle_day(site, inputs, {})


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path)


@pytest.fixture
def day(parts: Parts, inputs: DayInputs, settled: KeptDay) -> Day:
    return Day(day="2012-03-05", inputs=put_inputs(parts, inputs), settled=put_settled(parts, settled))


class TestInputs:
    def test_each_kind_has_its_part(self, day: Day) -> None:
        assert set(day.inputs) == {METERS, USE, TELEMETRY}
        assert set(day.settled) == {SHARES, CLOSURE, BESIDE, SPREAD}

    def test_readings_come_back(self, parts: Parts, day: Day, inputs: DayInputs) -> None:
        back = inputs_of(parts, day, HOUR)
        assert {name: row.tolist() for name, row in back.readings.energy_j.items()} == {
            name: row.tolist() for name, row in inputs.readings.energy_j.items()}

    def test_boards_and_their_claims_come_back(self, parts: Parts, day: Day) -> None:
        back = inputs_of(parts, day, HOUR).telemetry
        assert back.boards["n3"]["0"].energy_j.tolist() == [27_000] * 4
        assert back.boards["n3"]["0"].claims["beta"].active_s.tolist() == [720.0] * 4
        assert back.boards["n3"]["1"].claims == {}

    def test_counters_fans_and_heat_come_back(self, parts: Parts, day: Day) -> None:
        back = inputs_of(parts, day, HOUR).telemetry
        assert back.cpu_core_s["n1"].tolist() == [3600.0] * 4
        assert back.fan_j["n1"].tolist() == [3600] * 4
        assert back.zone_heat_j["air"].tolist() == [300_000] * 4

    def test_what_comes_back_is_settled_to_the_same_parts(self, site: Site, parts: Parts, day: Day) -> None:
        again = settle_day(site, inputs_of(parts, day, HOUR), {})
        assert put_settled(parts, again) == day.settled

    def test_the_same_inputs_have_the_same_names(self, parts: Parts, day: Day, inputs: DayInputs) -> None:
        assert put_inputs(parts, inputs) == day.inputs

    @pytest.mark.parametrize(("meter", "kind"), [("facility", METERS), ("o-a-n1", METERS)])
    def test_another_reading_is_another_part_of_its_kind_alone(self, parts: Parts, day: Day, inputs: DayInputs,
                                                               meter: str, kind: str) -> None:
        changed = constant_readings(HOUR, **{meter.replace("-", "_"): 1})
        other = put_inputs(parts, DayInputs("2012-03-05", changed, inputs.use, inputs.telemetry))
        assert [name for name in other if other[name] != day.inputs[name]] == [kind]


class TestSettled:
    def test_shares_come_back(self, site: Site, parts: Parts, day: Day, settled: KeptDay) -> None:
        back = day_of(parts, day, HOUR, feeds_of(site))
        for component in Component:
            assert back.shares[component].holders == settled.shares[component].holders
            assert back.shares[component].energy_j.tolist() == settled.shares[component].energy_j.tolist()

    def test_what_goes_beside_comes_back(self, site: Site, parts: Parts, day: Day, settled: KeptDay) -> None:
        back = day_of(parts, day, HOUR, feeds_of(site)).beside
        assert back.cooling_by_zone_j == settled.beside.cooling_by_zone_j
        assert back.cooling_quality == settled.beside.cooling_quality
        assert back.unseen_j == settled.beside.unseen_j
        assert back.fans.energy_j.tolist() == settled.beside.fans.energy_j.tolist()
        assert back.reserved_mw.energy_j.tolist() == settled.beside.reserved_mw.energy_j.tolist()

    def test_the_full_cost_view_comes_back(self, site: Site, parts: Parts, day: Day, settled: KeptDay) -> None:
        back = day_of(parts, day, HOUR, feeds_of(site)).spread
        assert back.tenants == settled.spread.tenants == ("alpha", "beta")
        for part in ("free_j", "platform_j", "residual_j"):
            assert getattr(back, part).tolist() == getattr(settled.spread, part).tolist()

    def test_fans_of_the_node_that_counts_them(self, site: Site, settled: KeptDay) -> None:
        # n1's own counter says 4 W of fans; n2 and n3 declare none
        assert int(settled.beside.fans.energy_j.sum()) == pytest.approx(4 * 3600, abs=10)

    @pytest.mark.parametrize("kind", [SHARES, CLOSURE, BESIDE, SPREAD])
    def test_a_part_that_is_gone_is_named(self, site: Site, parts: Parts, day: Day, kind: str) -> None:
        path = parts.path(day.settled[kind])
        path.unlink()
        with pytest.raises(DamagedError) as refused:
            day_of(parts, day, HOUR, feeds_of(site))
        assert refused.value.where == str(path)
