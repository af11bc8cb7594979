"""The published error table is what the code gives, and what it claims about it is so."""

from __future__ import annotations

import pytest

from infra.inventory.site import Site
from tests.energy.error_table import ACCOUNTS, PAGE, Case, cases, errors, page


@pytest.fixture(scope="module")
def found(demo: Site) -> dict[str, dict[str, float]]:
    return {case.title: errors(demo, case) for case in cases(demo)}


def row(found: dict[str, dict[str, float]], part: str) -> dict[str, float]:
    return next(values for title, values in found.items() if part in title)


def test_the_page_is_what_the_code_gives(demo: Site) -> None:
    assert PAGE.read_text("utf-8") == page(demo), "run `python -m tests.energy.error_table` and look at the difference"


def test_with_a_true_site_file_every_line_is_within_half_a_percent(found: dict[str, dict[str, float]]) -> None:
    right = row(found, "all as the site file says")
    assert all(abs(right[account]) < 0.5 for account in ACCOUNTS)


def test_a_wrong_facility_meter_moves_nobody(found: dict[str, dict[str, float]]) -> None:
    right, wrong = row(found, "all as the site file says"), row(found, "facility meter reads 1 % low")
    for account in ACCOUNTS:
        assert wrong[account] == pytest.approx(right[account], abs=1e-9)
    assert wrong["_residual"] == pytest.approx(right["_residual"] - 1, abs=0.05)


def test_a_loss_nobody_declared_is_not_closed(found: dict[str, dict[str, float]]) -> None:
    wrong = row(found, "transformer loses twice")
    assert wrong["_residual"] > 4
    assert all(wrong[account] < 0 for account in ACCOUNTS)


def test_a_wrong_idle_power_moves_energy_between_those_who_reserve_and_those_who_use(
        found: dict[str, dict[str, float]]) -> None:
    more, less = row(found, "10 % more than declared"), row(found, "10 % less than declared")
    assert more["_free"] < -5 < 5 < less["_free"]
    assert more["region"] > 0 > less["region"]
    assert more["_residual"] == pytest.approx(0.3, abs=0.01)  # the sum is right whoever bears it


def test_a_wrong_weight_of_gpus_moves_energy_between_users_of_one_node(found: dict[str, dict[str, float]]) -> None:
    wrong = row(found, "a busy GPU draws 30 % less")
    assert abs(wrong["region"]) < 1
    assert wrong["la-dune"] == pytest.approx(0, abs=0.05)  # it uses no node with GPUs


def test_meters_of_their_class_keep_lines_near_the_truth(found: dict[str, dict[str, float]]) -> None:
    assert all(abs(value) < 2 for value in row(found, "every outlet meter").values())


def test_a_case_of_one_is_no_case(demo: Site) -> None:
    assert errors(demo, Case("nothing")) == errors(demo, cases(demo)[0])
