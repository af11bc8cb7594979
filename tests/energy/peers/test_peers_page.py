"""The published page is what the code gives, and what it says of each method is so."""

from __future__ import annotations

import pytest

from tests.energy.peers.ceems import ceems
from tests.energy.peers.kepler import kepler
from tests.energy.peers.page import PAGE, accounts, errors, given, ladder, methods, page, true_pue, truth
from tests.energy.peers.seen import Seen

TENANTS = ("region", "agglo", "bourg", "hameau")


def sum_of(found: dict[str, float] | object) -> float:
    assert isinstance(found, dict)
    return sum(found.values())


def test_the_page_is_what_the_code_gives() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.energy.peers.page` and look at the difference"


class TestGiven:
    @pytest.fixture
    def seen(self) -> Seen:
        return given()

    def test_hosts_and_boards_are_the_nodes_outlets(self, seen: Seen) -> None:
        hosts_j = sum(float(node.host_w.sum()) * 60 for node in seen.nodes.values())
        it_j = sum(parts["idle"] + parts["dynamic"] for parts in truth().values())
        assert hosts_j + sum(seen.boards_j.values()) == pytest.approx(it_j, rel=1e-5)

    def test_units_are_all_that_is_busy(self, seen: Seen) -> None:
        for node in seen.nodes.values():
            assert sum(float(unit.cores.sum()) for unit in node.units) == pytest.approx(float(node.busy_cores.sum()))
            assert (node.host_w > 0).all()


class TestClaims:
    def test_pods_alone_are_a_third_of_the_meter(self) -> None:
        share = sum_of(kepler(given()).pods_j) / given().facility_j
        assert 0.30 < share < 0.36

    def test_lines_of_the_ratio_model_are_40_to_80_percent_short(self) -> None:
        found = errors(kepler(given()).pods_j)
        assert all(-80 <= found[account] <= -40 for account in TENANTS)

    def test_idle_spread_adds_up_to_the_inlets(self) -> None:
        found = sum_of(kepler(given()).with_idle_j)
        it_j = sum(parts["idle"] + parts["dynamic"] for parts in truth().values())
        assert found == pytest.approx(it_j, rel=1e-5)

    def test_the_facility_is_27_to_30_percent_of_each_truth(self) -> None:
        for account, joules in ladder()["facility not seen"].items():
            assert -0.305 < joules / sum(truth()[account].values()) < -0.265

    def test_a_constant_pue_closes_the_sum_and_no_line(self) -> None:
        found = ceems(given(), true_pue())
        assert abs(sum_of(found) / given().facility_j - 1) < 0.05
        assert max(errors(found)[account] for account in TENANTS) > 100
        assert min(abs(errors(found)[account]) for account in TENANTS) > 5

    def test_nobody_is_charged_for_free_capacity(self) -> None:
        for found in methods().values():
            assert errors(found)["_free"] == -100

    def test_only_tenants_of_short_pods_are_hurt_by_irate(self) -> None:
        steps = ladder()["`irate` of short pods"]
        assert steps["agglo"] > 0 < steps["hameau"]
        assert steps["region"] == steps["bourg"] == steps["_platform"] == 0

    def test_the_steps_add_up_to_the_line(self) -> None:
        found = errors(ceems(given()))
        for account in accounts():
            total = sum(by[account] for by in ladder().values()) / sum(truth()[account].values())
            assert 100 * total == pytest.approx(found[account], abs=1e-6)
