"""What a close keeps of its readings comes back, and adds up over months."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest

from energy.closing.inputs import MonthInputs
from energy.closing.reading_facts import ReadingFacts, as_document, facts_of, from_document
from energy.interval import Period
from energy.readings.finding import Finding, FindingKind
from energy.readings.flags import Flag
from energy.readings.meters import MeterReadings
from energy.readings.telemetry import Telemetry
from tests.energy.small import constant_readings, constant_use

PERIOD = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 1, tzinfo=UTC))
RESET = Finding(FindingKind.RESET, "plant", "the register of {meter} fell", 2,
                datetime(2012, 3, 5, 0, 15, tzinfo=UTC), datetime(2012, 3, 5, 0, 30, tzinfo=UTC), {"meter": "plant"})


@pytest.fixture
def facts() -> ReadingFacts:
    plain = constant_readings(PERIOD)
    flags = {"plant": np.array([0, 1, 1, 0], dtype=np.uint8)}
    readings = MeterReadings(PERIOD, plain.energy_j, flags, (RESET,))
    return facts_of(MonthInputs("2012-03", readings, constant_use(PERIOD), Telemetry(PERIOD), "http://here",
                                ("partial", "estimated")))


def test_by_hand(facts: ReadingFacts) -> None:
    # 14 meters by 4 intervals; two cells of the plant's meter (126 W) are bridged
    assert facts.meters == 14
    assert facts.coverage.cells[Flag.BRIDGED] == 2
    assert facts.coverage.energy_j[Flag.BRIDGED] == 2 * 126 * 900
    assert facts.coverage.cells[Flag.MEASURED] == 14 * 4 - 2
    assert facts.bridged == {"plant": 2}
    assert facts.allowed == ("estimated", "partial")


def test_they_come_back_through_json(facts: ReadingFacts) -> None:
    assert from_document(json.loads(json.dumps(as_document(facts)))) == facts


def test_two_months_add_up(facts: ReadingFacts) -> None:
    both = facts + facts
    assert both.coverage.cells[Flag.BRIDGED] == 4
    assert both.coverage.cells[Flag.MISSING] == 0
    assert both.bridged == {"plant": 4}
    assert both.meters == 14
    assert len(both.findings) == 2


def test_two_sources_are_both_named(facts: ReadingFacts) -> None:
    other = ReadingFacts(3, "/exports", (), facts.coverage, {}, ())
    assert (facts + other).source == "http://here, /exports"
    assert (facts + facts).source == "http://here"
