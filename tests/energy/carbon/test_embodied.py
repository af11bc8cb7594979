"""Embodied carbon: TE x Δt/lifetime x share, in whole milligrams, low, mid and high."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.allocation.settle import settle
from energy.carbon.embodied import embodied_books, fallen_mg, made_mg, reserved_power
from energy.carbon.factor_register import register_of
from energy.carbon.reserved import Reservations, reservations_of
from energy.carbon.statement import Book, BookName
from energy.errors import MissingDataError
from energy.interval import Period
from energy.readings.gpu import Board, Claim
from energy.readings.telemetry import Telemetry
from infra.inventory.carbon import Asset
from infra.inventory.site import Site
from tests.energy.carbon.made import nobody, with_carbon
from tests.energy.small import constant_readings, constant_use

# Local days of Paris, in winter: 23:00 UTC.
DAY = Period(datetime(2012, 3, 4, 23, tzinfo=UTC), datetime(2012, 3, 5, 23, tzinfo=UTC))


def asset(**changes: Any) -> dict[str, Any]:
    """Return a server of n1 whose day weighs 1 kg (low), 2 kg (mid), 4 kg (high): 1,461 days in four years."""
    return {"kind": "server", "node": "n1", "kgco2e": {"low": 1461, "mid": 2922, "high": 5844}, "lifetime_years": 4,
            "in_service": "2012-01-01", **changes}


def reservations(site: Site, period: Period = DAY, telemetry: Telemetry | None = None) -> Reservations:
    use = constant_use(period)
    return reservations_of(site, use, settle(site, constant_readings(period), use), telemetry)


def mid(site: Site, period: Period = DAY) -> Book:
    return embodied_books(site, reservations(site, period), register_of(site))[BookName.EMBODIED_MID]


class TestShares:
    def test_a_server_goes_by_reserved_cores(self, small: Site) -> None:
        # n1 has 10 cores: alpha reserves 5, beta 2.5, nobody 2.5. 2,000 g -> 1000, 500, 500.
        result = mid(with_carbon(small, assets={"s": asset()}))
        assert [result.grams(line) for line in ("alpha", "beta", "_free")] == [1000.0, 500.0, 500.0]

    def test_low_and_high_are_books_of_their_own(self, small: Site) -> None:
        site = with_carbon(small, assets={"s": asset()})
        books = embodied_books(site, reservations(site), register_of(site))
        assert [books[name].grams("alpha") for name in books] == [500.0, 1000.0, 2000.0]
        assert [books[name].total_grams for name in books] == [1000.0, 2000.0, 4000.0]

    def test_a_control_plane_is_the_platforms_whole(self, small: Site) -> None:
        # n2: 2 cores of 10 are reserved by the platform; what nobody reserved there is its too.
        assert mid(with_carbon(small, assets={"s": asset(node="n2")})).quanta.keys() == {"_platform"}

    def test_gpus_go_by_reserved_boards_not_by_cores(self, small: Site) -> None:
        # n3: beta reserves 1 board of 2 and no core. By cores it would bear nothing (the fault of sharing by vCPU).
        result = mid(with_carbon(small, assets={"g": asset(kind="gpu", node="n3")}))
        assert [result.grams(line) for line in ("beta", "_free")] == [1000.0, 1000.0]
        assert result.quanta.get("alpha") is None

    def test_a_mig_slice_is_a_seventh(self, small: Site) -> None:
        # Two boards of seven slices: alpha holds 3 on the first, beta 4 on the first; the second is nobody's.
        # 2,000 g / 14 slices: alpha 428.571, beta 571.429, _free 1000. Turns red when a slice counts as a board.
        [gpu] = small.nodes["n3"].gpus
        node = small.nodes["n3"].model_copy(update={"gpus": (gpu.model_copy(update={"mig": "1g.10gb"}),)})
        site = with_carbon(small.model_copy(update={"nodes": {**small.nodes, "n3": node}}),
                           assets={"g": asset(kind="gpu", node="n3")})
        held = {name: Claim(np.full(DAY.count, float(parts)), np.zeros(DAY.count)) for name, parts in
                (("alpha", 3), ("beta", 4))}
        boards = {"n3": {"0": Board(np.zeros(DAY.count, dtype=np.int64), held),
                         "1": Board(np.zeros(DAY.count, dtype=np.int64))}}
        use = constant_use(DAY)
        shared = reservations_of(site, use, settle(site, constant_readings(DAY), use), Telemetry(DAY, boards))
        result = embodied_books(site, shared, register_of(site))[BookName.EMBODIED_MID]
        grams = [result.grams(line) for line in ("alpha", "beta", "_free")]
        assert grams == [pytest.approx(428.571, abs=0.001), pytest.approx(571.429, abs=0.001), 1000.0]
        assert result.total_grams == 2000.0

    def test_memory_goes_by_conventions(self, small: Site) -> None:
        # Workers n1 and n3 have 128 Gi; a tenth is the platform's reserve, alpha and beta hold 16 Gi each.
        # 2,000 g: alpha 250, beta 250, _platform 200, _free 1300.
        result = mid(with_carbon(small, assets={"m": asset(kind="memory", node=None)}))
        assert [result.grams(line) for line in ("alpha", "beta", "_platform", "_free")] == [250.0, 250.0, 200.0, 1300.0]

    def test_a_parent_does_not_hold_what_its_children_hold(self, demo: Site) -> None:
        # agglo has 400 Gi of which les-sables 64 Gi (from 1 March on).
        held = nobody(demo, DAY).memory
        assert held["agglo"] - held["les-sables"] * (400 - 64) // 64 == 0

    def test_a_building_goes_by_reserved_power(self, small: Site) -> None:
        # W per core: n1 500/10 = 50, n2 250/10 = 25, n3 (320 - 2 x 60)/10 = 20; 60 W per board.
        # alpha 5 x 50 + 5 x 20 = 350; beta 2.5 x 50 + 1 x 60 = 185; _platform 10 x 25 = 250;
        # _free 2.5 x 50 + 5 x 20 + 1 x 60 = 285. In all 1,070 W: the nameplates of the three.
        power = reserved_power(small, reservations(small), list(small.nodes))
        total = sum(power.values())
        watts = {line: round(1070 * amount / total, 6) for line, amount in power.items()}
        assert watts == {"alpha": 350.0, "beta": 185.0, "_platform": 250.0, "_free": 285.0}

    def test_plant_of_a_zone_goes_to_its_nodes_alone(self, small: Site) -> None:
        # Oil holds n3: alpha 5 x 20 = 100, beta 60, _free 100 + 60 = 160 of 320 W; 2,000 g -> 625, 375, 1000.
        result = mid(with_carbon(small, assets={"p": asset(kind="plant", node=None, zone="oil")}))
        assert [result.grams(line) for line in ("alpha", "beta", "_free")] == [625.0, 375.0, 1000.0]
        assert "_platform" not in result.quanta


class TestTime:
    def test_a_day_of_a_lifetime(self, small: Site) -> None:
        one = Asset.model_validate(asset())
        # 2,922 kg over 4 x 365.25 = 1,461 days: 2 kg a day.
        assert fallen_mg(one, 2_922_000_000, DAY, small) == 2_000_000

    @pytest.mark.parametrize(("in_service", "expected"), [("2012-03-06", 0), ("2012-03-05", 2_000_000),
                                                          ("2007-01-01", 0)])
    def test_only_within_its_life(self, small: Site, in_service: str, expected: int) -> None:
        one = Asset.model_validate(asset(in_service=in_service))
        assert fallen_mg(one, 2_922_000_000, DAY, small) == expected

    def test_retired_early_lets_the_rest_fall_then(self, small: Site) -> None:
        one = Asset.model_validate(asset(retired="2012-03-05"))
        # 64 days from 1 January to 4 March have fallen: 128 kg; all that is left, 2,794 kg, falls on the 5th.
        assert fallen_mg(one, 2_922_000_000, DAY, small) == 2_794_000_000
        after = Period(DAY.end, DAY.end + timedelta(days=1))
        assert fallen_mg(one, 2_922_000_000, after, small) == 0

    @given(st.integers(1, 10**12), st.lists(st.integers(1, 200), min_size=1, max_size=6), st.floats(0.1, 60))
    @settings(max_examples=60)
    def test_parts_of_a_time_add_up(self, small: Site, amount_mg: int, lengths: list[int], years: float) -> None:
        # Turns red when each part is rounded by itself.
        one = Asset.model_validate(asset(lifetime_years=years, in_service=date(2012, 3, 7)))
        edges = [DAY.start]
        for quarters in lengths:
            edges.append(edges[-1] + timedelta(minutes=15 * quarters))
        parts = [Period(first, last) for first, last in pairwise(edges)]
        whole = Period(edges[0], edges[-1])
        assert sum(fallen_mg(one, amount_mg, part, small) for part in parts) == fallen_mg(one, amount_mg, whole, small)


class TestSources:
    def test_pieces_are_counted(self, small: Site) -> None:
        # Four boards of 115, 164, 273 kg: EcoLogits, NVIDIA and Boavizta differ by a factor of two.
        one = Asset.model_validate({**asset(kind="gpu", node="n3", count=4, factor="gpu-h100-board"), "kgco2e": None})
        register = register_of(small)
        assert made_mg("a", one, register, "low") == 4 * 115_000_000
        assert made_mg("a", one, register, "value") == 4 * 164_000_000
        assert made_mg("a", one, register, "high") == 4 * 273_000_000

    def test_an_unknown_factor_is_refused_by_its_asset(self, small: Site) -> None:
        site = with_carbon(small, assets={"g": {**asset(factor="gpu-9000"), "kgco2e": None}})
        with pytest.raises(MissingDataError, match="no factor 'gpu-9000'") as why:
            mid(site)
        assert why.value.where == "carbon.assets.g.factor"

    def test_rows_used_travel_with_the_book(self, small: Site) -> None:
        site = with_carbon(small, assets={"s": asset(), "g": {**asset(
            kind="gpu", node="n3", factor="gpu-h100-board"), "kgco2e": None}})
        uses = {use.id: use for use in mid(site).factors}
        assert uses["s"].publisher == "site file, carbon.assets"
        assert uses["s"].value == 2922.0
        assert "EcoLogits" in uses["gpu-h100-board"].publisher

    def test_without_any_asset_the_books_are_blank(self, small: Site) -> None:
        books = embodied_books(small, reservations(small), register_of(small))
        assert {book.grams("alpha") for book in books.values()} == {None}
        assert str(books[BookName.EMBODIED_LOW].blank) == (
            "the site file lists no asset: embodied carbon is not known")


class TestReservations:
    def test_two_days_add_up(self, small: Site) -> None:
        after = Period(DAY.end, DAY.end + timedelta(days=1))
        both = reservations(small) + reservations(small, after)
        assert both == reservations(small, Period(DAY.start, after.end))

    def test_every_core_and_board_is_somebodys(self, small: Site) -> None:
        held = reservations(small)
        for name, node in small.nodes.items():
            assert sum(held.cpu[name].values()) == node.cpu_cores * 1000 * 86_400
            assert sum(held.gpu[name].values()) == node.gpu_count * 7000 * 86_400
