"""Closure at every parent, by hand: residual, its uncertainty, the verdict, the meters; and what is impossible.

Meters of the small site are of class 1: u = 1 % / √3 = 0.5774 % of each reading. Powers in watts over a day.
"""

from __future__ import annotations

from math import sqrt

import pytest

from energy.allocation.settle import settle
from energy.errors import EnergyError
from energy.graph.balance import Balance, Verdict, balances, feed_imbalance, feed_totals_j
from energy.graph.categories import categories
from energy.graph.closure import close
from energy.graph.impossible import refuse_impossible
from energy.graph.uncertain import DECLARED_U, Term, uncertainty_j
from energy.interval import SETTLEMENT_S, Period
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use

CLASS_1 = 0.01 / sqrt(3)


def balance_of(site: Site, day: Period, parent: str, **watts: float) -> Balance:
    found = balances(site, close(site, constant_readings(day, **watts)))
    return next(balance for balance in found if balance.parent == parent)


def watts_of(day: Period, energy_j: float) -> float:
    return energy_j / SETTLEMENT_S / day.count


class TestByHand:
    def test_a_ups_with_both_meters(self, small: Site, day: Period) -> None:
        # 198 in, 18 lost, 180 at its outlets: r = 0. Known by the output meter (180) and the outlets (120, 60).
        found = balance_of(small, day, "ups-a")
        assert watts_of(day, found.in_j) == 198
        assert watts_of(day, found.loss_j) == 18
        assert found.residual_j == 0
        assert watts_of(day, found.u_j) == pytest.approx(CLASS_1 * sqrt(180**2 + 120**2 + 60**2))
        assert found.verdict is Verdict.CLOSES
        assert found.meters == ("ups-a-in", "ups-a-out", "o-a-n1", "o-a-n2")

    def test_a_disagreement_within_the_meters_errors(self, small: Site, day: Period) -> None:
        # 2 W; 2·u = 2 x 0.5774 % x √(182² + 120² + 60²) = 2.61 W
        found = balance_of(small, day, "ups-a", ups_a_out=182)
        assert watts_of(day, found.residual_j) == 2
        assert found.verdict is Verdict.CLOSES

    def test_a_disagreement_beyond_them(self, small: Site, day: Period) -> None:
        # 3 W over 2.62 W
        found = balance_of(small, day, "ups-a", ups_a_out=183)
        assert found.verdict is Verdict.OPEN
        assert found.verdict.word == "does not close"

    def test_the_pdu_has_no_meter_and_is_not_tested(self, small: Site, day: Period) -> None:
        found = balance_of(small, day, "pdu-a")
        assert found.verdict is Verdict.UNTESTED
        assert found.residual_j == 0
        assert watts_of(day, found.in_j) == 180

    def test_the_supply_by_hand(self, small: Site, day: Period) -> None:
        # 700 against 660 through the transformer and its declared loss of 33: r = 7.
        # u² = (1 %/√3)² x (700² + 198² + 336² + 126²) + (10 % x 33)²; the genset's 0 W add nothing.
        found = balance_of(small, day, "supply")
        assert watts_of(day, found.residual_j) == pytest.approx(7)
        expected = sqrt(CLASS_1**2 * (700**2 + 198**2 + 336**2 + 126**2) + (DECLARED_U * 33) ** 2)
        assert watts_of(day, found.u_j) == pytest.approx(expected)
        assert found.verdict is Verdict.CLOSES
        assert set(found.meters) == {"facility", "genset-out", "ups-a-in", "ups-b-in", "plant"}

    def test_a_facility_meter_five_percent_high_does_not_close(self, small: Site, day: Period) -> None:
        assert balance_of(small, day, "supply", facility=735).verdict is Verdict.OPEN

    def test_the_panel_closes_by_its_base_load(self, small: Site, day: Period) -> None:
        # what the panel feeds beside machines is the base load: nothing is left to disagree
        found = balance_of(small, day, "panel-p")
        assert (found.residual_j, found.verdict) == (0, Verdict.CLOSES)

    def test_a_panel_under_its_machines(self, small: Site, day: Period) -> None:
        # 70 W at the panel, 76 at its machines: r = −6; 2·u = 2 x 0.5774 % x √(70² + 52² + 12² + 12²) = 1.03
        found = balance_of(small, day, "panel-p", plant=70)
        assert watts_of(day, found.residual_j) == -6
        assert found.verdict is Verdict.OPEN

    def test_an_input_meter_and_a_declared_loss(self, small: Site, day: Period) -> None:
        # no output meter: the loss is the curve's, 30 % of 180 = 54, known to 10 %
        meters = {name: meter for name, meter in small.meters.items() if name != "ups-a-out"}
        site = small.model_copy(update={"meters": meters})
        found = next(balance for balance in balances(site, close(site, constant_readings(day)))
                     if balance.parent == "ups-a")
        assert watts_of(day, found.residual_j) == 198 - 180 - 54
        expected = sqrt(CLASS_1**2 * (198**2 + 120**2 + 60**2) + (DECLARED_U * 54) ** 2)
        assert watts_of(day, found.u_j) == pytest.approx(expected)

    def test_every_residual_is_in_the_residual_account(self, small: Site, day: Period) -> None:
        allocation = settle(small, constant_readings(day, ups_a_out=183, facility=735), constant_use(day))
        found = balances(small, allocation.closure)
        assert sum(balance.residual_j for balance in found) == int(allocation.closure.residual_j.sum())


class TestFamilies:
    def test_transformers_of_one_family_err_together(self) -> None:
        # 100 in and 60 + 40 out, one family: the errors are the same percent, and leave nothing
        assert uncertainty_j([Term(100, 0.01, "a", "family f"), Term(-60, 0.01, "b", "family f"),
                              Term(-40, 0.01, "c", "family f")]) == pytest.approx(0)

    def test_others_add_in_squares(self) -> None:
        assert uncertainty_j([Term(30, 0.1, "a", "meter a"), Term(40, 0.1, "b", "meter b")]) == pytest.approx(5)

    def test_a_site_with_one_family_is_surer_of_its_residual(self, small: Site, day: Period) -> None:
        # all of family f: u = 0.5774 % x |180 − 120 − 60| = 0
        meters = {name: meter.model_copy(update={"ct_family": "f"}) for name, meter in small.meters.items()}
        site = small.model_copy(update={"meters": meters})
        assert balance_of(site, day, "ups-a").u_j == pytest.approx(0, abs=1e-6)
        assert balance_of(site, day, "ups-a", ups_a_out=181).verdict is Verdict.OPEN

    def test_a_better_class_is_a_sharper_test(self, small: Site, day: Period) -> None:
        meters = {name: meter.model_copy(update={"accuracy_class": "0.2S"}) for name, meter in small.meters.items()}
        site = small.model_copy(update={"meters": meters})
        assert balance_of(site, day, "ups-a", ups_a_out=182).verdict is Verdict.OPEN


class TestFeeds:
    def test_totals_by_feed(self, small: Site, day: Period) -> None:
        # A: 120 + 60; B: 80 + 240
        totals = feed_totals_j(small, close(small, constant_readings(day)))
        assert {feed: watts_of(day, energy_j) for feed, energy_j in totals.items()} == {"A": 180, "B": 320}

    def test_imbalance(self, small: Site, day: Period) -> None:
        assert feed_imbalance(small, close(small, constant_readings(day))) == pytest.approx((320 - 180) / 500)

    def test_one_feed_has_no_balance(self, small: Site, day: Period) -> None:
        ups = {name: ups.model_copy(update={"feed": "A"}) for name, ups in small.power.ups.items()}
        site = small.model_copy(update={"power": small.power.model_copy(update={"ups": ups})})
        assert feed_imbalance(site, close(site, constant_readings(day))) is None


class TestCategories:
    def test_three_points_and_the_losses_between(self, small: Site, day: Period) -> None:
        # UPS output 185 + 322, PDU output 180 + 320 (no meter: what outlets draw), outlets 500.
        closure = close(small, constant_readings(day, ups_a_out=185, ups_b_out=322))
        found = categories(small, closure)
        assert [watts_of(day, category.it_energy_j) for category in found] == [507, 500, 500]
        assert [watts_of(day, category.loss_before_j) for category in found] == [700 - 507, 7, 0]
        assert [category.ratio(int(closure.facility_j.sum())) for category in found] == pytest.approx(
            [700 / 507, 1.4, 1.4])
        assert "ups-b-out" in found[0].meters
        assert found[2].meters == ("o-a-n1", "o-b-n1", "o-a-n2", "o-b-n3")

    def test_without_it_energy_there_is_no_ratio(self, small: Site, day: Period) -> None:
        dark = dict.fromkeys(("o_a_n1", "o_b_n1", "o_a_n2", "o_b_n3", "ups_a_out", "ups_b_out"), 0)
        closure = close(small, constant_readings(day, **dark))
        assert [category.ratio(1) for category in categories(small, closure)] == [None, None, None]


class TestImpossible:
    def test_the_small_site_is_possible(self, small: Site, day: Period) -> None:
        assert refuse_impossible(small, close(small, constant_readings(day))) is None

    def test_a_pue_under_one_names_the_meters(self, small: Site, day: Period) -> None:
        # 490 W at the facility, 500 at the outlets: 0.98
        with pytest.raises(EnergyError, match=r"the PUE of category 1 would be 0\.9800, under 1") as refusal:
            refuse_impossible(small, close(small, constant_readings(day, facility=490)))
        said = str(refusal.value)
        assert "the facility meter (facility, genset-out) counted 11.760 kWh, IT equipment 12.000 kWh" in said
        assert "ups-a-out" in said
        assert "current transformer ratio" in said

    def test_in_category_three_alone(self, small: Site, day: Period) -> None:
        # UPS outputs read low (170 + 300), outlets 500, facility 490: only categories 2 and 3 are under 1
        with pytest.raises(EnergyError, match="the PUE of category 2 would be 0"):
            refuse_impossible(small, close(small, constant_readings(day, facility=490, ups_a_out=170, ups_b_out=300)))

    def test_a_ups_that_gives_more_than_it_takes(self, small: Site, day: Period) -> None:
        # 170 in, 180 out: 10 W; 2·u = 2.86 W
        with pytest.raises(EnergyError, match=r"'ups-a' would give 4\.320 kWh and take 4\.080 kWh") as refusal:
            refuse_impossible(small, close(small, constant_readings(day, ups_a_in=170)))
        assert "(meters ups-a-in, ups-a-out)" in str(refusal.value)

    def test_a_little_more_is_the_residuals(self, small: Site, day: Period) -> None:
        assert refuse_impossible(small, close(small, constant_readings(day, ups_a_in=178))) is None

    def test_children_that_take_more_than_their_parent(self, small: Site, day: Period) -> None:
        # UPS B gives 320 and takes 336; its outlets would draw 400
        with pytest.raises(EnergyError, match=r"'ups-b' would give 9\.600 kWh and take 8\.064 kWh") as refusal:
            refuse_impossible(small, close(small, constant_readings(day, o_b_n3=320)))
        assert "o-b-n3" in str(refusal.value)
