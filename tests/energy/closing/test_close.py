"""The life of a month in the ledger: each step that is allowed, each that is refused, and what a step leaves alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from energy.closing.close import Intent
from energy.closing.inputs import MonthInputs
from energy.closing.load import settled_of
from energy.errors import RefusedError
from energy.ledger.book import Ledger
from energy.ledger.manifest import State
from energy.report.pue import InterimPue, pue_of
from infra.inventory.paths import SITES_DIR
from infra.inventory.site import Site
from tests.energy.closing.made import bytes_of, close, corrected


def chain(folder: Path) -> list[tuple[int, str, State]]:
    return [(each.sequence, each.month, each.state) for each in Ledger(folder, "small").closes()]


class TestStates:
    def test_a_first_close_is_provisional(self, site: Site, march: MonthInputs, tmp_path: Path) -> None:
        outcome = close(site, tmp_path, march)
        assert (outcome.written, outcome.close.state, outcome.days_settled) == (True, State.PROVISIONAL, 31)
        assert chain(tmp_path) == [(1, "2012-03", State.PROVISIONAL)]

    def test_a_second_one_changes_nothing(self, site: Site, march: MonthInputs, tmp_path: Path) -> None:
        close(site, tmp_path, march)
        before = bytes_of(tmp_path)
        outcome = close(site, tmp_path, march)
        assert (outcome.written, outcome.days_settled) == (False, 0)
        assert bytes_of(tmp_path) == before

    def test_provisional_then_closed(self, site: Site, march: MonthInputs, tmp_path: Path) -> None:
        close(site, tmp_path, march)
        outcome = close(site, tmp_path, march, Intent(final=True))
        assert (outcome.written, outcome.close.state, outcome.days_settled) == (True, State.CLOSED, 0)

    def test_a_closed_month_stays_closed(self, site: Site, march: MonthInputs, closed: Path) -> None:
        assert not close(site, closed, march).written
        assert not close(site, closed, march, Intent(final=True)).written
        assert chain(closed) == [(1, "2012-03", State.CLOSED)]

    def test_a_provisional_month_may_change_freely(self, site: Site, march: MonthInputs, tmp_path: Path) -> None:
        close(site, tmp_path, march)
        outcome = close(site, tmp_path, corrected(march, "facility", 3, 300))
        assert (outcome.written, outcome.close.state) == (True, State.PROVISIONAL)

    def test_a_dry_run_writes_no_close(self, site: Site, march: MonthInputs, tmp_path: Path) -> None:
        outcome = close(site, tmp_path, march, Intent(final=True, dry_run=True))
        assert (outcome.written, outcome.close.state) == (False, State.CLOSED)
        assert chain(tmp_path) == []
        assert bytes_of(tmp_path) == {}  # nor any part

    def test_figures_that_bind_need_whole_readings(self, site: Site, march: MonthInputs, tmp_path: Path) -> None:
        partial = replace(march, allowed=("partial",))
        with pytest.raises(RefusedError, match="something was let pass: partial"):
            close(site, tmp_path, partial, Intent(final=True))
        assert close(site, tmp_path, partial).close.state is State.PROVISIONAL


class TestRestating:
    # 300 W more at the facility meter over one day are 7.2 kWh of a month of 700 W (520.1 kWh): what does not close
    # is 7 W * 743 h = 5.2 kWh, and grows to 12.4: far over the threshold of 0.5 %.
    def test_a_material_change_needs_a_reason(self, site: Site, march: MonthInputs, closed: Path) -> None:
        before = bytes_of(closed / "small" / "closes")
        with pytest.raises(RefusedError, match=r"2012-03 is closed, and its figures would change: 1 lines, '_residual' "
                                               r"by 138 % \(material from 0.5 %\)") as refused:
            close(site, closed, corrected(march, "facility", 3, 300))
        assert "--restate" in str(refused.value)
        assert bytes_of(closed / "small" / "closes") == before

    def test_with_its_reason_it_is_restated(self, site: Site, march: MonthInputs, closed: Path) -> None:
        outcome = close(site, closed, corrected(march, "facility", 3, 300), Intent(restate="meter recalibrated"))
        assert outcome.close.state is State.RESTATED
        assert outcome.close.reason == "meter recalibrated"
        assert chain(closed) == [(1, "2012-03", State.CLOSED), (2, "2012-03", State.RESTATED)]
        assert outcome.delta is not None
        (line,) = outcome.delta.lines
        assert line.account == "_residual"
        assert line.after_j - line.before_j == 300 * 86_400

    def test_it_reopens_only_the_day_it_touches(self, site: Site, march: MonthInputs, closed: Path) -> None:
        outcome = close(site, closed, corrected(march, "facility", 3, 300), Intent(restate="meter recalibrated"))
        assert outcome.delta is not None
        assert outcome.delta.days == ("2012-03-04",)
        first, second = Ledger(closed, "small").closes()
        changed = [before.day for before, after in zip(first.days, second.days, strict=True) if before != after]
        assert changed == ["2012-03-04"]

    def test_an_immaterial_change_lets_the_figures_stand(self, site: Site, march: MonthInputs, closed: Path) -> None:
        # 0.1 W over a day is 2.4 Wh of 5.2 kWh: 0.05 %
        outcome = close(site, closed, corrected(march, "facility", 3, 0.1))
        assert (outcome.written, outcome.close.state) == (False, State.CLOSED)
        assert outcome.delta is not None
        assert 0 < outcome.delta.largest_share < 0.005
        assert chain(closed) == [(1, "2012-03", State.CLOSED)]

    def test_a_dry_run_shows_the_change(self, site: Site, march: MonthInputs, closed: Path) -> None:
        outcome = close(site, closed, corrected(march, "facility", 3, 300), Intent(dry_run=True))
        assert outcome.delta is not None
        assert outcome.delta.is_material
        assert chain(closed) == [(1, "2012-03", State.CLOSED)]

    def test_a_restated_month_binds_too(self, site: Site, march: MonthInputs, closed: Path) -> None:
        close(site, closed, corrected(march, "facility", 3, 300), Intent(restate="meter recalibrated"))
        with pytest.raises(RefusedError, match="2012-03 is closed"):
            close(site, closed, march)

    def test_other_facts_of_the_site_settle_every_day_anew(self, site: Site, march: MonthInputs, closed: Path) -> None:
        node = site.nodes["n1"].model_copy(update={"power": site.nodes["n1"].power.model_copy(update={"idle_w": 90.0})})
        other = site.model_copy(update={"nodes": {**site.nodes, "n1": node}})
        outcome = close(other, closed, march, Intent(restate="idle power measured"))
        assert outcome.days_settled == 31


class TestBytes:
    def test_the_order_of_the_days_changes_no_byte(self, site: Site, march: MonthInputs, closed_once: Path,
                                                   tmp_path: Path) -> None:
        from energy.closing.in_turn import settle_in_turn

        close(site, tmp_path, march, Intent(final=True),
              lambda where, baselines, days: settle_in_turn(where, baselines, list(reversed(days))))
        assert bytes_of(tmp_path) == bytes_of(closed_once)

    def test_figures_come_back_as_they_were_settled(self, site: Site, march: MonthInputs, tmp_path: Path) -> None:
        outcome = close(site, tmp_path, march)
        back = settled_of(Ledger(tmp_path, "small").parts, outcome.close)
        for component, shares in outcome.period.sums.shares.items():
            assert back.sums.shares[component].holders == shares.holders
            assert back.sums.shares[component].energy_j.tolist() == shares.energy_j.tolist()
        assert {name: book.total_quanta for name, book in back.carbon.direct.books.items()} == {
            name: book.total_quanta for name, book in outcome.period.carbon.direct.books.items()}
        assert back.facts == outcome.period.facts
        assert back.sums.closure.stages == outcome.period.sums.closure.stages

    def test_the_month_by_hand(self, site: Site, march: MonthInputs, closed_once: Path) -> None:
        # 700 W over 743 hours (a Sunday of 23) is 520,100 Wh; IT 500 W is 371,500 Wh
        (found,) = Ledger(closed_once, "small").closes()
        assert found.facts["facility_j"] == 700 * 743 * 3600
        assert found.facts["it_j"] == 500 * 743 * 3600
        ratio = pue_of(520_100, 371_500, 3, march.period)
        assert isinstance(ratio, InterimPue)
        assert ratio.value == pytest.approx(1.4)


KILLED = """
import sys
from pathlib import Path
from energy.closing.in_turn import settle_in_turn
from tests.energy.closing.made import close, month_inputs
from tests.energy.small import small_site

def until_killed(site, baselines, days):
    for number, day in enumerate(settle_in_turn(site, baselines, days)):
        if number == int(sys.argv[2]):
            print("half way", flush=True)
            sys.stdin.read()
        yield day

close(small_site(), Path(sys.argv[1]), month_inputs(small_site()), settler=until_killed)
"""


class TestKilled:
    @pytest.mark.parametrize("after_days", [0, 12, 30])
    def test_the_next_run_completes_with_the_same_bytes(self, site: Site, march: MonthInputs, tmp_path: Path,
                                                        after_days: int) -> None:
        killed, whole = tmp_path / "killed", tmp_path / "whole"
        run = subprocess.Popen([sys.executable, "-c", KILLED, str(killed), str(after_days)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, cwd=SITES_DIR.parent.parent,
                               env={**os.environ, "PYTHONPATH": str(SITES_DIR.parent.parent)})
        assert run.stdout is not None
        assert run.stdout.readline() == "half way\n"
        run.send_signal(signal.SIGKILL)
        run.communicate()
        assert chain(killed) == []
        close(site, killed, march)
        close(site, whole, march)
        assert bytes_of(killed) == bytes_of(whole)
