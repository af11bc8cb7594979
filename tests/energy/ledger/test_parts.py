"""Parts are named by what they hold: the same rows are the same file, and another byte is found."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from energy.errors import DamagedError, StorageError
from energy.ledger.parts import Parts, parquet_bytes


def table(*values: int) -> pa.Table:
    return pa.table({"start_s": pa.array(range(len(values)), pa.int64()), "energy_j": pa.array(values, pa.int64())})


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path / "parts")


def test_what_was_put_is_got(parts: Parts) -> None:
    assert parts.get(parts.put(table(1, 2, 3))).equals(table(1, 2, 3))


def test_the_same_rows_are_the_same_part(parts: Parts) -> None:
    assert parts.put(table(1, 2)) == parts.put(table(1, 2))
    assert len(list(parts.folder.rglob("*.parquet"))) == 1


def test_other_rows_are_another_part(parts: Parts) -> None:
    assert parts.put(table(1, 2)) != parts.put(table(1, 3))


def test_bytes_do_not_depend_on_how_the_table_was_cut() -> None:
    whole = table(*range(1000))
    pieces = pa.concat_tables([whole.slice(0, 400), whole.slice(400)])
    assert parquet_bytes(pieces.combine_chunks()) == parquet_bytes(whole)


def test_an_edited_part_is_found(parts: Parts) -> None:
    name = parts.put(table(1, 2, 3))
    content = bytearray(parts.path(name).read_bytes())
    content[len(content) // 2] ^= 1
    parts.path(name).write_bytes(content)
    with pytest.raises(DamagedError, match="its content no longer has its name") as refused:
        parts.get(name)
    assert refused.value.where == str(parts.path(name))


def test_a_truncated_part_is_found(parts: Parts) -> None:
    name = parts.put(table(1, 2, 3))
    parts.path(name).write_bytes(parts.path(name).read_bytes()[:-7])
    with pytest.raises(DamagedError, match="somebody edited or truncated it"):
        parts.get(name)


def test_a_part_that_is_gone_is_found(parts: Parts) -> None:
    name = parts.put(table(1))
    parts.path(name).unlink()
    with pytest.raises(DamagedError, match="can't be read: No such file"):
        parts.get(name)


def test_a_part_left_short_by_a_power_cut_is_written_again(parts: Parts) -> None:
    name = parts.put(table(1, 2, 3))
    parts.path(name).write_bytes(b"PAR1")
    assert parts.put(table(1, 2, 3)) == name
    assert parts.get(name).equals(table(1, 2, 3))


def test_no_temporary_file_stays(parts: Parts) -> None:
    parts.put(table(1))
    assert list(parts.folder.rglob(".writing-*")) == []


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "parts").write_text("in the way")
    with pytest.raises(StorageError, match="the ledger can't be written"):
        Parts(tmp_path / "parts").put(table(1))
