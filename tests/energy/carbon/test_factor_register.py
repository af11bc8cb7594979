"""The register of factors: each row is dated and sourced, the operator's own come first, no gap is filled."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from energy.carbon.factor_register import FILES, Factor, read_rows, register_of
from energy.carbon.factors import DATA_DIR
from energy.errors import EnergyError, MissingDataError
from energy.interval import Period
from infra.inventory.site import Site
from tests.energy.carbon.made import with_carbon

MARCH = Period(datetime(2012, 3, 1, tzinfo=UTC), datetime(2012, 4, 1, tzinfo=UTC))
OWN = {"book": "statutory", "subject": "FR", "unit": "gCO2e/kWh", "value": 75.5, "publisher": "Nobody",
       "licence": "none", "edition": "2012", "scope": "made for a test", "valid_from": "2012-01-01",
       "valid_to": "2013-01-01"}
ROW: dict[str, Any] = {**OWN, "id": "own", "value": "75.5", "method": ""}


def folder_of(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    (tmp_path / "own.json").write_text(json.dumps(list(rows)), "utf-8")
    return tmp_path


class TestShippedRows:
    @pytest.mark.parametrize("name", FILES)
    def test_every_row_says_where_it_comes_from(self, name: str) -> None:
        for row in read_rows(DATA_DIR / name):
            assert len(row.publisher) > 5
            assert len(row.licence) > 5
            assert len(row.scope) > 10
            assert row.edition[:4].isdecimal()

    def test_figures_read_in_a_regulation(self, small: Site) -> None:
        # Regulation (EU) 2024/573, Annex I: HFC-134a 1 430, HFC-32 675, HFC-125 3 500; Annex III: HFE-7100 460.
        register = register_of(small)
        for subject, gwp in (("HFC-134a", 1430), ("HFC-32", 675), ("HFC-125", 3500), ("HFE-7100", 460)):
            row = register.find("gwp", subject, MARCH, small.zone_info)
            assert (row.value, row.verified) == (gwp, True)

    def test_a_blend_is_the_mean_of_its_parts_by_mass(self, small: Site) -> None:
        # 0.5 x 675 + 0.5 x 3500 = 2087.5; its composition was not read in the standard, and the row says so.
        row = register_of(small).find("gwp", "R-410A", MARCH, small.zone_info)
        assert (row.value, row.verified) == (Decimal("2087.5"), False)

    def test_what_was_not_read_at_its_source_says_so(self, small: Site) -> None:
        register = register_of(small)
        assert not any(row.verified for row in register.rows if row.book in ("fuel", "embodied"))

    def test_a_board_is_an_eighth_of_eight(self, small: Site) -> None:
        # 920 / 8 = 115, 1312 / 8 = 164, 2184 / 8 = 273.
        eight, one = (register_of(small).by_id(name, "x") for name in ("gpu-8xh100-board", "gpu-h100-board"))
        assert [row / 8 for row in (eight.low, eight.value, eight.high) if row] == [one.low, one.value, one.high]

    def test_no_electricity_of_2012_is_invented(self, small: Site) -> None:
        with pytest.raises(MissingDataError, match="no statutory factor of FR covers 2012-03-01 to 2012-04-01") as why:
            register_of(small).find("statutory", "FR", MARCH, small.zone_info)
        assert "carbon.factors of the site file" in why.value.remedy


class TestUnits:
    @pytest.mark.parametrize(("unit", "value", "expected_mg"), [
        ("gCO2e/kWh", "56.4", 56_400), ("kgCO2e/L", "2.66155", 2_661_550), ("kgCO2e/kg", "0.114", 114_000),
        ("kgCO2e", "920", 920_000_000)])
    def test_in_milligrams(self, unit: str, value: str, expected_mg: int) -> None:
        row = Factor("x", "fuel", "x", unit, Decimal(value), "p", "l", "e", "s", date(2012, 1, 1), date(2013, 1, 1))
        assert row.in_mg() == expected_mg
        assert row.in_mg("low") == row.in_mg("high") == expected_mg  # without a range, the figure itself

    def test_a_range(self, small: Site) -> None:
        row = register_of(small).find("fuel", "diesel", MARCH, small.zone_info)
        assert row.in_mg("low") < row.in_mg() < row.in_mg("high")


class TestOwnRows:
    def test_of_the_site_file(self, small: Site) -> None:
        site = with_carbon(small, factors={"own": OWN})
        row = register_of(site).find("statutory", "FR", MARCH, small.zone_info)
        assert (row.id, row.in_mg(), row.verified) == ("own", 75_500, False)

    def test_of_a_folder(self, small: Site, tmp_path: Path) -> None:
        row = register_of(small, folder_of(tmp_path, ROW)).find("statutory", "FR", MARCH, small.zone_info)
        assert row.publisher == "Nobody"

    def test_the_operators_own_fuel_comes_before_the_shipped_one(self, small: Site) -> None:
        own = {**OWN, "book": "fuel", "subject": "diesel", "unit": "kgCO2e/L", "value": 3.1}
        site = with_carbon(small, factors={"supplier": own})
        assert register_of(site).find("fuel", "diesel", MARCH, small.zone_info).id == "supplier"

    def test_the_site_file_comes_before_the_folder(self, small: Site, tmp_path: Path) -> None:
        site = with_carbon(small, factors={"mine": OWN})
        register = register_of(site, folder_of(tmp_path, ROW))
        assert register.find("statutory", "FR", MARCH, small.zone_info).id == "mine"

    def test_a_row_that_ends_inside_the_period_does_not_hold(self, small: Site) -> None:
        site = with_carbon(small, factors={"own": {**OWN, "valid_to": "2012-03-31"}})
        with pytest.raises(MissingDataError, match="no statutory factor"):
            register_of(site).find("statutory", "FR", MARCH, small.zone_info)

    def test_two_that_hold_at_once(self, small: Site) -> None:
        site = with_carbon(small, factors={"one": OWN, "two": OWN})
        with pytest.raises(EnergyError, match="two factors hold for FR: 'one' and 'two'") as why:
            register_of(site).find("statutory", "FR", MARCH, small.zone_info)
        assert "end one where the other begins" in why.value.remedy

    def test_one_id_twice(self, small: Site, tmp_path: Path) -> None:
        with pytest.raises(EnergyError, match="'own' stands twice"):
            register_of(small, folder_of(tmp_path, ROW, ROW))

    def test_an_unknown_id_is_answered_with_the_known_ones(self, small: Site) -> None:
        with pytest.raises(MissingDataError, match="no factor 'gpu-h200'") as why:
            register_of(small).by_id("gpu-h200", "carbon.assets.a.factor")
        assert why.value.where == "carbon.assets.a.factor"
        assert "gpu-h100-board" in str(why.value)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({key: value for key, value in ROW.items() if key != "publisher"}, "lacks, or does not know: publisher"),
    ({**ROW, "colour": "green"}, "lacks, or does not know: colour"),
    ({**ROW, "unit": "lb/MWh"}, "lacks, or does not know: unit"),
    ({**ROW, "value": "many"}, "can't be read"),
    ({**ROW, "valid_from": "yesterday"}, "can't be read"),
    ({**ROW, "value": "-1"}, "negative or not finite"),
    ({**ROW, "value": "NaN"}, "negative or not finite"),
    ({**ROW, "high": "Infinity"}, "negative or not finite"),
    ({**ROW, "value": None}, "can't be read"),  # each of these was a fault of the program, not of the row, before
    ({**ROW, "valid_from": 2012}, "can't be read"),
    ({**ROW, "valid_to": None}, "can't be read"),
    ({**ROW, "value": "5", "low": "6", "high": "7"}, "low, value and high do not rise"),
    ({**ROW, "value": "5", "low": "4", "high": "3"}, "low, value and high do not rise"),
    ({**ROW, "value": "5", "high": "3"}, "low, value and high do not rise"),
]


@pytest.mark.parametrize(("row", "text"), REFUSED)
def test_a_bad_row_is_refused_with_its_place(tmp_path: Path, row: dict[str, Any], text: str) -> None:
    file = folder_of(tmp_path, ROW, row) / "own.json"
    with pytest.raises(EnergyError, match=text) as why:
        read_rows(file)
    assert why.value.where == f"{file}[1]"
    assert why.value.remedy


@pytest.mark.parametrize("content", ["{", "{}", "[1]", ""])
def test_a_file_that_is_no_list_of_rows(tmp_path: Path, content: str) -> None:
    file = tmp_path / "own.json"
    file.write_text(content, "utf-8")
    with pytest.raises(EnergyError, match="not a file of factors") as why:
        read_rows(file)
    assert "JSON list of rows" in why.value.remedy
