"""How sure a month and a year are, and the work by which air and oil compare."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from energy.closing.inputs import MonthInputs
from energy.closing.period_carbon import FactorSource
from energy.closing.settled_period import SettledPeriod, settled_month
from energy.closing.sureness import Sureness, Work
from energy.interval import Period
from energy.readings.telemetry import Telemetry
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use

HOUR = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def month(site: Site) -> SettledPeriod:
    inputs = MonthInputs("2012-03", constant_readings(HOUR), constant_use(HOUR), Telemetry(HOUR), "here")
    return settled_month(site, inputs, FactorSource())


class TestOfAMonth:
    def test_every_figure_of_a_page_has_one(self, month: SettledPeriod) -> None:
        names = set(month.sureness.relative_u)
        assert {"pue1", "pue3", "energy:alpha", "energy:beta", "energy:_residual", "pue:alpha", "ppue:air"} <= names
        assert names == set(month.sureness.monte_carlo_relative_u)

    def test_the_facilitys_class_bounds_the_ratio(self, month: SettledPeriod) -> None:
        # class 1 everywhere: 0.58 % at the facility meter, less at four outlets that err each by itself: between
        # 0.58 % and the sum of both
        assert 0.0057 < month.sureness.relative_u["pue3"] < 0.0116

    def test_monte_carlo_agrees(self, month: SettledPeriod) -> None:
        for name in ("pue1", "pue3", "energy:alpha", "pue:beta"):
            assert month.sureness.monte_carlo_relative_u[name] == pytest.approx(month.sureness.relative_u[name],
                                                                               rel=0.06)

    def test_the_facility_meter_is_what_makes_the_ratio_unsure(self, month: SettledPeriod) -> None:
        assert month.sureness.causes["pue3"][0] == "facility"

    def test_the_facility_meter_makes_no_tenant_unsure(self, month: SettledPeriod) -> None:
        assert "facility" not in month.sureness.causes["energy:alpha"]

    def test_no_figure_is_infinitely_unsure(self, month: SettledPeriod) -> None:
        assert all(0 <= value < 1e3 for value in month.sureness.relative_u.values())


class TestJoined:
    def test_errors_of_one_meter_add_up_in_full(self) -> None:
        # 1 % of 300 J and 2 % of 100 J, the same meter: 5 J of 400 J
        one, other = Sureness({"pue3": 0.01}, {"pue3": 0.01}, {}), Sureness({"pue3": 0.02}, {"pue3": 0.02}, {})
        assert one.joined(other, (300.0, 100.0)).relative_u["pue3"] == pytest.approx(0.0125)

    def test_never_surer_than_its_surest_part(self) -> None:
        one, other = Sureness({"a": 0.01}, {}, {}), Sureness({"a": 0.01}, {}, {})
        assert one.joined(other, (1.0, 1.0)).relative_u["a"] == pytest.approx(0.01)

    def test_a_figure_of_one_period_alone_keeps_its_own(self) -> None:
        joined = Sureness({"energy:new": 0.03}, {}, {"energy:new": ("m",)}).joined(Sureness({}, {}, {}), (1.0, 1.0))
        assert joined.relative_u["energy:new"] == pytest.approx(0.03)
        assert joined.causes["energy:new"] == ("m",)

    def test_two_periods_of_nothing(self) -> None:
        assert Sureness({"a": 0.5}, {}, {}).joined(Sureness({"a": 0.1}, {}, {}), (0.0, 0.0)).relative_u["a"] == 0.0


class TestWork:
    def test_by_hand(self, month: SettledPeriod) -> None:
        # busy cores in air: n1 3 + 1, n2 1; in oil: n3 2, and 0.8 of a board; an hour of each
        assert month.work["air"].core_s == pytest.approx(5 * 3600)
        assert month.work["oil"].core_s == pytest.approx(2 * 3600)
        assert (month.work["air"].gpu_s, month.work["oil"].gpu_s) == (0.0, pytest.approx(0.8 * 3600))

    def test_a_gpu_second_counts_the_same_in_both(self, month: SettledPeriod) -> None:
        assert month.work["air"].gpu_in_cores == month.work["oil"].gpu_in_cores > 0

    def test_work_adds_up_over_months(self, month: SettledPeriod) -> None:
        from energy.closing.settled_period import _joined_work

        both = _joined_work(month.work, {"oil": Work(10.0, 5.0, 2.0)})
        assert both["oil"].core_s == pytest.approx(7210.0)
        assert both["oil"].gpu_s == pytest.approx(0.8 * 3600 + 5)
        assert both["air"] == month.work["air"]
