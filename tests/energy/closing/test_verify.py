"""Verification finds each way in which a ledger can go wrong, and finds nothing wrong with a sound one."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from energy.closing import in_turn
from energy.closing.close import Intent
from energy.closing.inputs import MonthInputs
from energy.closing.kept_day import KeptDay
from energy.closing.verify import Verification, verify
from energy.errors import ConservationError
from energy.ledger.book import Ledger
from energy.ledger.manifest import GENESIS, Close
from energy.ledger.parts import Parts
from infra.inventory.site import Site
from tests.energy.closing.made import close, corrected


def verified(folder: Path, head: str = "") -> Verification:
    return verify(Ledger(folder, "small"), expected_head=head)


def only(folder: Path) -> Close:
    (found,) = Ledger(folder, "small").closes()
    return found


def part_of(folder: Path, kind: str) -> Path:
    found = only(folder)
    name = {**found.parts, **found.days[4].inputs, **found.days[4].settled}[kind]
    return Ledger(folder, "small").parts.path(name)


class TestSound:
    def test_a_sound_ledger_replays_byte_for_byte(self, closed_once: Path) -> None:
        found = verified(closed_once)
        assert found.faults == ()
        assert (found.closes, found.replayed, found.same_bytes) == (1, 1, 1)
        assert found.head == only(closed_once).digest

    def test_so_does_one_with_a_restatement(self, site: Site, march: MonthInputs, closed: Path) -> None:
        close(site, closed, corrected(march, "facility", 3, 300), Intent(restate="meter recalibrated"))
        found = verified(closed)
        assert (found.faults, found.closes, found.same_bytes) == ((), 2, 2)

    def test_an_empty_ledger_is_sound(self, tmp_path: Path) -> None:
        found = verified(tmp_path)
        assert (found.faults, found.closes, found.head) == ((), 0, GENESIS)

    def test_it_writes_nothing(self, closed: Path) -> None:
        before = sorted(closed.rglob("*"))
        verified(closed)
        assert sorted(closed.rglob("*")) == before

    def test_a_copy_elsewhere_is_as_good(self, closed_once: Path, tmp_path: Path) -> None:
        copy = Path(shutil.copytree(closed_once, tmp_path / "elsewhere"))
        assert verified(copy) == verified(closed_once)

    def test_it_tells_how_far_it_is(self, closed_once: Path) -> None:
        heard: list[tuple[int, int, str]] = []
        verify(Ledger(closed_once, "small"), progress=lambda *step: heard.append(step))
        assert heard == [(0, 1, "2012-03")]


class TestFound:
    @pytest.mark.parametrize("kind", ["shares", "carbon", "site", "baselines", "meters", "use", "telemetry", "closure",
                                      "beside", "spread"])
    def test_a_truncated_part(self, closed: Path, kind: str) -> None:
        path = part_of(closed, kind)
        path.write_bytes(path.read_bytes()[:-3])
        (fault,) = verified(closed).faults
        assert fault.where == str(path)
        assert "no longer has its name" in str(fault)

    def test_a_part_that_is_gone(self, closed: Path) -> None:
        part_of(closed, "meters").unlink()
        (fault,) = verified(closed).faults
        assert "can't be read" in str(fault)

    def test_an_edited_close(self, closed: Path) -> None:
        (path,) = (closed / "small" / "closes").iterdir()
        path.write_text(path.read_text("utf-8").replace('"reason":""', '"reason":"because"').replace("\n", " \n"))
        (fault,) = verified(closed).faults
        assert "not what was written" in str(fault)

    def test_a_chain_cut_at_its_end(self, site: Site, march: MonthInputs, closed: Path) -> None:
        outcome = close(site, closed, corrected(march, "facility", 3, 300), Intent(restate="meter recalibrated"))
        sorted((closed / "small" / "closes").iterdir())[-1].unlink()
        assert verified(closed).faults == ()  # the chain that is left is sound in itself
        (fault,) = verified(closed, outcome.close.digest).faults
        assert "the end of the chain is cut" in str(fault)

    def test_a_head_that_was_written_down_long_ago_is_still_there(self, site: Site, march: MonthInputs,
                                                                  closed: Path) -> None:
        first = only(closed).digest
        close(site, closed, corrected(march, "facility", 3, 300), Intent(restate="meter recalibrated"))
        assert verified(closed, first).faults == ()

    def test_figures_forged_with_their_names_and_chain_made_anew(self, closed: Path) -> None:
        # who forges a part, names it rightly and writes the close anew is found by the replay from the inputs
        ledger = Ledger(closed, "small")
        found = only(closed)
        table = ledger.parts.get(found.days[4].settled["shares"])
        columns = {name: table[name].to_pylist() for name in table.column_names}
        firsts = columns["dynamic_j"][::96]
        most, least = 96 * firsts.index(max(firsts)), 96 * firsts.index(min(firsts))
        columns["dynamic_j"][most], columns["dynamic_j"][least] = min(firsts), max(firsts)
        forged = ledger.parts.put(pa.table(columns, schema=table.schema))
        days = list(found.days)
        days[4] = days[4].model_copy(update={"settled": {**days[4].settled, "shares": forged}})
        close_file = next((closed / "small" / "closes").iterdir())
        close_file.write_bytes(found.model_copy(update={"days": tuple(days)}).canonical())
        faults = [str(fault) for fault in verified(closed).faults]
        assert any("2012-03-05 shares: replayed from its inputs, it comes out otherwise" in fault for fault in faults)

    def test_a_figure_changed_alone_breaks_the_sum(self, closed: Path) -> None:
        ledger = Ledger(closed, "small")
        found = only(closed)
        table = ledger.parts.get(found.days[4].settled["shares"])
        columns = {name: table[name].to_pylist() for name in table.column_names}
        columns["dynamic_j"][0] += 1
        forged = ledger.parts.put(pa.table(columns, schema=table.schema))
        days = list(found.days)
        days[4] = days[4].model_copy(update={"settled": {**days[4].settled, "shares": forged}})
        close_file = next((closed / "small" / "closes").iterdir())
        close_file.write_bytes(found.model_copy(update={"days": tuple(days)}).canonical())
        assert any("do not add up to the facility meter" in str(fault) for fault in verified(closed).faults)

    @pytest.mark.parametrize(("old", "new"), [
        ('"site":"', '"sitf":"'), ('"period":["2012-02-29', '"period":["2012-02-39'), ('"readings":', '"readingz":'),
        ('"factors_known_at":null', '"factors_known_at":"soon"'), ('"2012-03-05"', '"2012-03-95"')])
    def test_a_close_edited_to_say_what_can_not_be(self, closed: Path, old: str, new: str) -> None:
        # the last close has no successor that holds its hash: its words are all that shows
        (path,) = (closed / "small" / "closes").iterdir()
        text = path.read_text("utf-8")
        place = text.index(old, text.index('"parts"') if old.startswith('"site') else 0)
        path.write_text(text[:place] + new + text[place + len(old):], "utf-8")
        faults = verified(closed).faults
        assert faults
        assert all("Traceback" not in str(fault) for fault in faults)

    def test_one_fault_does_not_hide_another(self, closed: Path) -> None:
        for kind in ("meters", "carbon"):
            part_of(closed, kind).write_bytes(b"")
        assert len(verified(closed).faults) == 2


class TestOtherSoftware:
    def test_other_bytes_of_the_same_figures_are_no_fault(self, closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        # another version of the library may write the same rows with other bytes: here, with another compression
        import pyarrow.parquet as pq

        written = pq.write_table

        def other(table: pa.Table, where: object, **options: object) -> None:
            written(table, where, **{**options, "compression": "snappy"})

        monkeypatch.setattr(pq, "write_table", other)
        found = verified(closed)
        assert (found.faults, found.replayed, found.same_bytes) == ((), 1, 0)


class TestMutations:
    """Each control switched off lets a fault pass that the tests above find: they can fail."""

    def test_without_the_name_a_truncated_part_is_no_part(self, closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = part_of(closed, "shares")
        path.write_bytes(path.read_bytes().replace(b"PAR1", b"PAR2", 1))
        monkeypatch.setattr(Parts, "content", lambda self, name: self.path(name).read_bytes())
        assert not any("no longer has its name" in str(fault) for fault in verified(closed).faults)

    def test_without_the_sum_a_kept_day_may_lack_a_joule(self, site: Site, march: MonthInputs,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
        (day,) = in_turn.settle_in_turn(site, {}, [next(iter(march.days(site.zone_info)))])
        closure = dataclasses.replace(day.closure, facility_j=day.closure.facility_j + 1)
        with pytest.raises(ConservationError, match="2012-03-01 do not add up"):
            dataclasses.replace(day, closure=closure)
        monkeypatch.setattr(KeptDay, "__post_init__", lambda _self: None)
        dataclasses.replace(day, closure=closure)
