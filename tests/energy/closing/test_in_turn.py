"""Days settled together are the days settled alone, to the byte; spans are runs of adjoining days."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from energy.closing.close import Closing, Intent
from energy.closing.day_parts import settled_tables
from energy.closing.in_turn import SPAN_DAYS, settle_in_turn, settle_span, spans
from energy.closing.inputs import MonthInputs
from energy.closing.made_month import software
from energy.closing.period_carbon import FactorSource
from energy.closing.settled_day import settle_day
from energy.errors import EnergyError
from energy.ledger.book import Ledger
from energy.ledger.parts import parquet_bytes
from energy.readings.meters import MeterReadings
from infra.inventory.site import Site
from tests.energy.closing.made import close, month_inputs


@pytest.fixture(scope="module")
def uneven(march: MonthInputs) -> MonthInputs:
    """March with every interval different, so that a slice taken one off would show."""
    number = np.arange(march.period.count)
    rows = {name: row + (number * 37) % 101 for name, row in march.readings.energy_j.items()}
    return MonthInputs("2012-03", MeterReadings(march.period, rows), march.use, march.telemetry, march.source)


class TestSpans:
    def test_weeks_at_most(self, site: Site, march: MonthInputs) -> None:
        lengths = [len(span) for span in spans(list(march.days(site.zone_info)))]
        assert lengths == [7, 7, 7, 7, 3]
        assert SPAN_DAYS == 7

    def test_a_gap_ends_a_span(self, site: Site, march: MonthInputs) -> None:
        days = list(march.days(site.zone_info))
        found = [[day.day for day in span] for span in spans([*days[:2], *days[3:5], days[9]])]
        assert found == [["2012-03-01", "2012-03-02"], ["2012-03-04", "2012-03-05"], ["2012-03-10"]]

    def test_days_backwards_are_each_alone(self, site: Site, march: MonthInputs) -> None:
        days = list(march.days(site.zone_info))[:3]
        assert [len(span) for span in spans(days[::-1])] == [1, 1, 1]

    def test_no_day_is_no_span(self) -> None:
        assert list(spans([])) == []


class TestTogether:
    def test_a_week_settled_at_once_is_its_days_settled_alone(self, site: Site, uneven: MonthInputs) -> None:
        days = list(uneven.days(site.zone_info))[21:28]  # the one of the change of hour among them
        by_themselves = [settle_day(site, day, {}) for day in days]
        for alone, together in zip(by_themselves, settle_span(site, days, {}), strict=True):
            tables, others = settled_tables(alone), settled_tables(together)
            assert set(tables) == set(others)
            for name, table in tables.items():
                assert parquet_bytes(table) == parquet_bytes(others[name]), (alone.day, name)

    def test_each_day_keeps_its_own_intervals(self, site: Site, uneven: MonthInputs) -> None:
        days = list(uneven.days(site.zone_info))[23:26]
        found = list(settle_in_turn(site, {}, days))
        assert [day.period.count for day in found] == [96, 92, 96]
        for day, inputs in zip(found, days, strict=True):
            supplied = (inputs.readings.energy_j[name] for name in ("facility", "genset-out"))
            assert int(day.closure.facility_j[0]) == sum(int(row.sum()) for row in supplied)


class TestProgress:
    def test_it_is_told_day_by_day(self, site: Site, march: MonthInputs, tmp_path: Path) -> None:
        heard: list[tuple[int, int]] = []
        ledger = Ledger(tmp_path, site.id)
        with ledger.writing():
            Closing(site, ledger, march, FactorSource()).run(Intent(), progress=lambda *step: heard.append(step))
        assert heard == [(done, 31) for done in range(32)]

    def test_days_that_stand_are_done_at_once(self, site: Site, march: MonthInputs, closed: Path) -> None:
        heard: list[tuple[int, int]] = []
        ledger = Ledger(closed, site.id)
        with ledger.writing():
            Closing(site, ledger, march, FactorSource()).run(Intent(), progress=lambda *step: heard.append(step))
        assert heard == [(31, 31)]


class TestImpossible:
    def test_an_outlet_that_counts_more_than_the_facility_is_refused_with_its_meters(self, site: Site,
                                                                                     tmp_path: Path) -> None:
        # 2,000 W at n3's outlet behind a facility meter of 700 W: PUE of category 3 under 1
        inputs = month_inputs(site, o_b_n3=2000)
        with pytest.raises(EnergyError, match="facility") as refused:
            close(site, tmp_path, inputs)
        assert "o-b-n3" in str(refused.value)
        assert Ledger(tmp_path, site.id).closes() == []


def test_bytes_depend_on_these_versions() -> None:
    assert set(software()) == {"python", "estran", "numpy", "pyarrow"}
