"""PUE and iPUE: two types, a floor, three categories."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.allocation.settle import settle
from energy.graph.categories import it_energy_by_category_j
from energy.interval import Period
from energy.report.pue import RATIO_FLOOR_WH, InterimPue, Pue, pue_of
from energy.report.site_pue import site_pue
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use

YEAR = Period(datetime(2012, 1, 1, tzinfo=UTC), datetime(2013, 1, 1, tzinfo=UTC))
ELEVEN_MONTHS = Period(datetime(2012, 1, 1, tzinfo=UTC), datetime(2012, 12, 1, tzinfo=UTC))


def test_under_twelve_months_it_is_never_a_pue() -> None:
    ratio = pue_of(3000, 2000, 3, ELEVEN_MONTHS)
    assert type(ratio) is InterimPue
    assert ratio.symbol == "iPUE"
    assert (ratio.value, ratio.category) == (1.5, 3)
    assert (ratio.start, ratio.end) == (ELEVEN_MONTHS.start, ELEVEN_MONTHS.end)


def test_over_twelve_months_it_is() -> None:
    ratio = pue_of(3000, 2000, 1, YEAR)
    assert type(ratio) is Pue
    assert ratio.symbol == "PUE"


def test_neither_passes_for_the_other() -> None:
    assert not isinstance(pue_of(3000, 2000, 1, YEAR), InterimPue)
    assert not isinstance(pue_of(3000, 2000, 1, ELEVEN_MONTHS), Pue)


@pytest.mark.parametrize(("it_energy_wh", "refused"), [(0, True), (999, True), (1000, False), (-5, True)])
def test_a_ratio_over_less_than_a_kilowatt_hour_is_refused(it_energy_wh: int, refused: bool) -> None:
    assert (pue_of(5000, it_energy_wh, 3, YEAR) is None) is refused
    assert RATIO_FLOOR_WH == 1000


@given(st.integers(1000, 10**12), st.integers(0, 10**12))
def test_a_ratio_is_one_plus_overhead_over_it(it_energy_wh: int, overhead_wh: int) -> None:
    ratio = pue_of(it_energy_wh + overhead_wh, it_energy_wh, 3, YEAR)
    assert ratio is not None
    assert ratio.value == pytest.approx(1 + overhead_wh / it_energy_wh)
    assert ratio.value >= 1


def test_the_sites_ratio_at_its_three_points(small: Site, day: Period) -> None:
    # UPS outputs 180 + 320 = 500 = PDU outputs = nodes' outlets (no loss in these PDUs): 700 / 500 = 1.4 each.
    closure = settle(small, constant_readings(day), constant_use(day)).closure
    ratios = site_pue(small, closure, day)
    assert [(ratio.category, round(ratio.value, 6)) for ratio in ratios] == [(1, 1.4), (2, 1.4), (3, 1.4)]


def test_what_is_lost_between_ups_and_outlets_shows_between_categories(small: Site, day: Period) -> None:
    # 5 W more at each UPS output than at the outlets: E_IT1 = 510, E_IT3 = 500.
    readings = constant_readings(day, ups_a_out=185, ups_b_out=325)
    energy_j = it_energy_by_category_j(small, settle(small, readings, constant_use(day)).closure)
    assert energy_j == {1: 510 * 86_400, 2: 500 * 86_400, 3: 500 * 86_400}


def test_a_site_that_computes_nothing_has_no_ratio(small: Site, day: Period) -> None:
    dark = dict.fromkeys(("o_a_n1", "o_b_n1", "o_a_n2", "o_b_n3", "ups_a_in", "ups_a_out", "ups_b_in", "ups_b_out"), 0)
    closure = settle(small, constant_readings(day, **dark), constant_use(day)).closure
    assert site_pue(small, closure, day) == ()


def test_a_panel_behind_a_ups_is_no_it_energy(small: Site, day: Period) -> None:
    panels = {"panel-p": small.power.panels["panel-p"].model_copy(update={"fed_by": ("ups-a",)})}
    site = small.model_copy(update={"power": small.power.model_copy(update={"panels": panels})})
    readings = constant_readings(day, ups_a_out=180 + 126, ups_a_in=198 + 126)
    energy_j = it_energy_by_category_j(site, settle(site, readings, constant_use(day)).closure)
    assert energy_j[1] == (180 + 320) * 86_400


def test_a_pdu_without_ups_counts_at_its_own_output(small: Site, day: Period) -> None:
    pdus = {**small.power.pdus, "pdu-a": small.power.pdus["pdu-a"].model_copy(update={"fed_by": ("tr",)})}
    site = small.model_copy(update={"power": small.power.model_copy(update={"pdus": pdus})})
    readings = constant_readings(day, ups_a_out=0, ups_a_in=0)
    energy_j = it_energy_by_category_j(site, settle(site, readings, constant_use(day)).closure)
    assert energy_j[1] == (180 + 320) * 86_400
