"""The report of the hand-computed day: lines, ratios, flags, carbon, and refusals."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from energy.allocation.result import Component
from energy.carbon.statement import BookName
from energy.errors import ConservationError
from energy.interval import Period
from energy.quality import Quality
from energy.report import build
from energy.report.lines import EnergyReport, ReportLine, TenantLine, ZoneLine
from energy.report.pue import InterimPue
from infra.inventory.site import Site
from tests.energy.report.made import made_report


@pytest.fixture
def report(small: Site, day: Period) -> EnergyReport:
    return made_report(small, day)


def line(report: EnergyReport, key: str) -> ReportLine:
    return next(found for found in report.lines if found.key == key)


def test_lines_by_hand(report: EnergyReport) -> None:
    # Watts of test_hand_computed.py times 24 h: alpha IT 215 -> 5,160 Wh, overhead 84.25 -> 2,022 Wh.
    alpha, beta, free = line(report, "alpha"), line(report, "beta"), line(report, "_free")
    assert (alpha.it_energy_wh, alpha.overhead_energy_wh, alpha.facility_energy_wh) == (5160, 2022, 7182)
    # beta IT 140 -> 3,360; overhead 50.575 -> 1,213.8
    assert (beta.it_energy_wh, beta.overhead_energy_wh) == (3360, pytest.approx(1213.8, abs=1))
    assert free.facility_energy_wh == pytest.approx(114.975 * 24, abs=1)
    assert line(report, "_residual").facility_energy_wh == 7 * 24


def test_ratio_by_hand(report: EnergyReport) -> None:
    ratio = line(report, "alpha").pue
    # 299.25 / 215
    assert isinstance(ratio, InterimPue)
    assert ratio.value == pytest.approx(1.39186, abs=1e-4)
    assert line(report, "_platform").pue.value == pytest.approx(88.2 / 60, abs=1e-3)


def test_i2_ratios_weigh_to_the_sites_own(report: EnergyReport) -> None:
    weighted = sum(each.it_energy_wh * each.pue.value for each in report.lines if each.pue) / report.it_energy_wh
    closed = report.facility_energy_wh - line(report, "_residual").facility_energy_wh
    assert weighted == pytest.approx(closed / report.it_energy_wh)


def test_a_mean_of_ratios_would_be_another_number(report: EnergyReport) -> None:
    ratios = [each.pue.value for each in report.lines if each.pue]
    weighted = sum(each.it_energy_wh * each.pue.value for each in report.lines if each.pue) / report.it_energy_wh
    assert abs(sum(ratios) / len(ratios) - weighted) > 0.005


def test_by_zone(small: Site, day: Period) -> None:
    report = made_report(small, day, "zone")
    air, oil = line(report, "air"), line(report, "oil")
    # air IT 260 W, oil 240 W; cooling 52 and 24
    assert (air.it_energy_wh, oil.it_energy_wh) == (260 * 24, 240 * 24)
    assert (air.energy_wh[Component.COOLING], oil.energy_wh[Component.COOLING]) == (52 * 24, 24 * 24)
    assert isinstance(air, ZoneLine)
    assert air.kind == "zone"
    assert report.sum_of_lines_wh == report.facility_energy_wh == 700 * 24


def test_both_views_are_of_the_same_joules(small: Site, day: Period) -> None:
    tenant, zone = made_report(small, day), made_report(small, day, "zone")
    assert tenant.sum_of_lines_j == zone.sum_of_lines_j == tenant.facility_energy_j
    assert tenant.it_energy_wh == zone.it_energy_wh
    assert tenant.location_based_gco2e == pytest.approx(zone.location_based_gco2e)


def test_carbon_of_the_site_by_hand(report: EnergyReport) -> None:
    # 8.4 kWh at 50 g and 8.4 kWh at 100 g
    assert report.location_based_gco2e == pytest.approx(1260)
    assert line(report, "alpha").location_based_gco2e == pytest.approx(538.65, abs=0.05)


def test_a_tenant_that_touched_nothing_has_a_line_of_zeros(small: Site, day: Period) -> None:
    report = made_report(small, day, used={"n1": {"alpha": (3, 0, 5, 0)}})
    beta = line(report, "beta")
    assert (beta.facility_energy_wh, beta.energy_j, beta.location_based_gco2e, beta.pue) == (0, 0, 0.0, None)


def test_a_ratio_over_less_than_a_kilowatt_hour_is_refused(small: Site) -> None:
    hour = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 1, tzinfo=UTC))
    report = made_report(small, hour)
    assert line(report, "alpha").it_energy_wh == 215
    assert all(each.pue is None for each in report.lines)
    assert report.site_pue == ()


def test_flags(report: EnergyReport, small: Site, day: Period) -> None:
    assert line(report, "alpha").quality == {
        "it_energy": Quality.ALLOCATED, "overhead_energy": Quality.ALLOCATED, "facility_energy": Quality.ALLOCATED,
        "carbon": Quality.ALLOCATED}
    assert set(line(report, "_residual").quality.values()) == {Quality.DERIVED}
    assert line(made_report(small, day, "zone"), "air").quality["it_energy"] is Quality.MEASURED


def test_what_is_declared(report: EnergyReport) -> None:
    assert report.declared == ("tr",)  # the UPS are metered on both sides, the PDUs lose nothing


def test_the_report_is_frozen(report: EnergyReport) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.facility_energy_wh = 0  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.lines[0].name = "x"  # type: ignore[misc]


def test_a_negative_residual_is_shown_as_it_is(small: Site, day: Period) -> None:
    report = made_report(small, day, facility=690)
    assert line(report, "_residual").facility_energy_wh == -3 * 24
    assert report.sum_of_lines_wh == report.facility_energy_wh == 690 * 24


def test_a_report_whose_lines_miss_the_meter_is_never_made(small: Site, day: Period,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "whole_wh", lambda parts: [part // 3600 + 1 for part in parts])
    with pytest.raises(ConservationError, match="do not add up to the facility meter") as refusal:
        made_report(small, day)
    assert "no figure is shown" in refusal.value.remedy


def test_the_gensets_energy_is_scope_1_and_none_of_the_grids(small: Site, day: Period) -> None:
    # 10 W over a day from the genset, 690 W from the grid: 240 Wh burn HVO, 16,560 Wh bear the grid's factors.
    # Flat factors are 50 g in the first half of the day and 100 g in the second: 16.56 kWh * 75 g.
    report = made_report(small, day, genset_out=10, facility=690)
    assert report.location_based_gco2e == pytest.approx(16.56 * 75, rel=1e-6)
    scope_1 = sum(each.carbon_g[BookName.SCOPE_1] or 0.0 for each in report.lines)
    assert scope_1 > 0
    assert scope_1 == pytest.approx(report.books[BookName.SCOPE_1].total_grams)


def test_tenant_lines_are_tenant_lines(report: EnergyReport) -> None:
    assert all(isinstance(each, TenantLine) for each in report.lines)
    assert [each.kind for each in report.lines] == ["tenant", "tenant", "virtual", "virtual", "virtual"]


def test_local_time_of_the_site(report: EnergyReport) -> None:
    assert report.local(report.period.start).isoformat() == "2012-03-05T01:00:00+01:00"
