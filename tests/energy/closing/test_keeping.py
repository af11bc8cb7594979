"""What a close keeps beside its days comes back: the site file, the books, and what nobody measured."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from energy.carbon.statement import BookName
from energy.closing.inputs import MonthInputs
from energy.closing.keeping import (
    account_figures,
    carbon_from,
    facts_document,
    month_parts,
    policy_of,
    site_from,
    site_part,
    sureness_from,
    work_from,
)
from energy.closing.load import period_of_close
from energy.closing.period_carbon import FactorSource
from energy.closing.settled_period import SettledPeriod
from energy.ledger.book import Ledger
from energy.ledger.manifest import Close
from energy.ledger.parts import Parts
from infra.inventory.load import load_site
from infra.inventory.paths import SITES_DIR
from infra.inventory.site import Site
from tests.energy.closing.made import close


@pytest.fixture(scope="module")
def kept(closed_once: Path) -> tuple[Parts, Close]:
    ledger = Ledger(closed_once, "small")
    return ledger.parts, ledger.closes()[0]


@pytest.fixture(scope="module")
def period(site: Site, march: MonthInputs, tmp_path_factory: pytest.TempPathFactory) -> SettledPeriod:
    return close(site, tmp_path_factory.mktemp("again"), march).period


class TestSite:
    @pytest.mark.parametrize("name", ["demo", "sables"])
    def test_a_shipped_site_comes_back_as_it_was(self, tmp_path: Path, name: str) -> None:
        parts, site = Parts(tmp_path), load_site(SITES_DIR / f"{name}.yaml")
        assert site_from(parts, site_part(parts, site)) == site

    def test_tenants_and_nodes_keep_the_order_of_the_site_file(self, tmp_path: Path) -> None:
        parts, site = Parts(tmp_path), load_site(SITES_DIR / "demo.yaml")
        back = site_from(parts, site_part(parts, site))
        assert list(back.tenants) == list(site.tenants) == ["region", "agglo", "les-sables", "la-dune"]
        assert list(back.nodes) == list(site.nodes)

    def test_quantities_come_back_in_base_units(self, tmp_path: Path, site: Site) -> None:
        # 64Gi and 10 cores are kept as numbers: read as quantities they would be refused, or a thousand times more
        back = site_from(parts := Parts(tmp_path), site_part(parts, site))
        assert back.nodes["n1"].memory == 64 << 30
        assert back.tenants["alpha"].convention.quota.cpu_millicores == 10_000

    def test_one_fact_more_is_another_part(self, tmp_path: Path, site: Site) -> None:
        other = site.model_copy(update={"identity": site.identity.model_copy(update={"base_load_w": 51.0})})
        parts = Parts(tmp_path)
        assert site_part(parts, site) != site_part(parts, other)
        assert site_part(parts, site) == site_part(parts, site)


class TestFacts:
    def test_they_are_plain_data(self, period: SettledPeriod) -> None:
        document = facts_document(period)
        assert json.loads(json.dumps(document)) == document

    def test_totals_are_the_closures(self, period: SettledPeriod) -> None:
        document = facts_document(period)
        assert document["facility_j"] == int(period.sums.closure.facility_j[0])
        assert document["it_j"] == int(period.sums.closure.it_energy_j[0])

    def test_sureness_and_work_come_back(self, period: SettledPeriod) -> None:
        facts = json.loads(json.dumps(facts_document(period)))
        assert sureness_from(facts) == period.sureness
        assert work_from(facts) == dict(period.work)

    def test_the_time_it_covers_comes_back(self, kept: tuple[Parts, Close], march: MonthInputs) -> None:
        assert period_of_close(kept[1]) == march.period

    def test_policy_says_since_when_factors_were_known(self, site: Site) -> None:
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        assert policy_of(site, FactorSource(None, moment))["factors_known_at"] == "2026-01-01T00:00:00+00:00"
        assert policy_of(site, FactorSource())["factors_known_at"] is None
        assert policy_of(site, FactorSource())["materiality"] == 0.005


class TestBooks:
    def test_every_book_comes_back(self, kept: tuple[Parts, Close], period: SettledPeriod, march: MonthInputs) -> None:
        back = carbon_from(*kept, march.period)
        for name in BookName:
            assert dict(back.direct.books[name].quanta) == dict(period.carbon.direct.books[name].quanta)
            assert back.direct.books[name].factors == period.carbon.direct.books[name].factors
            assert (back.direct.books[name].blank is None) is (period.carbon.direct.books[name].blank is None)
        assert dict(back.zones.quanta) == dict(period.carbon.zones.quanta)
        assert dict(back.full_cost.quanta) == dict(period.carbon.full_cost.quanta)

    def test_a_blank_book_says_why_after_years_too(self, kept: tuple[Parts, Close], march: MonthInputs) -> None:
        blank = carbon_from(*kept, march.period).direct.books[BookName.STATUTORY].blank
        assert blank is not None
        assert "no statutory factor of FR" in str(blank)

    def test_the_same_month_has_the_same_parts(self, tmp_path: Path, period: SettledPeriod) -> None:
        parts = Parts(tmp_path)
        assert month_parts(parts, period) == month_parts(parts, period)


class TestFigures:
    def test_each_account_with_its_energy_and_carbon(self, kept: tuple[Parts, Close]) -> None:
        figures = account_figures(*kept)
        assert set(figures) == {"alpha", "beta", "_platform", "_free", "_residual"}
        assert sum(energy_j for energy_j, _carbon in figures.values()) == 700 * 743 * 3600
        # alpha: 299.25 W over 743 hours (tests/energy/test_hand_computed.py)
        assert figures["alpha"][0] == pytest.approx(299.25 * 743 * 3600, rel=1e-6)
        assert figures["alpha"][1] / figures["beta"][1] == pytest.approx(figures["alpha"][0] / figures["beta"][0],
                                                                         rel=1e-4)
