"""Where energy is lost on its way to the servers, and whether meters above and below agree."""

from __future__ import annotations

from energy.graph.balance import Balance
from energy.graph.feeds import SUPPLY
from energy.graph.uncertain import COVERAGE
from energy.report.figures import kwh_of_joules, site_ratio
from energy.report.grid import Grid, Row, Section, cells, columns
from energy.report.ladder import ladder_svg
from energy.report.lines import EnergyReport
from energy.report.reader import Reader
from energy.report.texts import CATEGORIES, HEADINGS
from infra.inventory.errors import N_

RATIO_COLUMNS = (N_("Point of measure"), N_("IT energy [kWh]"), N_("lost before it [kWh]"), N_("Ratio"))
TITLE = N_("Do the meters agree?")
LEAD = N_("At each point: what comes in, less what goes on, less what is lost there. What is left should be zero; it "
          "closes when it is within what meters of their class may err (± {coverage} u). What is left goes to "
          "_residual, whatever the verdict.")
COLUMNS = (N_("Point"), N_("In [kWh]"), N_("Goes on [kWh]"), N_("Lost there [kWh]"), N_("Left [kWh]"), N_("Verdict"))
SUPPLY_NAME = N_("supply")
FEED_COLUMNS = (N_("Feed"), N_("IT energy [kWh]"), N_("Share"))
FEED, NO_FEED = N_("feed {letter}"), N_("without UPS")


def ratio_section(report: EnergyReport, reader: Reader) -> Section:
    """Return the site's ratio by point of measure, and what is lost between the points."""
    rows = tuple(Row(
        f"{_symbol(report)}{each.number} \u2013 {reader.translate(CATEGORIES[each.number])}",
        cells([kwh_of_joules(each.it_energy_j, reader), kwh_of_joules(each.loss_before_j, reader),
               site_ratio(report, each.number, reader)])) for each in report.feeding.categories)
    return Section("site", reader.translate(HEADINGS["site"]), pictures=(ladder_svg(report, reader),),
                   grids=(Grid(columns([reader.translate(title) for title in RATIO_COLUMNS]), rows),))


def feed_section(report: EnergyReport, reader: Reader) -> Section:
    """Return the closure test of every point of the feeds, and what nodes took by feed."""
    tests = Grid(columns([reader.translate(title) for title in COLUMNS], words=(5,)),
                 tuple(_balance_row(each, reader) for each in report.feeding.balances))
    totals = report.feeding.feed_totals_j
    whole_j = sum(totals.values()) or 1
    feeds = Grid(columns([reader.translate(title) for title in FEED_COLUMNS]), tuple(
        Row(reader.translate(NO_FEED) if letter == "-" else reader.translate(FEED).format(letter=letter),
            cells([kwh_of_joules(energy_j, reader), reader.percent(energy_j / whole_j)]))
        for letter, energy_j in totals.items()))
    return Section("feeds", reader.translate(TITLE), lead=(reader.translate(LEAD).format(coverage=f"{COVERAGE:g}"),),
                   grids=(tests, feeds))


def _symbol(report: EnergyReport) -> str:
    return next((ratio.symbol for ratio in report.site_pue), "")


def _balance_row(each: Balance, reader: Reader) -> Row:
    name = reader.translate(SUPPLY_NAME) if each.parent == SUPPLY else each.parent
    width = f"\u00b1\u00a0{kwh_of_joules(COVERAGE * each.u_j, reader, 1)}" if each.u_j else ""
    return Row(name, cells([kwh_of_joules(each.in_j, reader), kwh_of_joules(each.children_j, reader),
                            kwh_of_joules(each.loss_j, reader), (kwh_of_joules(each.residual_j, reader), width),
                            reader.translate(each.verdict.word)]), mark=f"verdict-{each.verdict}")
