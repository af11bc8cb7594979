"""`estran energy meters`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from ops_cli.i18n import _
from ops_cli.options import output_option, site_option
from ops_cli.output import print_rows
from ops_cli.readings import Readings, readings_options

if TYPE_CHECKING:
    from energy.readings.meter_table import MeterRow
    from infra.inventory.site import Site


@click.command("meters", help=_("Show each meter over a month: what it counted, how much of it was measured, how far "
                                "it is from the meters around it, when it was last read. A hole is shown, not "
                                "filled."))
@click.option("--month", required=True, metavar="YYYY-MM", help=_("Calendar month in the site's time zone."))
@output_option
@readings_options
@site_option
def command(site: Site, month: str, output: str, readings: Readings) -> None:
    from energy.interval import month_period
    from energy.readings.meter_table import meter_rows
    from ops_cli.steps import step_bar

    period = month_period(month, site.zone_info)
    with readings.open(site) as source, step_bar(1) as progress:
        progress(0, _("reading the meters"))
        found = meter_rows(source, site, period, readings.allow)
    headings = {"meter": _("Meter"), "energy_wh": "Wh", "coverage_percent": _("Measured [%]"),
                "drift_percent": _("Drift [%]"), "last_seen": _("Last reading"), "findings": _("Noticed")}
    more = {"place": _("Place"), "side": _("Side"), "quantity": _("Quantity"), "serial": _("Serial")}
    rows = list(_rows(site, found, "%d/%m %H:%M" if output == "table" else "%Y-%m-%dT%H:%M:%S%z"))
    quiet = {} if any(row["findings"] for row in rows) else {"findings": ""}
    shown = {key: title for key, title in headings.items() if key not in quiet} if output == "table" else {
        **headings, **more}
    print_rows(rows, shown, output, _("Meters of {name}, {month}").format(
        name=site.identity.name, month=month))


def _rows(site: Site, found: tuple[MeterRow, ...], moment: str) -> Iterator[dict[str, Any]]:
    from energy.readings.flags import Flag

    for row in found:
        last = row.last_seen.astimezone(site.zone_info) if row.last_seen else None
        cells = sum(row.coverage.cells.values()) or 1
        yield {"meter": row.meter, "place": row.place, "side": row.side, "quantity": row.quantity,
               "serial": row.serial, "energy_wh": round(row.energy_j / 3600),
               "coverage_percent": round(100 * row.coverage.cells[Flag.MEASURED] / cells, 2),
               "drift_percent": None if row.drift is None else round(100 * row.drift, 2) + 0.0,
               "last_seen": last.strftime(moment) if last else None,
               "findings": "; ".join(_(one.what).format(**one.figures) for one in row.findings)}
