"""The chain of closes: what can be appended, and every way of changing the past that is found."""

from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from energy.errors import ConflictError, DamagedError, StorageError
from energy.ledger.book import Ledger
from energy.ledger.manifest import GENESIS, Close, State


def close_after(ledger: Ledger, month: str = "2012-03", **changes: object) -> Close:
    before = ledger.closes()
    values = {
        "site": "small", "month": month, "sequence": len(before) + 1,
        "previous": before[-1].digest if before else GENESIS, "state": State.PROVISIONAL, "reason": "first",
        "method_version": "2", "software": {"numpy": "2"}, "policy": {}, "days": (), "parts": {}, "facts": {"n": 1},
        **changes}
    return Close.model_validate(values)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path, "small")


@pytest.fixture
def written(ledger: Ledger) -> Ledger:
    for month in ("2012-01", "2012-02", "2012-03"):
        ledger.append(close_after(ledger, month))
    return ledger


def files(ledger: Ledger) -> list[Path]:
    return sorted((ledger.folder / "closes").iterdir())


class TestAppending:
    def test_an_empty_ledger_has_no_close(self, ledger: Ledger) -> None:
        assert ledger.closes() == []
        assert ledger.latest("2012-03") is None

    def test_closes_come_back_in_order(self, written: Ledger) -> None:
        assert [(close.sequence, close.month) for close in written.closes()] == [
            (1, "2012-01"), (2, "2012-02"), (3, "2012-03")]

    def test_each_holds_the_hash_of_the_one_before(self, written: Ledger) -> None:
        first, second, third = written.closes()
        assert (first.previous, second.previous, third.previous) == (GENESIS, first.digest, second.digest)

    def test_the_close_in_force_is_the_last_of_its_month(self, written: Ledger) -> None:
        again = written.append(close_after(written, "2012-02", state=State.CLOSED))
        assert written.latest("2012-02") == again

    def test_one_made_before_another_came_in_is_refused(self, written: Ledger) -> None:
        late = close_after(written)
        written.append(close_after(written))
        with pytest.raises(ConflictError, match="another close came in between"):
            written.append(late)

    def test_a_file_bears_number_and_month(self, written: Ledger) -> None:
        assert [path.name for path in files(written)] == [
            "00001-2012-01.json", "00002-2012-02.json", "00003-2012-03.json"]


class TestTampering:
    def test_a_figure_edited_with_its_order_kept(self, written: Ledger) -> None:
        path = files(written)[0]
        path.write_bytes(path.read_bytes().replace(b'"n":1', b'"n":2'))
        with pytest.raises(DamagedError, match="does not follow the one before it") as refused:
            written.closes()
        assert refused.value.where == str(files(written)[1])  # the second no longer holds the first's hash

    def test_a_figure_edited_by_an_editor_that_formats(self, written: Ledger) -> None:
        path = files(written)[1]
        path.write_text(json.dumps(json.loads(path.read_text()), indent=2))
        with pytest.raises(DamagedError, match="not what was written"):
            written.closes()

    def test_a_truncated_close(self, written: Ledger) -> None:
        path = files(written)[2]
        path.write_bytes(path.read_bytes()[:-20])
        with pytest.raises(DamagedError, match="edited or truncated"):
            written.closes()

    def test_a_close_that_was_removed(self, written: Ledger) -> None:
        files(written)[1].unlink()
        with pytest.raises(DamagedError, match="does not follow"):
            written.closes()

    def test_a_close_that_was_renamed(self, written: Ledger) -> None:
        files(written)[2].rename(files(written)[2].with_name("00003-2012-04.json"))
        with pytest.raises(DamagedError, match="does not follow"):
            written.closes()

    def test_an_unknown_key(self, written: Ledger) -> None:
        path = files(written)[0]
        path.write_text(json.dumps({**json.loads(path.read_text()), "more": 1}))
        with pytest.raises(DamagedError, match="can't be read"):
            written.closes()


def _hold(folder: Path, told: int, ended: int) -> None:
    with Ledger(folder, "small").writing():
        os.write(told, b"held")
        os.read(ended, 1)


class TestOneAtATime:
    def test_a_second_close_is_refused_while_one_is_at_work(self, tmp_path: Path) -> None:
        told_r, told_w = os.pipe()
        ended_r, ended_w = os.pipe()
        other = multiprocessing.get_context("fork").Process(target=_hold, args=(tmp_path, told_w, ended_r))
        other.start()
        os.read(told_r, 4)
        with pytest.raises(ConflictError, match="another close of site 'small' is at work"), \
                Ledger(tmp_path, "small").writing():
            pass
        os.write(ended_w, b"x")
        other.join()
        with Ledger(tmp_path, "small").writing():
            pass

    def test_the_lock_falls_with_the_process(self, tmp_path: Path) -> None:
        told_r, told_w = os.pipe()
        ended_r, _ended_w = os.pipe()
        other = multiprocessing.get_context("fork").Process(target=_hold, args=(tmp_path, told_w, ended_r))
        other.start()
        os.read(told_r, 4)
        other.kill()
        entered = False
        with Ledger(tmp_path, "small").writing(wait=True):
            entered = True
        other.join()
        assert entered

    def test_a_folder_that_can_not_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "small").write_text("in the way")
        with pytest.raises(StorageError, match="can't be written"), Ledger(tmp_path, "small").writing():
            pass


class TestStates:
    def test_only_closed_and_restated_bind(self) -> None:
        assert [state.is_final for state in State] == [False, False, True, True]

    def test_each_has_a_word(self) -> None:
        assert [state.word for state in State] == ["open", "provisional", "closed", "restated"]
