"""Figures as a page writes them: kWh keep the accounting's digits, ratios and carbon those that their ± leaves sure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from energy.carbon.statement import BookName, FactorUse
from energy.report.lines import EnergyReport, ReportLine
from energy.report.reader import Reader
from energy.uncertainty.digits import printed
from energy.uncertainty.ratio import relative_u_of_product
from energy.units import J_PER_KWH, kwh_from_wh

DASH = "\u2013"
RATIO_DECIMALS, KG_DECIMALS, KWH_DECIMALS = 3, 1, 3
GRAMS_PER_KG = 1000


def kwh(energy_wh: int, reader: Reader) -> str:
    """Return whole watt-hours in kWh, all three decimals: printed lines add up to the printed meter."""
    return reader.number(kwh_from_wh(energy_wh), KWH_DECIMALS)


def kwh_of_joules(energy_j: float, reader: Reader, decimals: int = KWH_DECIMALS) -> str:
    """Return joules in kWh."""
    return reader.number(round(energy_j / J_PER_KWH, decimals) + 0.0, decimals)


def figure(value: float, relative_u: float | None, reader: Reader, decimals: int) -> tuple[str, str]:
    """Return (value, "± u"): two significant digits of u and the value to the same place (GUM 7.2.6).

    The second is empty, and the value keeps `decimals`, where no uncertainty is known.
    """
    u = abs(value) * (relative_u or 0.0)
    if u == 0:
        return reader.number(value, decimals), ""
    found = printed(value, u)
    value_text, u_text = (reader.number(float(text), max(0, found.decimals)) for text in (found.value, found.u))
    return value_text, f"\u00b1\u00a0{u_text}"


def on_one_line(pair: tuple[str, str]) -> str:
    """Return a figure and its uncertainty as one text."""
    return " ".join(part for part in pair if part)


def percent_u(relative_u: float, reader: Reader) -> str:
    """Return a relative uncertainty in percent, two significant digits of it; a dash where none is known."""
    if not relative_u:
        return DASH
    found = printed(100 * relative_u, 100 * relative_u)
    return reader.number(float(found.u), max(0, found.decimals))


def ratio(line: ReportLine, reader: Reader) -> tuple[str, str]:
    """Return a line's ratio and its uncertainty; a dash where the ratio is refused."""
    return figure(line.pue.value, line.ratio_relative_u, reader, RATIO_DECIMALS) if line.pue else (DASH, "")


def site_ratio(report: EnergyReport, category: int, reader: Reader) -> tuple[str, str]:
    """Return the site's ratio of a category and its uncertainty; a dash where it is refused."""
    for found in report.site_pue:
        if found.category == category:
            return figure(found.value, report.relative_u.get(f"pue{category}"), reader, RATIO_DECIMALS)
    return DASH, ""


def carbon_relative_u(energy_relative_u: float, factors: Sequence[FactorUse]) -> float | None:
    """Return the relative uncertainty of a line's carbon: its energy's and the factor's, independent.

    None in a book of no factor or several: no uncertainty of theirs is known. The factor's half width is a rectangular
    law (GUM 4.3.7).
    """
    if len(factors) != 1 or not energy_relative_u:
        return None
    half_width, value = factors[0].half_width, abs(factors[0].value)
    return relative_u_of_product(energy_relative_u, half_width / math.sqrt(3) / value if value else 0.0)


def carbon_figure(grams: float | None, energy_relative_u: float, factors: Sequence[FactorUse],
                  reader: Reader) -> tuple[str, str]:
    """Return the kilograms of a line in a book and their uncertainty; a dash where the book is blank for it."""
    if grams is None:
        return DASH, ""
    return figure(grams / GRAMS_PER_KG, carbon_relative_u(energy_relative_u, factors), reader, KG_DECIMALS)


def carbon(report: EnergyReport, line: ReportLine, name: BookName, reader: Reader) -> tuple[str, str]:
    """Return a line's kilograms in a book of the report and their uncertainty."""
    book = report.books.get(name)
    return carbon_figure(line.carbon_g.get(name), line.relative_u, book.factors if book else (), reader)


def kg(grams: float | None, reader: Reader) -> str:
    """Return grams in kilograms; a dash for a blank."""
    return DASH if grams is None else reader.number(grams / GRAMS_PER_KG, KG_DECIMALS)
