"""Periods joined: a quarter of months by hand, states, closes, and what the last one says."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from energy.allocation.baseline import Baseline
from energy.carbon.statement import BookName
from energy.closing.inputs import MonthInputs
from energy.closing.period_carbon import FactorSource
from energy.closing.settled_period import SettledPeriod, joined, settled_month
from energy.errors import EnergyError, MissingDataError
from energy.interval import Period
from energy.ledger.manifest import State
from energy.method import METHOD_VERSION
from energy.readings.telemetry import Telemetry
from energy.report.build import report_of
from infra.inventory.site import Site
from tests.energy.closing.made import month_inputs
from tests.energy.small import USED, constant_readings, constant_use

MORNING = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 12, tzinfo=UTC))
EVENING = Period(datetime(2012, 3, 5, 12, tzinfo=UTC), datetime(2012, 3, 6, tzinfo=UTC))
WITHOUT_BETA = {node: {account: figures for account, figures in accounts.items() if account != "beta"}
                for node, accounts in USED.items()}


def settled(site: Site, period: Period, used: object = USED, **watts: float) -> SettledPeriod:
    inputs = MonthInputs("part", constant_readings(period, **watts), constant_use(period, used), Telemetry(period),
                         "here")
    return settled_month(site, inputs, FactorSource())


@pytest.fixture(scope="module")
def morning(site: Site) -> SettledPeriod:
    return settled(site, MORNING)


@pytest.fixture(scope="module")
def evening(site: Site) -> SettledPeriod:
    """At 760 W, and without beta."""
    return settled(site, EVENING, WITHOUT_BETA, facility=760)


class TestFresh:
    def test_it_is_open_and_kept_nowhere(self, morning: SettledPeriod) -> None:
        assert morning.state is State.OPEN
        assert morning.closes == ()
        assert morning.method_version == METHOD_VERSION

    def test_every_node_has_its_baseline(self, site: Site, morning: SettledPeriod) -> None:
        assert set(morning.baselines) == set(site.nodes)
        assert morning.baselines["n1"].idle_w == 100

    def test_an_interval_without_factor_is_refused(self, site: Site) -> None:
        later = Period(datetime(2031, 3, 5, tzinfo=UTC), datetime(2031, 3, 6, tzinfo=UTC))
        with pytest.raises(MissingDataError, match="no carbon factor of grid FR covers 2031-03-05"):
            settled(site, later)

    def test_a_ratio_under_one_is_refused_with_its_meters(self, site: Site) -> None:
        with pytest.raises(EnergyError, match=r"PUE of category 1 would be .* under 1: the facility meter "
                                              r"\(facility, genset-out\)"):
            settled(site, MORNING, facility=400)

    def test_a_stage_that_gives_more_than_it_takes_is_refused(self, site: Site) -> None:
        with pytest.raises(EnergyError, match="'ups-a' would give"):
            settled(site, MORNING, ups_a_in=150)

    def test_meters_of_their_class_may_disagree_a_little(self, site: Site) -> None:
        # 1 % of 180 W in and out: within what two meters of class 1 may err
        found = settled(site, MORNING, ups_a_in=180, ups_a_out=181)
        assert found.sums.closure.stages["ups-a"].loss_j.tolist() == [0]


class TestJoined:
    def test_energy_adds_up(self, morning: SettledPeriod, evening: SettledPeriod) -> None:
        # 12 h at 700 W and 12 h at 760 W
        both = joined([morning, evening], "day")
        assert both.sums.closure.facility_j.tolist() == [(700 + 760) * 12 * 3600]
        assert both.period == Period(MORNING.start, EVENING.end)

    def test_a_ratio_is_made_of_the_sums_never_of_the_ratios(self, morning: SettledPeriod,
                                                             evening: SettledPeriod) -> None:
        # 1460 / 1000 over the day; here the halves weigh alike, so that a mean of 1.4 and 1.52 would pass too: give the
        # morning twice, and the mean of ratios would be 1.46 where 2160 / 1500 is 1.44
        twice = joined([morning, dataclasses.replace(morning), evening], "longer")
        report = report_of(twice)
        assert report.site_pue[-1].value == pytest.approx(2160 / 1500, rel=1e-6)

    def test_who_left_keeps_what_it_bore(self, morning: SettledPeriod, evening: SettledPeriod) -> None:
        alone = next(line for line in report_of(morning).lines if line.key == "beta")
        both = next(line for line in report_of(joined([morning, evening], "day")).lines if line.key == "beta")
        assert both.energy_j == alone.energy_j > 0

    def test_carbon_adds_up_book_by_book(self, morning: SettledPeriod, evening: SettledPeriod) -> None:
        both = joined([morning, evening], "day").carbon
        for name in BookName:
            books = (both.direct.books[name], morning.carbon.direct.books[name], evening.carbon.direct.books[name])
            assert books[0].total_quanta == books[1].total_quanta + books[2].total_quanta

    def test_coverage_counts_both(self, morning: SettledPeriod, evening: SettledPeriod) -> None:
        both = joined([morning, evening], "day").facts
        assert sum(both.coverage.cells.values()) == 14 * 96
        assert both.meters == 14

    @pytest.mark.parametrize(("states", "expected"), [
        ((State.CLOSED, State.RESTATED), State.CLOSED), ((State.CLOSED, State.PROVISIONAL), State.PROVISIONAL),
        ((State.OPEN, State.CLOSED), State.OPEN), ((State.RESTATED, State.RESTATED), State.RESTATED)])
    def test_the_least_sure_state_is_the_wholes(self, morning: SettledPeriod, evening: SettledPeriod,
                                                states: tuple[State, State], expected: State) -> None:
        parts = [dataclasses.replace(part, state=state) for part, state in zip((morning, evening), states, strict=True)]
        assert joined(parts, "day").state is expected

    def test_every_close_is_named(self, morning: SettledPeriod, evening: SettledPeriod) -> None:
        parts = [dataclasses.replace(morning, closes=("a",)), dataclasses.replace(evening, closes=("b",))]
        assert joined(parts, "day").closes == ("a", "b")

    def test_the_last_site_file_and_baselines_are_the_wholes(self, site: Site, morning: SettledPeriod,
                                                             evening: SettledPeriod) -> None:
        renamed = site.model_copy(update={"identity": site.identity.model_copy(update={"name": "Renommé"})})
        later = dataclasses.replace(evening, site=renamed, baselines={"n1": Baseline(1.0, 1.0, 0.0)})
        both = joined([morning, later], "day")
        assert both.site.identity.name == "Renommé"
        assert both.baselines["n1"].idle_w == 1.0

    def test_one_period_joined_is_itself(self, morning: SettledPeriod) -> None:
        one = joined([morning], "day")
        assert one.sums.closure.facility_j.tolist() == morning.sums.closure.facility_j.tolist()
        assert one.carbon.direct.books[BookName.OPERATIONAL] == morning.carbon.direct.books[BookName.OPERATIONAL]


def test_a_day_of_a_month_is_the_day_by_itself(site: Site) -> None:
    month = month_inputs(site)
    fifth = next(day for day in month.days(site.zone_info) if day.day == "2012-03-05")
    assert fifth.period.count == 96
    assert fifth.readings.energy_j["facility"].tolist() == [700 * 900] * 96
    assert fifth.use.period == fifth.telemetry.period == fifth.period
