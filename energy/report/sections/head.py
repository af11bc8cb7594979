"""The top of the page: what it is about, whether its figures bind, and the figures that are asked for first."""

from __future__ import annotations

from dataclasses import dataclass

from energy.allocation.result import Component
from energy.ledger.manifest import State
from energy.quality import Quality
from energy.readings.flags import QUALITY, Flag
from energy.report import texts
from energy.report.figures import kg, site_ratio
from energy.report.lines import EnergyReport
from energy.report.reader import Reader
from energy.units import kwh_from_wh
from infra.inventory.errors import N_

MEANINGS = {
    State.OPEN: N_("settled for this page and kept nowhere: figures may still change"),
    State.PROVISIONAL: N_("kept in the ledger: figures may still change"),
    State.CLOSED: N_("kept in the ledger: these figures bind"),
    State.RESTATED: N_("kept in the ledger: these figures bind and replace earlier ones"),
}
STATE = N_("{state} \u2013 {meaning}")
CLOSE = N_("close {digest}")
CLOSES = N_("{count} closes, the last one {digest}")
ALLOWED = N_("Let pass by name, although it would have stopped the report: {names}.")
SURE_CARD = N_("Energy that was measured")
DIGEST_SHOWN = 16


@dataclass(frozen=True)
class Head:
    """Title, period and state in words; `notices` must not be overlooked."""

    title: str
    period: str
    state: str
    notices: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """One figure on top of the page."""

    title: str
    figure: str
    unit: str
    flag: str


def head_of(report: EnergyReport, reader: Reader) -> Head:
    """Return the head of the page."""
    notices = [reader.translate(texts.ILLUSTRATIVE)] if report.illustrative else []
    if report.readings.allowed:
        notices.append(allowed_line(report, reader))
    return Head(reader.translate(texts.TITLE[report.view]), period_line(report, reader), state_line(report, reader),
                tuple(notices))


def period_line(report: EnergyReport, reader: Reader) -> str:
    """Return from when to when, on the site's clocks."""
    return reader.translate(texts.PERIOD).format(
        start=reader.minute(report.local(report.period.start)), end=reader.minute(report.local(report.period.end)),
        count=reader.number(report.period.count))


def state_line(report: EnergyReport, reader: Reader) -> str:
    """Return whether the figures bind, and the close that they come from."""
    state = reader.translate(STATE).format(state=reader.translate(report.state.word),
                                           meaning=reader.translate(MEANINGS[report.state]))
    if not report.closes:
        return state
    told = CLOSE if len(report.closes) == 1 else CLOSES
    return f"{state} \u00b7 " + reader.translate(told).format(count=len(report.closes),
                                                              digest=report.closes[-1][:DIGEST_SHOWN])


def allowed_line(report: EnergyReport, reader: Reader) -> str:
    """Return what a person let pass."""
    return reader.translate(ALLOWED).format(names=", ".join(report.readings.allowed))


def worst_reading(report: EnergyReport) -> Quality:
    """Return the flag of a sum over all readings: that of its least sure cell."""
    found = [flag for flag, count in report.readings.coverage.cells.items() if count and flag in QUALITY]
    return QUALITY[max(found, default=Flag.MEASURED)]


def cards(report: EnergyReport, reader: Reader) -> list[Card]:
    """Return the figures on top of the page."""
    read = reader.translate(worst_reading(report).word)
    derived = reader.translate(Quality.DERIVED.word)
    unclosed = sum(line.energy_wh[Component.CLOSURE] for line in report.lines)
    ratios = [Card(ratio.symbol, value, "", u or derived) for ratio in report.site_pue[-1:]
              for value, u in [site_ratio(report, ratio.category, reader)]]
    share = report.readings.coverage.share(Flag.MEASURED)
    return [
        _card("facility", reader.number(kwh_from_wh(report.facility_energy_wh), 1), "kWh", read, reader),
        _card("it", reader.number(kwh_from_wh(report.it_energy_wh), 1), "kWh", read, reader),
        *ratios,
        _card("carbon", kg(report.location_based_gco2e, reader), "kgCO2e", derived, reader),
        _card("unclosed", reader.percent(unclosed / max(1, report.facility_energy_wh), 2), "", derived, reader),
        Card(reader.translate(SURE_CARD), reader.percent(share, 2), "", derived),
    ]


def _card(key: str, figure: str, unit: str, flag: str, reader: Reader) -> Card:
    return Card(reader.translate(texts.CARDS[key]), figure, unit, flag)
