"""Laws of the carbon books on sites made at random: meters that agree on nothing, feeds, zones, gensets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy.allocation.result import Allocation
from energy.allocation.settle import settle
from energy.carbon.carbon_of import carbon_of
from energy.carbon.embodied import embodied_books, reserved_power
from energy.carbon.factor_register import register_of
from energy.carbon.quanta import quanta_from_mg
from energy.carbon.reserved import Reservations, reservations_of
from energy.carbon.statement import BookName, CarbonStatement
from energy.readings.meters import MeterReadings
from energy.readings.use import Use
from infra.inventory.site import Site
from tests.energy.carbon.made import lines_of, with_carbon
from tests.energy.carbon.test_carbon_of import FACTS
from tests.energy.generated import PERIOD, worlds

World = tuple[Site, MeterReadings, Use]
QUIET = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow,
                                                                        HealthCheck.filter_too_much])
# The market book's instrument belongs to a tenant that generated sites may not have: any name is fine there.
BOOKS = {"factors": FACTS["factors"], "instruments": FACTS["instruments"]}


def assets_of(site: Site) -> dict[str, Any]:
    """Return an asset of each kind; a server and boards on every node."""
    life = {"kgco2e": {"low": 100, "mid": 301, "high": 977}, "lifetime_years": 3.3, "in_service": "2011-07-01"}
    assets = {f"s-{name}": {"kind": "server", "node": name, **life} for name in site.nodes}
    assets |= {f"g-{name}": {"kind": "gpu", "node": name, "count": 2, **life} for name in site.nodes}
    assets |= {f"p-{zone}": {"kind": "plant", "zone": zone, **life} for zone in site.cooling.zones}
    return {**assets, **{kind: {"kind": kind, **life} for kind in ("memory", "storage", "building")}}


def settled(world: World) -> tuple[Allocation, Reservations]:
    site, readings, use = world
    allocation = settle(site, readings, use)
    return allocation, reservations_of(site, use, allocation)


def stated(world: World, **facts: Any) -> CarbonStatement:
    allocation, held = settled(world)
    site = with_carbon(world[0], **facts)
    return carbon_of(site, PERIOD, lines_of(allocation), {}, held)


@given(worlds())
@QUIET
def test_every_book_adds_up_and_location_is_the_facility_meters(world: World) -> None:
    allocation, _held = settled(world)
    statement = stated(world, **BOOKS, assets=assets_of(world[0]))
    facility_j = int(allocation.closure.facility_j.sum())
    assert statement.books[BookName.STATUTORY].total_quanta == facility_j * 80_000
    for book in statement.books.values():
        assert book.blank is None
        assert sum(book.quanta.values()) == book.total_quanta


@given(worlds())
@QUIET
def test_a_range_is_in_order_for_every_line(world: World) -> None:
    statement = stated(world, assets=assets_of(world[0]))
    for line in statement.lines:
        low, mid, high = statement.embodied_grams(line) or (0, 0, 0)
        # Whole milligrams are shared out by largest remainders: one per asset may go to another line.
        assert low <= mid + 0.1
        assert mid <= high + 0.1


@given(worlds())
@QUIET
def test_embodied_of_all_lines_is_what_fell_from_the_assets(world: World) -> None:
    site = with_carbon(world[0], assets=assets_of(world[0]))
    _allocation, held = settled(world)
    books = embodied_books(site, held, register_of(site))
    # 45 minutes of 3.3 years: each asset's mid is 301 kg (each board, of which two).
    pieces = sum(2 if name.startswith("g-") else 1 for name in site.carbon.assets)
    expected_g = 301_000 * pieces * 2700 / (3.3 * 365.25 * 86_400)
    assert books[BookName.EMBODIED_MID].total_grams == pytest.approx(expected_g, abs=0.001 * pieces)
    assert all(amount >= 0 for amount in books[BookName.EMBODIED_MID].quanta.values())


@given(worlds())
@QUIET
def test_every_watt_of_nameplate_is_reserved_or_free(world: World) -> None:
    site, _readings, use = world
    _allocation, held = settled(world)
    for name, node in site.nodes.items():
        taken = sum(float(np.sum(rows)) for rows in (use.nodes[name].cpu_reserved.values()
                                                     if name in use.nodes else ())) * 900
        if taken <= node.cpu_cores * 2700:
            # Fits on the node: the rest is somebody's too, to the millicore.
            assert sum(held.cpu[name].values()) == node.cpu_cores * 1000 * 2700
        else:
            # More was reserved than there is: then nobody is handed a rest.
            assert sum(held.cpu[name].values()) >= node.cpu_cores * 1000 * 2700
    assert all(amount >= 0 for amount in reserved_power(site, held, list(site.nodes)).values())


@given(worlds())
@QUIET
def test_who_reserved_and_used_nothing_bears_nothing_but_granted_memory(world: World) -> None:
    # Law I5 of the method, for carbon: a tenant without use, reservation or energy has no scope 1, 2 or machine.
    site, _readings, use = world
    allocation, _held = settled(world)
    statement = stated(world, **BOOKS, assets={name: asset for name, asset in assets_of(site).items()
                                               if asset["kind"] not in ("memory", "storage")})
    active = {account for node in use.nodes.values() for table in (
        node.cpu_used_s, node.gpu_used_s, node.cpu_reserved, node.gpu_reserved)
        for account, rows in table.items() if np.asarray(rows).any()}
    lines = lines_of(allocation)
    for tenant in set(site.tenants) - active:
        assert not any(statement.books[name].quanta.get(tenant) for name in statement.books)
        assert tenant not in lines or not lines[tenant].any()


@given(worlds(), st.lists(st.integers(0, 10**6), min_size=3, max_size=3))
@QUIET
def test_what_gensets_made_leaves_the_grids_books_and_enters_scope_1(world: World, made: list[int]) -> None:
    allocation, held = settled(world)
    facility_j = allocation.closure.facility_j
    made_j = np.minimum(np.array(made, dtype=np.int64), facility_j)
    gensets = {"g": {"rating_w": 1000, "fuel": "diesel", "litres_per_kwh": 0.25}}
    power = world[0].power.model_validate({**world[0].power.model_dump(), "gensets": gensets})
    site = with_carbon(world[0].model_copy(update={"power": power}), **BOOKS)
    statement = carbon_of(site, PERIOD, lines_of(allocation), {"g": made_j}, held)
    assert statement.books[BookName.STATUTORY].total_quanta == int((facility_j - made_j).sum()) * 80_000
    # 0.25 L/kWh x 2.66155 kg/L = 665,387.5 mg per kWh, to the nearest milligram over the period.
    expected_mg = 665_387.5 * int(made_j.sum()) / 3_600_000
    assert abs(statement.books[BookName.SCOPE_1].total_quanta - quanta_from_mg(round(expected_mg))) <= quanta_from_mg(1)


@given(worlds())
@QUIET
def test_the_order_of_lines_changes_no_figure(world: World) -> None:
    # Law I6: the same books from lines given backwards.
    allocation, held = settled(world)
    site = with_carbon(world[0], **BOOKS, assets=assets_of(world[0]))
    lines = lines_of(allocation)
    backwards = dict(reversed(lines.items()))
    assert carbon_of(site, PERIOD, lines, {}, held) == carbon_of(site, PERIOD, backwards, {}, held)


@given(worlds(), st.integers(1, 2))
@QUIET
def test_parts_of_a_period_add_up_to_it(world: World, cut: int) -> None:
    site, readings, use = world
    allocation, held = settled(world)
    facts = {**BOOKS, "assets": assets_of(site)}
    whole = carbon_of(with_carbon(site, **facts), PERIOD, lines_of(allocation), {}, held)
    edges = [PERIOD.start, PERIOD.start_of(cut), PERIOD.end]
    totals: dict[BookName, int] = {}
    for first, last in ((0, 1), (1, 2)):
        part = type(PERIOD)(edges[first], edges[last])
        some = settle(site, readings.part(part), use.part(part))
        piece = carbon_of(with_carbon(site, **facts), part, lines_of(some), {}, reservations_of(
            site, use.part(part), some))
        for name, book in piece.books.items():
            totals[name] = totals.get(name, 0) + book.total_quanta
    # The market book matches by the hour, and this cut is inside one; test_carbon_of.py cuts on the hour.
    totals.pop(BookName.MARKET)
    assert totals == {name: book.total_quanta for name, book in whole.books.items() if name in totals}
