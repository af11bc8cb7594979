"""The section `carbon` of the site file: contracts, assets, refills, and what can't be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from infra.inventory.carbon import Instrument
from infra.inventory.load import load_site
from tests.conftest import SITES
from tests.infra.inventory.edits import DEMO, Data, edited, put, refusal_of

PPA: dict[str, Any] = DEMO["carbon"]["instruments"]["ppa-eolien-exemple"]
PLACE = "carbon.instruments.ppa-eolien-exemple"
BOARDS = "carbon.assets.gpu-1-cartes"


def _both(*changes: Callable[[Data], object]) -> Callable[[Data], object]:
    def change(data: Data) -> None:
        for one in changes:
            one(data)

    return change


REFUSED: dict[str, tuple[Callable[[Data], object], str]] = {
    "certificate twice": (put("carbon.instruments.toiture-exemple.certificates", ["EX-FR-EOL-000048"]),
                          "certificate 'EX-FR-EOL-48' already serves in "),
    "ranges that overlap": (put(f"{PLACE}.certificates", ["B-1..B-20", "B-15..B-48"]),
                            "certificate 'B-15' already serves in 'ppa-eolien-exemple'; a guarantee is used once"),
    "more given than bought": (put(f"{PLACE}.tenants", {"region": 40000, "agglo": 8001}),
                               f"{PLACE}.tenants: region, agglo hold 48001 kWh of this instrument in all, but its "
                               "volume is 48000 kWh; lower their parts"),
    "unknown tenant": (put(f"{PLACE}.tenants", {"paris": 1}), "'paris' does not exist; known tenants: "),
    "dates reversed": (put(f"{PLACE}.until", "2011-12-31"), "the instrument ends (2011-12-31) before it starts"),
    "23 weights": (put(f"{PLACE}.hours", [1] * 23), "23 weights are written, or all are zero; write 24"),
    "no weight": (put(f"{PLACE}.hours", [0] * 24), "24 weights are written, or all are zero; write 24"),
    "no certificate number": (put(f"{PLACE}.certificates", ["wind"]), "does not fit"),
    "no volume": (put(f"{PLACE}.volume_kwh", 0), "does not fit"),
    "unknown node": (put(f"{BOARDS}.node", "gpu-9"), f"{BOARDS}.node: 'gpu-9' does not exist; known nodes: "),
    "unknown zone": (put("carbon.assets.froid-air.zone", "hall-x"), "'hall-x' does not exist; known zones: "),
    "two sources": (put(f"{BOARDS}.kgco2e", {"low": 1, "mid": 2, "high": 3}), "write either 'factor' or 'kgco2e'"),
    "no source": (put(f"{BOARDS}.factor", ""), "its embodied carbon needs one source"),
    "a board of no node": (lambda data: data["carbon"]["assets"]["gpu-1-cartes"].pop("node"),
                           "an asset of kind gpu belongs to a node; write 'node'"),
    "range reversed": (put("carbon.assets.batiment.kgco2e", {"low": 3, "mid": 2, "high": 4}),
                       "low 3.0, mid 2.0 and high 4.0 are not in this order"),
    "no lifetime": (put(f"{BOARDS}.lifetime_years", 0), "does not fit"),
    "unknown place of a refill": (put("carbon.refills.bain-mars.at", "tank-9"), "'tank-9' does not exist"),
    "negative refill": (put("carbon.refills.bain-mars.kg", -1), "does not fit"),
    "unknown genset": (put("carbon.fuel_uses", {"f": {"genset": "g9", "litres": 1, "since": "2012-03-01",
                                                      "until": "2012-04-01"}}), "'g9' does not exist; known gensets"),
    "fuel dates reversed": (put("carbon.fuel_uses", {"f": {"genset": "genset", "litres": 1, "since": "2012-04-01",
                                                           "until": "2012-03-01"}}), "it ends (2012-03-01) before"),
    "litres of overlapping days": (put("carbon.fuel_uses", {
        "f": {"genset": "genset", "litres": 1, "since": "2012-03-01", "until": "2012-04-01"},
        "g": {"genset": "genset", "litres": 1, "since": "2012-03-31", "until": "2012-05-01"}}),
        "carbon.fuel_uses.g.since: the litres of 'genset' are known until 2012-04-01 from 'f'; write the day after it"),
    "a factor without publisher": (put("carbon.factors.mix-annuel-exemple.publisher", ""), "does not fit"),
    "a factor below zero": (put("carbon.factors.mix-annuel-exemple.value", -5), "does not fit"),
}


def test_litres_of_adjoining_days_count_once_each(tmp_path: Path) -> None:
    change = put("carbon.fuel_uses", {
        "f": {"genset": "genset", "litres": 1, "since": "2012-03-01", "until": "2012-04-01"},
        "g": {"genset": "genset", "litres": 1, "since": "2012-04-01", "until": "2012-05-01"}})
    path = tmp_path / "site.yaml"
    path.write_text(yaml.safe_dump(edited(change)), "utf-8")
    assert len(load_site(path).carbon.fuel_uses) == 2


@pytest.mark.parametrize("name", REFUSED)
def test_each_mistake_is_refused(tmp_path: Path, name: str) -> None:
    change, text = REFUSED[name]
    assert text in refusal_of(tmp_path, edited(change))


def test_the_demonstration_says_that_it_is_made_up() -> None:
    demo = load_site(SITES / "demo.yaml")
    assert all(factor.illustrative and not factor.verified for factor in demo.carbon.factors.values())
    assert all("exemple" in name for name in demo.carbon.instruments)
    assert "Everything below is made up" in (SITES / "demo.yaml").read_text("utf-8")


def test_a_site_without_carbon_facts_is_a_site() -> None:
    assert load_site(SITES / "sables.yaml").carbon.assets == {}


def test_one_tenant_may_hold_all_of_an_instrument(tmp_path: Path) -> None:
    change = _both(put(f"{PLACE}.tenants", {"region": 48000}), put("identity.name", 5))
    assert "problems found: 1\n" in refusal_of(tmp_path, edited(change)), "only the name stands against it"


@pytest.mark.parametrize(("changes", "certified"), [
    ({}, 48_000), ({"retired": None}, 0), ({"certificates": []}, 0), ({"certificates": ["A-1..A-47"]}, 47_000),
    ({"certificates": ["A-1", "A-3", "B-7..B-9"]}, 5_000), ({"volume_kwh": 500, "tenants": {}}, 500),
    ({"certificates": ["A-9..A-1"]}, 0)])
def test_what_guarantees_vouch_for(changes: dict[str, Any], certified: int) -> None:
    assert Instrument.model_validate({**PPA, **changes}).certified_kwh == certified


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_range_holds_each_of_its_numbers_once(first: int, more: int) -> None:
    one = Instrument.model_validate({**PPA, "volume_kwh": 10**9, "tenants": {},
                                     "certificates": [f"X{first:06d}..X{first + more:06d}"]})
    assert one.certificate_ranges() == [("X", first, first + more)]
    assert one.certified_kwh == (more + 1) * 1000
