"""On any readings, what is printed adds up: cells to lines, lines to the meter; two processes print the same bytes."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.allocation.result import Component
from energy.closing.sureness import Sureness
from energy.interval import Period
from energy.report.as_data import as_document
from energy.report.build import VIEWS, report_of
from energy.report.lines import EnergyReport
from tests.conftest import ROOT
from tests.energy.report.made import made_period
from tests.energy.small import WATTS, small_site

HOURS = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 3, tzinfo=UTC))
SITE = small_site()
NOT_ASKED = Sureness({}, {}, {})
PRINT = """
from datetime import UTC, datetime
from energy.interval import Period
from energy.report.as_csv import as_csv
from energy.report.as_data import as_json
from energy.report.as_html import as_html
from energy.report.as_svg import as_svg
from energy.report.reader import Reader
from tests.energy.report.made import made_report
from tests.energy.small import small_site
report = made_report(small_site(), Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 6, tzinfo=UTC)))
print(as_json(report), as_csv(report), as_html(report, Reader("fr")), as_svg(report, Reader("en")))
"""

meters = st.fixed_dictionaries({name.replace("-", "_"): st.floats(0, 3000) for name in WATTS})


@settings(max_examples=40, deadline=None)
@given(meters)
def test_what_is_printed_adds_up(watts: dict[str, float]) -> None:
    """One settlement per example, every law of the page on it: settling is what takes the time."""
    settled = made_period(SITE, HOURS, sureness=NOT_ASKED, **watts)
    for view in VIEWS:
        report = report_of(settled, view)
        assert report.sum_of_lines_wh == report.facility_energy_wh
        cells_add_up_to_lines_and_lines_to_the_meter(report)
        watt_hours_are_near_the_joules(report)
        carbon_is_never_negative_but_for_a_negative_residual(report)
        shares_add_up_to_what_they_are_shares_of(report, report_of(settled))


def cells_add_up_to_lines_and_lines_to_the_meter(report: EnergyReport) -> None:
    document = as_document(report)
    for line in document["lines"]:
        assert sum(line["components_wh"].values()) == line["facility_energy_wh"]
        assert line["it_energy_wh"] + line["overhead_energy_wh"] + line["components_wh"]["closure"] == (
            line["facility_energy_wh"])
    closing = document["closing"]
    assert sum(line["facility_energy_wh"] for line in document["lines"]) == closing["facility_meter_wh"]
    assert sum(line["facility_energy_j"] for line in document["lines"]) == closing["facility_meter_j"]
    assert closing["sum_of_lines_wh"] == closing["facility_meter_wh"]


def watt_hours_are_near_the_joules(report: EnergyReport) -> None:
    for line in report.lines:
        assert abs(line.facility_energy_wh * 3600 - line.energy_j) < 3600 * len(Component)


def carbon_is_never_negative_but_for_a_negative_residual(report: EnergyReport) -> None:
    assert all(line.location_based_gco2e >= 0 for line in report.lines if line.key != "_residual")
    total = sum(line.location_based_gco2e for line in report.lines)
    assert report.location_based_gco2e == pytest.approx(total)


def shares_add_up_to_what_they_are_shares_of(report: EnergyReport, by_tenant: EnergyReport) -> None:
    """The full-cost view, the same in both views of the page. A column rounded by itself turns this red."""
    view, lines = report.full_cost, {line.key: line for line in by_tenant.lines}
    assert view.total_wh == report.facility_energy_wh
    assert [line.own_wh for line in view.lines] == [lines[line.key].facility_energy_wh for line in view.lines]
    nobodys = sum(line.facility_energy_wh for line in by_tenant.lines if line.kind == "virtual")
    assert sum(line.total_wh - line.own_wh for line in view.lines) + view.unborne_wh == nobodys
    if view.unborne_wh == 0:
        for account, part in (("_free", "free_wh"), ("_platform", "platform_wh"), ("_residual", "residual_wh")):
            assert sum(getattr(line, part) for line in view.lines) == lines[account].facility_energy_wh


def test_two_processes_print_the_same_bytes() -> None:
    printed = {subprocess.run([sys.executable, "-c", PRINT], capture_output=True, check=True, cwd=ROOT,
                              env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": str(ROOT)}).stdout
               for seed in ("1", "2")}
    assert len(printed) == 1
    assert len(printed.pop()) > 10_000
