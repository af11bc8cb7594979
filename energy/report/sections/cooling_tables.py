"""Cooling zones side by side, in ratios that air and oil can be compared by, and the same computing in both."""

from __future__ import annotations

from energy.allocation.iso_compute import IsoCompute
from energy.report.figures import DASH, RATIO_DECIMALS, kwh, kwh_of_joules, ratio
from energy.report.grid import Grid, Row, Section, cells, columns
from energy.report.lines import EnergyReport, ReportLine
from energy.report.reader import Reader
from infra.inventory.errors import N_

TITLE = N_("Cooling zones, in air and in liquid")
LEAD = N_("pPUE is a zone's energy over its IT energy. Servers in air count their fans as IT energy, which flatters "
          "them: ITUE is IT energy over what computing alone drew, TUE the zone's energy over it. Compare air and oil "
          "by TUE.")
COLUMNS = (N_("Zone"), N_("IT [kWh]"), N_("of it servers' fans"), N_("Total [kWh]"), N_("pPUE"), N_("ITUE"), N_("TUE"))
SAME = N_("From {before} to {after}, for the same computing: pPUE {pue}, TUE {tue}, energy per core-second {work}.")


def cooling_section(report: EnergyReport, reader: Reader) -> Section:
    """Return the zones, and what the same computing costs in each of two."""
    found = report.iso_compute
    warnings = (reader.translate(found.warning.what).format(**found.warning.figures),) if (
        found and found.warning) else ()
    grid = Grid(columns([reader.translate(title) for title in COLUMNS]),
                tuple(_zone_row(line, reader) for line in report.zones))
    return Section("cooling", reader.translate(TITLE), lead=(reader.translate(LEAD),), warnings=warnings, grids=(grid,),
                   closing=comparison(found, reader) if found else "")


def comparison(found: IsoCompute, reader: Reader) -> str:
    """Return what changes from one zone to the other for the same computing."""
    pue, tue, work = (_signed(change, reader) for change in (
        found.pue_change, found.tue_change, found.energy_per_work_change))
    return reader.translate(SAME).format(before=found.before.name, after=found.after.name, pue=pue, tue=tue, work=work)


def _signed(change: float, reader: Reader) -> str:
    return ("+" if change > 0 else "") + reader.percent(change)


def _zone_row(line: ReportLine, reader: Reader) -> Row:
    own = line.compute
    itue, tue = (reader.number(value, RATIO_DECIMALS) if value else DASH
                 for value in ((own.itue, own.tue) if own else (None, None)))
    fans = kwh_of_joules(own.fan_j, reader) if own else DASH
    return Row(line.name, cells([(kwh(line.it_energy_wh, reader), reader.translate(line.quality["it_energy"].word)),
                                 fans, kwh(line.facility_energy_wh, reader), ratio(line, reader), itue, tue]))
