"""A month cut into days and put together again is the month; replayed, it comes out the same."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from energy.closing.close import Closing, Intent
from energy.closing.inputs import MonthInputs
from energy.closing.period_carbon import FactorSource
from energy.closing.reading_facts import facts_of
from energy.closing.rejoined import rejoined
from energy.closing.replay import kept_inputs, replayed
from energy.ledger.book import Ledger
from energy.ledger.shadow import Shadow
from energy.readings.finding import Finding, FindingKind
from energy.readings.gpu import Board, Claim
from energy.readings.meters import MeterReadings
from energy.readings.telemetry import Telemetry
from infra.inventory.site import Site
from tests.energy.closing.made import close

SEEN = Finding(FindingKind.RESET, "plant", "the register started again from zero {count} times", figures={"count": 1})


@pytest.fixture(scope="module")
def rich(site: Site, march: MonthInputs) -> MonthInputs:
    """March with flags, a finding, boards of n3 and a CPU counter of n1, each interval different."""
    count = march.period.count
    number = np.arange(count)
    flags = {"plant": (number % 5 == 0).astype(np.uint8)}
    energy_j = {**march.readings.energy_j, "o-b-n3": march.readings.energy_j["o-b-n3"] + number % 7,
                "ups-b-out": march.readings.energy_j["ups-b-out"] + number % 7,
                "ups-b-in": march.readings.energy_j["ups-b-in"] + number % 7}
    boards = {"0": Board(25 * 900 + number % 3, {"beta": Claim(np.ones(count), 700.0 + number % 11)}),
              "1": Board(np.full(count, 12 * 900, dtype=np.int64))}
    telemetry = Telemetry(march.period, {"n3": boards}, {"n1": np.full(count, 3700.0)}, {}, {})
    return MonthInputs("2012-03", MeterReadings(march.period, energy_j, flags, (SEEN,)), march.use, telemetry, "there")


def test_cut_and_joined_it_is_the_same_month(site: Site, rich: MonthInputs) -> None:
    back = rejoined("2012-03", rich.period, list(rich.days(site.zone_info)), facts_of(rich))
    assert {name: row.tolist() for name, row in back.readings.energy_j.items()} == {
        name: row.tolist() for name, row in rich.readings.energy_j.items()}
    assert back.readings.flags["plant"].tolist() == rich.readings.flags["plant"].tolist()
    assert back.readings.findings == rich.readings.findings
    board, own = back.telemetry.boards["n3"]["0"], rich.telemetry.boards["n3"]["0"]
    assert board.energy_j.tolist() == own.energy_j.tolist()
    assert board.claims["beta"].active_s.tolist() == own.claims["beta"].active_s.tolist()
    assert back.use.nodes["n1"].cpu_used_s["alpha"].tolist() == rich.use.nodes["n1"].cpu_used_s["alpha"].tolist()
    assert back.source == "there"


def test_a_month_with_boards_and_flags_replays_byte_for_byte(site: Site, rich: MonthInputs, tmp_path: Path) -> None:
    outcome = close(site, tmp_path, rich, Intent(final=True))
    made, _shadow = replayed(Ledger(tmp_path, "small").parts, outcome.close, None)
    assert made.days == outcome.close.days
    assert dict(made.parts) == dict(outcome.close.parts)


def test_the_ledger_gives_back_what_it_was_made_from(site: Site, rich: MonthInputs, tmp_path: Path) -> None:
    outcome = close(site, tmp_path, rich)
    back = kept_inputs(Ledger(tmp_path, "small").parts, outcome.close)
    assert back.readings.bridged == {"plant": int((np.arange(rich.period.count) % 5 == 0).sum())}
    assert back.findings == rich.findings
    assert back.telemetry.cpu_core_s["n1"].tolist() == [3700.0] * rich.period.count


def test_other_factors_later_change_no_replay(site: Site, march: MonthInputs, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from energy.carbon.imports import import_eco2mix
    from tests.energy.carbon.exports import DEFINITIVE, steady

    factors = tmp_path / "factors"
    ledger = Ledger(tmp_path, "small")
    with ledger.writing():
        outcome = Closing(site, ledger, march, FactorSource.of(factors, site)).run(Intent(final=True))
    export = tmp_path / "eco2mix.csv"
    export.write_text(steady(datetime(2012, 3, 5, tzinfo=UTC), 8, 999, DEFINITIVE), "utf-8")
    import_eco2mix(export, factors, datetime(2026, 1, 1, tzinfo=UTC))
    made, _shadow = replayed(ledger.parts, outcome.close, factors)
    assert made.parts["carbon"] == outcome.close.parts["carbon"]
    # and a new close, which knows more, sees the difference
    with ledger.writing():
        again = Closing(site, ledger, march, FactorSource.of(factors, site)).run(Intent(dry_run=True))
    assert again.close.parts["carbon"] != outcome.close.parts["carbon"]
    assert again.delta is not None
    assert all(line.before_j == line.after_j for line in again.delta.lines)


def test_a_shadow_keeps_nothing(site: Site, march: MonthInputs, closed: Path) -> None:
    ledger = Ledger(closed, "small")
    before = sorted(closed.rglob("*"))
    shadow = Shadow(ledger.parts.folder)
    table = ledger.parts.get(ledger.closes()[0].parts["site"])
    name = shadow.put(table)
    assert shadow.get(name).equals(table)
    assert sorted(closed.rglob("*")) == before


def test_a_shadow_reads_what_was_kept(closed_once: Path) -> None:
    ledger = Ledger(closed_once, "small")
    name = ledger.closes()[0].parts["site"]
    assert Shadow(ledger.parts.folder).get(name).equals(ledger.parts.get(name))


def test_another_method_settles_every_day_anew(site: Site, march: MonthInputs, closed: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    from energy.closing import close as closing
    from energy.closing import made_month

    monkeypatch.setattr(made_month, "METHOD_VERSION", "3")
    monkeypatch.setattr(closing, "METHOD_VERSION", "3")
    outcome = close(site, closed, march, Intent(dry_run=True))
    assert outcome.days_settled == 31


def test_other_software_settles_every_day_anew(site: Site, march: MonthInputs, closed: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    from energy.closing import made_month

    monkeypatch.setattr(made_month, "software", lambda: {"numpy": "99"})
    assert close(site, closed, march, Intent(dry_run=True)).days_settled == 31


def test_days_that_stand_are_those_whose_inputs_are_the_same(site: Site, march: MonthInputs, closed: Path) -> None:
    used = dict(march.use.nodes)
    node = used["n1"]
    row = node.cpu_used_s["alpha"].copy()
    row[5 * 96] += 1.0
    used["n1"] = dataclasses.replace(node, cpu_used_s={**node.cpu_used_s, "alpha": row})
    changed = dataclasses.replace(march, use=dataclasses.replace(march.use, nodes=used))
    outcome = close(site, closed, changed, Intent(dry_run=True))
    assert outcome.days_settled == 1
