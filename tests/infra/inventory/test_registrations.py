"""Devices that stood in the place of one meter: in order of time, one at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.inventory.load import load_site
from infra.inventory.meters import Meter
from tests.infra.inventory.edits import DEMO, edited, put, refusal_of

OLD = {"serial": "OLD-1", "since": "2011-01-01T00:00:00+01:00", "until": "2012-03-10T14:00:00+01:00", "closing": 5000}
NEW = {"serial": DEMO["meters"]["plant"]["serial"], "since": "2012-03-10T14:20:00+01:00", "opening": 12.5}


def refused(tmp_path: Path, *rows: dict[str, Any]) -> str:
    return refusal_of(tmp_path, edited(put("meters.plant.registrations", list(rows))))


def test_a_replacement_with_its_indexes(tmp_path: Path) -> None:
    import yaml

    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(edited(put("meters.plant.registrations", [OLD, NEW]))), "utf-8")
    rows = load_site(file).meters["plant"].registrations
    assert [row.serial for row in rows] == ["OLD-1", NEW["serial"]]
    assert (rows[0].closing, rows[1].opening) == (5000, 12.5)
    assert rows[0].since.tzinfo is not None


def test_defaults_leave_a_meter_as_it_was() -> None:
    meter = Meter(at="x", serial="S")
    assert (meter.modulus, meter.scrape_s, meter.registrations) == (None, 60, ())


# Mutation: `row.until > following.since` made `<` turns the first two red.
def test_devices_that_overlap(tmp_path: Path) -> None:
    text = refused(tmp_path, {**OLD, "until": "2012-03-10T15:00:00+01:00"}, NEW)
    assert "meters.plant.registrations.1.since: this device comes on 2012-03-10T14:20:00+01:00, but 'OLD-1' " in text
    assert "until 2012-03-10T15:00:00+01:00; one place has one register at a time" in text


def test_a_device_that_never_left(tmp_path: Path) -> None:
    still_there = {name: value for name, value in OLD.items() if name != "until"}
    assert "'OLD-1' stands there until -" in refused(tmp_path, still_there, NEW)


def test_a_device_that_leaves_before_it_comes(tmp_path: Path) -> None:
    text = refused(tmp_path, {**OLD, "until": "2010-01-01T00:00:00+01:00"}, NEW)
    assert "registrations.0.until: this device leaves (2010-01-01T00:00:00+01:00) before it came" in text


def test_the_serial_of_today_is_that_of_the_last_device(tmp_path: Path) -> None:
    text = refused(tmp_path, OLD, {**NEW, "serial": "OTHER"})
    assert "meters.plant.serial: the meter's serial is" in text
    assert "stands there now is 'OTHER'; write the same in both" in text


@pytest.mark.parametrize(("key", "value", "text"), [
    ("since", "2012-03-10T14:20:00", "meters.plant.registrations.0.since"),  # no time zone: no moment
    ("opening", -1, "meters.plant.registrations.0.opening"),
    ("closing", float("inf"), "meters.plant.registrations.0.closing"),
    ("serial", "", "meters.plant.registrations.0.serial"),
    ("accuracy_class", "7", "meters.plant.registrations.0.accuracy_class"),
])
def test_values_that_can_not_be(tmp_path: Path, key: str, value: object, text: str) -> None:
    assert text in refused(tmp_path, {**NEW, key: value})


@pytest.mark.parametrize(("key", "value"), [("modulus", 0), ("modulus", -5), ("scrape_s", 0), ("scrape_s", 901)])
def test_bounds_of_a_meter(tmp_path: Path, key: str, value: object) -> None:
    assert f"meters.plant.{key}" in refusal_of(tmp_path, edited(put(f"meters.plant.{key}", value)))
