"""Figures as a page writes them: two digits of the uncertainty, the value to the same place, kWh always whole."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.carbon.statement import BookName, FactorUse
from energy.interval import Period
from energy.report.figures import (
    carbon,
    carbon_figure,
    carbon_relative_u,
    figure,
    kg,
    kwh,
    kwh_of_joules,
    on_one_line,
    percent_u,
    ratio,
    site_ratio,
)
from energy.report.lines import EnergyReport
from energy.report.reader import Reader
from infra.inventory.site import Site
from tests.energy.report.made import made_report

ENGLISH, FRENCH = Reader(), Reader("fr")


@pytest.fixture(scope="module")
def report(small: Site, day: Period) -> EnergyReport:
    return made_report(small, day)


@pytest.mark.parametrize(("value", "relative_u", "decimals", "expected"), [
    (1.5194956, 0.00368, 3, ("1.5195", "\u00b1\u00a00.0056")),     # u = 0.00559: fourth decimal
    (77.226352, 0.0082, 1, ("77.23", "\u00b1\u00a00.63")),          # u = 0.633: second decimal
    (0.641, 2.389, 1, ("0.6", "\u00b1\u00a01.5")),                  # more unsure than large
    (12345.0, 0.02, 1, ("12,340", "\u00b1\u00a0250")),              # u = 246.9: tens
    (2.5, 0.0, 1, ("2.5", "")), (2.5, None, 1, ("2.5", "")),        # nothing is known: no digit is promised
    (0.0, 0.5, 1, ("0.0", "")), (-9.341, 0.1, 3, ("\u22129.34", "\u00b1\u00a00.93")),
])
def test_digits_follow_the_uncertainty(value: float, relative_u: float | None, decimals: int,
                                       expected: tuple[str, str]) -> None:
    assert figure(value, relative_u, ENGLISH, decimals) == expected


def test_in_french() -> None:
    assert figure(12345.0, 0.02, FRENCH, 1) == ("12\u202f340", "\u00b1\u00a0250")
    assert on_one_line(figure(1.5194956, 0.00368, FRENCH, 3)) == "1,5195 \u00b1\u00a00,0056"
    assert on_one_line(("1,5", "")) == "1,5"


@given(st.floats(0.01, 1e6), st.floats(1e-5, 1.0))
def test_what_is_printed_is_within_its_uncertainty(value: float, relative_u: float) -> None:
    text, u_text = figure(value, relative_u, ENGLISH, 3)
    printed, u = (float(part.replace(",", "").removeprefix("\u00b1\u00a0")) for part in (text, u_text))
    assert abs(printed - value) <= u
    assert u == pytest.approx(value * relative_u, rel=0.06)  # two digits: 0.5 of 10 at most


@pytest.mark.parametrize(("relative_u", "expected"), [
    (0.0083, "0.83"), (0.00996, "1.0"), (2.389, "240"), (0.0, "\u2013")])
def test_percent(relative_u: float, expected: str) -> None:
    assert percent_u(relative_u, ENGLISH) == expected


def test_energies_keep_every_watt_hour() -> None:
    assert kwh(1_129_976, ENGLISH) == "1,129.976"
    assert kwh(-1, ENGLISH) == "\u22120.001"
    assert kwh_of_joules(3_600_000 * 5, ENGLISH) == "5.000"
    assert kwh_of_joules(-1, ENGLISH) == "0.000"  # no minus before a zero
    assert kwh_of_joules(5_400_000, FRENCH, 1) == "1,5"


def test_a_blank_is_a_dash_and_a_zero_is_a_zero() -> None:
    assert kg(None, ENGLISH) == "\u2013"
    assert kg(0.0, ENGLISH) == "0.0"
    assert carbon_figure(None, 0.1, (), ENGLISH) == ("\u2013", "")
    assert carbon_figure(0.0, 0.1, (), ENGLISH) == ("0.0", "")


class TestCarbon:
    USE = FactorUse("f", "g", 75.0, "P", "L", "s", "e", verified=True, half_width=1.5)

    def test_energy_and_factor_err_independently(self) -> None:
        # 1.5 / sqrt(3) / 75 = 1.1547 %; with 1 % of energy: sqrt(1 + 1.3333) % = 1.5275 %
        assert carbon_relative_u(0.01, (self.USE,)) == pytest.approx(0.015275, abs=1e-6)

    def test_a_factor_without_width_adds_nothing(self) -> None:
        assert carbon_relative_u(0.01, (dataclasses.replace(self.USE, half_width=0.0),)) == pytest.approx(0.01)
        assert carbon_relative_u(0.01, (dataclasses.replace(self.USE, value=0.0),)) == pytest.approx(0.01)

    @pytest.mark.parametrize("factors", [(), (USE, USE)])
    def test_of_no_factor_or_of_several_nothing_is_known(self, factors: tuple[FactorUse, ...]) -> None:
        assert carbon_relative_u(0.01, factors) is None

    def test_of_a_line_without_uncertainty_neither(self) -> None:
        assert carbon_relative_u(0.0, (self.USE,)) is None

    def test_of_a_line_of_a_report(self, report: EnergyReport) -> None:
        alpha = report.lines[0]
        text, u = carbon(report, alpha, BookName.OPERATIONAL, ENGLISH)
        # 538.65 g (test_build.py); the flat factor has no width, so u is the energy's
        assert float(text) == pytest.approx(0.53865, rel=alpha.relative_u)
        assert float(u.removeprefix("\u00b1\u00a0")) == pytest.approx(0.53865 * alpha.relative_u, rel=0.06)
        assert carbon(report, alpha, BookName.MARKET, ENGLISH) == ("\u2013", "")


class TestRatios:
    def test_a_refused_ratio_is_a_dash(self, report: EnergyReport) -> None:
        residual = report.lines[-1]
        assert ratio(residual, ENGLISH) == ("\u2013", "")
        assert site_ratio(report, 9, ENGLISH) == ("\u2013", "")

    def test_of_the_site_with_its_uncertainty(self, report: EnergyReport) -> None:
        value, u = site_ratio(report, 3, ENGLISH)
        assert float(value) == pytest.approx(1.4, abs=0.01)
        assert float(u.removeprefix("\u00b1\u00a0")) == pytest.approx(1.4 * report.relative_u["pue3"], rel=0.06)

    def test_without_known_uncertainty_three_decimals(self, report: EnergyReport) -> None:
        assert site_ratio(dataclasses.replace(report, relative_u={}), 3, ENGLISH) == ("1.400", "")
        assert not math.isnan(report.relative_u["pue3"])
