"""A month of the demo site through a real Prometheus, against the truth that the plant kept to itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from energy.allocation.result import Component
from energy.errors import EnergyError, MissingDataError
from energy.readings.names import RESIDUAL
from energy.readings.prometheus import Prometheus
from energy.report.build import STEPS, month_report
from energy.report.lines import EnergyReport, TenantLine, ZoneLine
from energy.report.pue import InterimPue
from infra.inventory.site import Site
from lab.history.blocks import History

pytestmark = pytest.mark.engine

ACCOUNTS = ("region", "agglo", "les-sables", "la-dune", "_platform", "_free")
TOLERANCE = 0.005


@pytest.fixture(scope="session")
def truth(demo_history: History) -> dict[str, Any]:
    """What the plant knows and no meter tells [J]."""
    return dict(json.loads(demo_history.truth_file.read_text("utf-8")))


def line_of(report: EnergyReport, key: str) -> TenantLine:
    return next(line for line in report.lines if line.key == key)


class TestAgainstTheTruth:
    @pytest.mark.parametrize("account", ACCOUNTS)
    def test_each_account_within_half_a_percent(self, demo_report: EnergyReport, truth: dict[str, Any],
                                                account: str) -> None:
        line = line_of(demo_report, account)
        true_j = sum(truth["accounts"][account].values())
        assert line.energy_j == pytest.approx(true_j, rel=TOLERANCE)

    @pytest.mark.parametrize("account", ACCOUNTS)
    @pytest.mark.parametrize("component", ["dynamic", "idle", "cooling", "loss", "base"])
    def test_each_component_of_it_too(self, demo_report: EnergyReport, truth: dict[str, Any], account: str,
                                      component: str) -> None:
        true_wh = truth["accounts"][account][component] / 3600
        found_wh = line_of(demo_report, account).energy_wh[Component(component)]
        assert found_wh == pytest.approx(true_wh, rel=TOLERANCE, abs=2)

    def test_ratios_of_truth(self, demo_report: EnergyReport, truth: dict[str, Any]) -> None:
        for account in ACCOUNTS:
            parts = truth["accounts"][account]
            ratio = line_of(demo_report, account).pue
            assert ratio is not None
            assert ratio.value == pytest.approx(sum(parts.values()) / (parts["idle"] + parts["dynamic"]), rel=0.001)

    def test_the_residual_is_what_the_meters_disagree_on(self, demo_report: EnergyReport,
                                                         truth: dict[str, Any]) -> None:
        # the plant's facility meter counts 0.3 % more than passes through it
        residual = line_of(demo_report, RESIDUAL).energy_wh[Component.CLOSURE]
        assert residual == pytest.approx(0.003 * truth["facility"] / 3600, rel=0.05)


class TestLaws:
    def test_sum_of_lines_is_the_facility_meter_to_the_joule(self, demo_report: EnergyReport) -> None:
        assert demo_report.sum_of_lines_j == demo_report.facility_energy_j
        assert demo_report.sum_of_lines_wh == demo_report.facility_energy_wh
        assert sum(line.it_energy_wh + line.overhead_energy_wh + line.energy_wh[Component.CLOSURE]
                   for line in demo_report.lines) == demo_report.facility_energy_wh

    def test_the_facility_meter_is_its_last_register_minus_its_first(self, demo_report: EnergyReport,
                                                                     demo_url: str) -> None:
        source = Prometheus(demo_url)
        facility = {"site": "demo", "meter": "facility"}
        start, end = (int(moment.timestamp()) * 1000 for moment in (demo_report.period.start, demo_report.period.end))
        first, last = (next(source.samples("estran_meter_energy_wh_total", facility, (moment, moment))).values[0]
                       for moment in (start, end))
        source.close()
        assert demo_report.facility_energy_j == round(last * 3600) - round(first * 3600)

    def test_carbon_of_lines_is_the_carbon_of_the_site(self, demo: Site, demo_url: str,
                                                       demo_report: EnergyReport) -> None:
        source = Prometheus(demo_url)
        by_zone = month_report(demo, "2012-03", source, "zone")
        source.close()
        assert by_zone.location_based_gco2e == pytest.approx(demo_report.location_based_gco2e)

    def test_a_second_reading_gives_the_same_report(self, demo: Site, demo_url: str, demo_report: EnergyReport) -> None:
        source = Prometheus(demo_url)
        assert month_report(demo, "2012-03", source) == demo_report
        source.close()


class TestReport:
    def test_march_has_an_hour_less(self, demo_report: EnergyReport) -> None:
        assert demo_report.period.count == 2972

    def test_a_month_has_interim_ratios_only(self, demo_report: EnergyReport) -> None:
        assert all(isinstance(ratio, InterimPue) for ratio in demo_report.site_pue)
        assert [ratio.category for ratio in demo_report.site_pue] == [1, 2, 3]
        values = [ratio.value for ratio in demo_report.site_pue]
        assert 1 < values[0] <= values[1] <= values[2] < 2

    def test_every_tenant_of_the_site_has_a_line_in_its_order(self, demo: Site, demo_report: EnergyReport) -> None:
        assert [line.key for line in demo_report.lines] == [*demo.tenants, "_platform", "_free", "_residual"]

    def test_by_zone(self, demo: Site, demo_url: str, demo_report: EnergyReport) -> None:
        source = Prometheus(demo_url)
        report = month_report(demo, "2012-03", source, "zone")
        source.close()
        assert [line.key for line in report.lines] == ["hall-air", "hall-oil", "_residual"]
        assert isinstance(report.lines[0], ZoneLine)
        assert report.facility_energy_j == demo_report.facility_energy_j == report.sum_of_lines_j
        air, oil = report.lines[0].pue, report.lines[1].pue
        assert air is not None
        assert oil is not None
        for line in demo_report.lines:
            if line.pue:  # I3: tenants live in air and oil, their ratios between those of the zones (rounding aside)
                low, high = sorted((air.value, oil.value))
                assert low - 0.02 <= line.pue.value <= high + 0.02

    def test_progress_is_told(self, demo: Site, demo_url: str) -> None:
        heard: list[tuple[int, str]] = []
        source = Prometheus(demo_url)
        month_report(demo, "2012-03", source, progress=lambda step, doing: heard.append((step, doing)))
        source.close()
        assert [step for step, _doing in heard] == [*range(STEPS), STEPS]
        assert all(doing for _step, doing in heard)

    def test_what_was_declared_is_named(self, demo_report: EnergyReport) -> None:
        assert demo_report.declared == ("pdu-a", "pdu-b", "transformer")
        assert demo_report.readings.meters == 26
        assert demo_report.readings.bridged == {}


class TestRefusals:
    def test_a_month_that_was_not_metered(self, demo: Site, demo_url: str) -> None:
        source = Prometheus(demo_url)
        with pytest.raises(MissingDataError, match=r"for 2976 of 2976 intervals, the first from 2012-04-30T22:00"):
            month_report(demo, "2012-05", source)
        source.close()

    def test_the_month_after_lacks_all_but_its_first_edge(self, demo: Site, demo_url: str) -> None:
        source = Prometheus(demo_url)
        with pytest.raises(MissingDataError, match="has no reading for 2880 of 2880 intervals"):
            month_report(demo, "2012-04", source)
        source.close()

    def test_a_meter_added_to_the_site_file_and_never_wired(self, demo: Site, demo_url: str) -> None:
        new = demo.meters["crah-1-input"].model_copy(update={"at": "pdu-a", "serial": "M-9999"})
        site = demo.model_copy(update={"meters": {**demo.meters, "pdu-a-input": new}})
        source = Prometheus(demo_url)
        with pytest.raises(MissingDataError, match=r"meter 'pdu-a-input' has no reading for 2972 of 2972 intervals, "
                                                   r"the first from 2012-02-29T23:00:00\+00:00"):
            month_report(site, "2012-03", source)
        source.close()

    def test_a_tenant_removed_from_the_site_file_while_it_still_runs(self, demo: Site, demo_url: str) -> None:
        site = demo.model_copy(update={"tenants": {key: of for key, of in demo.tenants.items() if key != "la-dune"}})
        source = Prometheus(demo_url)
        with pytest.raises(MissingDataError, match="'la-dune-etat-civil' carries the tenant 'la-dune'"):
            month_report(site, "2012-03", source)
        source.close()

    def test_what_is_no_month(self, demo: Site, demo_url: str) -> None:
        with pytest.raises(EnergyError, match="'2012-3' is not a month"):
            month_report(demo, "2012-3", Prometheus(demo_url))
