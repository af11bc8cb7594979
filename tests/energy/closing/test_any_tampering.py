"""Whatever byte of a ledger is changed, whatever file is shortened, verification finds it; whatever meter is corrected,
the days that it touches are reopened and no other.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy.closing.close import Intent
from energy.closing.inputs import MonthInputs
from energy.closing.verify import verify
from energy.ledger.book import Ledger
from energy.readings.meters import MeterReadings
from infra.inventory.site import Site
from tests.energy.closing.made import bytes_of, close
from tests.energy.small import WATTS

FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow,
                                                                      HealthCheck.function_scoped_fixture])


def fresh(closed_once: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(closed_once, folder))


def files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock"]


@FEW
@given(number=st.integers(0, 10_000), at=st.floats(0, 0.999), flip=st.integers(1, 255))
def test_any_byte_of_any_file(closed_once: Path, tmp_path: Path, number: int, at: float, flip: int) -> None:
    # mutation: without the hash of a part (ledger/parts.py, content) or the check of canonical bytes (ledger/book.py,
    # _read) some of these pass unseen
    folder = fresh(closed_once, tmp_path / "ledger")
    path = files(folder)[number % len(files(folder))]
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] ^= flip
    path.write_bytes(content)
    found = verify(Ledger(folder, "small"), expected_head=Ledger(closed_once, "small").closes()[0].digest)
    assert found.faults, path


@FEW
@given(number=st.integers(0, 10_000), left=st.floats(0, 0.999))
def test_any_file_cut_anywhere(closed_once: Path, tmp_path: Path, number: int, left: float) -> None:
    folder = fresh(closed_once, tmp_path / "ledger")
    path = files(folder)[number % len(files(folder))]
    content = path.read_bytes()
    path.write_bytes(content[:int(left * len(content))])
    assert verify(Ledger(folder, "small")).faults, path


@pytest.mark.parametrize("number", [0, 7, 19])
def test_any_file_gone(closed_once: Path, tmp_path: Path, number: int) -> None:
    folder = fresh(closed_once, tmp_path / "ledger")
    path = files(folder)[number]
    path.unlink()
    head = Ledger(closed_once, "small").closes()[0].digest
    assert verify(Ledger(folder, "small"), expected_head=head).faults, path


def test_a_file_more_is_nobodys_business(closed_once: Path, tmp_path: Path) -> None:
    # what a killed run left: named by its content, by no close
    folder = fresh(closed_once, tmp_path / "ledger")
    (folder / "small" / "parts" / "zz").mkdir()
    (folder / "small" / "parts" / "zz" / "left.parquet").write_bytes(b"left behind")
    assert verify(Ledger(folder, "small")).faults == ()


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow,
                                                                HealthCheck.function_scoped_fixture])
@given(meter=st.sampled_from(sorted(set(WATTS) - {"genset-out"})), touched=st.sets(st.integers(0, 30), min_size=1,
                                                                                    max_size=3))
def test_a_correction_reopens_the_days_it_touches(site: Site, march: MonthInputs, closed_once: Path, tmp_path: Path,
                                                  meter: str, touched: set[int]) -> None:
    # a joule more in the first interval of each touched day: too little for any law, enough for a hash
    days = list(march.days(site.zone_info))
    firsts = {day.day: int(np.searchsorted(march.period.starts_s, int(day.period.start.timestamp()))) for day in days}
    row = march.readings.energy_j[meter].copy()
    for place in touched:
        row[firsts[days[place].day]] += 1
    changed = MonthInputs(march.month, MeterReadings(march.period, {**march.readings.energy_j, meter: row}), march.use,
                          march.telemetry, march.source)
    folder = fresh(closed_once, tmp_path / "ledger")
    before = bytes_of(folder)
    outcome = close(site, folder, changed, Intent(dry_run=True))
    assert outcome.days_settled == len(touched)
    assert outcome.delta is not None
    assert set(outcome.delta.days) == {days[place].day for place in touched}
    assert bytes_of(folder) == before
