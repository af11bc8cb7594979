"""A year out of its closes: sums of sums, and what is missing is named."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from energy.closing.load import settled_of, settled_year
from energy.closing.settled_period import SettledPeriod, joined
from energy.errors import MissingDataError
from energy.interval import Period, month_period
from energy.ledger.book import Ledger
from energy.ledger.manifest import State
from energy.report.pue import InterimPue, Pue
from energy.report.site_pue import site_pue
from infra.inventory.site import Site


@pytest.fixture
def march_settled(closed_once: Path) -> SettledPeriod:
    ledger = Ledger(closed_once, "small")
    return settled_of(ledger.parts, ledger.closes()[0])


def year_of(march: SettledPeriod, site: Site) -> SettledPeriod:
    """Return March's figures twelve times, dated as the months of 2012."""
    months = []
    for number in range(1, 13):
        period = month_period(f"2012-{number:02d}", site.zone_info)
        sums = dataclasses.replace(march.sums, period=period,
                                   closure=dataclasses.replace(march.sums.closure, period=period))
        statement = dataclasses.replace(march.carbon.direct, period=period)
        months.append(dataclasses.replace(march, sums=sums,
                                          carbon=dataclasses.replace(march.carbon, direct=statement)))
    return joined(months, "2012")


def test_twelve_months_are_twelve_times_the_joules(march_settled: SettledPeriod, site: Site) -> None:
    year = year_of(march_settled, site)
    assert int(year.sums.closure.facility_j[0]) == 12 * int(march_settled.sums.closure.facility_j[0])
    total_j = sum(int(shares.energy_j.sum()) for shares in year.sums.shares.values())
    assert total_j == int(year.sums.closure.facility_j[0])
    for name, book in year.carbon.direct.books.items():
        assert book.total_quanta == 12 * march_settled.carbon.direct.books[name].total_quanta


def test_a_year_has_a_pue_where_a_month_has_an_interim_one(march_settled: SettledPeriod, site: Site) -> None:
    year = year_of(march_settled, site)
    assert year.period == Period(month_period("2012-01", site.zone_info).start,
                                 month_period("2012-12", site.zone_info).end)
    assert all(isinstance(ratio, Pue) for ratio in site_pue(site, year.sums.closure, year.period))
    assert all(isinstance(ratio, InterimPue)
               for ratio in site_pue(site, march_settled.sums.closure, march_settled.period))


def test_a_years_mean_factor_weighs_its_intervals(march_settled: SettledPeriod, site: Site) -> None:
    (factor,) = year_of(march_settled, site).carbon.zones.factors
    (of_march,) = march_settled.carbon.zones.factors
    assert factor.value == pytest.approx(of_march.value)
    assert sum(factor.flags.values()) == 12 * 2972


def test_a_year_is_as_sure_as_its_least_sure_month(march_settled: SettledPeriod) -> None:
    provisional = dataclasses.replace(march_settled, state=State.PROVISIONAL)
    restated = dataclasses.replace(march_settled, state=State.RESTATED)
    assert joined([march_settled, provisional], "x").state is State.PROVISIONAL
    assert joined([restated, march_settled], "x").state is State.CLOSED


def test_months_without_a_close_are_named(closed_once: Path) -> None:
    with pytest.raises(MissingDataError, match="11 months of 2012 have no close: 2012-01, 2012-02, 2012-04") as refused:
        settled_year(Ledger(closed_once, "small"), "2012")
    assert "estran energy close 2012-01" in str(refused.value)
