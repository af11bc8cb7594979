"""What is uncertain: which inputs there are, how much each errs, and that each changes what it names, nothing else."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.allocation.baseline import Baseline, core_dynamic_w, declared
from energy.interval import Period
from energy.quality import Quality
from energy.uncertainty.error_sources import BASE_LOAD, DeclaredInput, declared_inputs, meter_inputs
from energy.uncertainty.gum import budget, combined_u, contributions
from energy.uncertainty.model import Model, Settled
from energy.uncertainty.monte_carlo import monte_carlo_u
from energy.uncertainty.policy import DECLARED_RELATIVE_U
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use, small_site


@pytest.fixture
def settled(small: Site, day: Period) -> Settled:
    return Settled(small, constant_readings(day), constant_use(day))


def source(settled: Settled, name: str) -> DeclaredInput:
    return next(each for each in declared_inputs(settled) if each.name == name)


def fitted(site: Site, node: str, idle_u_w: float | None) -> dict[str, Baseline]:
    """Return baselines of every node: declared ones, and one fitted."""
    found = {name: declared(each) for name, each in site.nodes.items()}
    found[node] = replace(found[node], quality=Quality.DERIVED, idle_u_w=idle_u_w)
    return found


class TestMeters:
    @pytest.mark.parametrize(("accuracy_class", "relative_u"), [
        ("0.2S", 0.0011547), ("0.5S", 0.0028868), ("0.5", 0.0028868), ("1", 0.0057735), ("2", 0.0115470)])
    def test_the_class_over_root_three(self, small: Site, accuracy_class: str, relative_u: float) -> None:
        # GUM 4.3.7: a limit a is a rectangle of u = a / sqrt(3). Red with a / 2, or with the limit itself.
        meter = small.meters["facility"].model_copy(update={"accuracy_class": accuracy_class, "ct_family": "lv"})
        site = small.model_copy(update={"meters": {**small.meters, "facility": meter}})
        found = next(each for each in meter_inputs(site) if each.name == "facility")
        assert found.relative_u == pytest.approx(relative_u, abs=1e-7)
        assert found.family == "lv"

    def test_all_of_them_by_name(self, small: Site) -> None:
        names = [each.name for each in meter_inputs(small)]
        assert names == sorted(small.meters)

    def test_a_meter_without_readings_is_no_input(self, small: Site, settled: Settled) -> None:
        # a heat meter that the site file names and nobody read has no column: it is left out, not an error
        meter = small.meters["facility"].model_copy(update={"at": "oil", "quantity": "heat"})
        site = small.model_copy(update={"meters": {**small.meters, "unread": meter}})
        parts = contributions(Model(settled), meter_inputs(site), [])
        assert "unread" not in [each.name for each in parts.meters]
        assert len(parts.meters) == len(small.meters)


class TestDeclared:
    def test_by_sku_losses_and_base_load(self, settled: Settled) -> None:
        # n1 and n2 are of SKU s, n3 of g: three nodes, two idle powers
        found = declared_inputs(settled)
        assert [each.name for each in found] == ["idle:g", "idle:s", "losses", BASE_LOAD]
        assert {each.relative_u for each in found} == {DECLARED_RELATIVE_U}

    def test_a_fitted_node_leaves_its_sku(self, small: Site, settled: Settled) -> None:
        # n1 is fitted, n2 of the same SKU is not: both stand, each by itself
        found = declared_inputs(replace(settled, baselines=fitted(small, "n1", 2.0)))
        assert [each.name for each in found] == ["idle:g", "idle:s", "idle:n1", "losses", BASE_LOAD]
        assert found[2].relative_u == pytest.approx(2.0 / 100)

    @pytest.mark.parametrize("idle_u_w", [None, 0.0])
    def test_a_fit_without_error_is_no_input(self, small: Site, settled: Settled, idle_u_w: float | None) -> None:
        names = [each.name for each in declared_inputs(replace(settled, baselines=fitted(small, "n1", idle_u_w)))]
        assert "idle:n1" not in names

    def test_an_idle_power_by_sku_changes_its_nodes_alone(self, small: Site, settled: Settled) -> None:
        other = source(settled, "idle:s").scaled(settled, 1.1)
        assert [other.site.nodes[name].power.idle_w for name in ("n1", "n2", "n3")] == pytest.approx([110, 55, 120])
        assert other.site.nodes["n3"] is small.nodes["n3"]
        assert settled.site.nodes["n1"].power.idle_w == 100, "the site that was settled stays as it is"
        # the nameplate holds: more at rest is less per core, (500 - 110) / 10
        assert core_dynamic_w(other.site.nodes["n1"]) == pytest.approx(39)

    def test_declared_baselines_follow_their_sku_and_fitted_ones_do_not(self, small: Site, settled: Settled) -> None:
        # red when `_declared_anew` leaves baselines alone (declared powers are then exact), or changes fitted ones
        told = replace(settled, baselines=fitted(small, "n2", 1.0))
        other = source(told, "idle:s").scaled(told, 1.1)
        assert other.baselines is not None
        assert other.baselines["n1"].idle_w == pytest.approx(110)
        assert other.baselines["n1"].core_w == pytest.approx(39)
        assert other.baselines["n2"].idle_w == 50

    def test_a_fitted_idle_power_changes_its_node_alone(self, small: Site, settled: Settled) -> None:
        told = replace(settled, baselines=fitted(small, "n1", 2.0))
        other = source(told, "idle:n1").scaled(told, 1.02)
        assert other.baselines is not None
        assert {name: each.idle_w for name, each in other.baselines.items()} == pytest.approx(
            {"n1": 102, "n2": 50, "n3": 120})
        assert other.site is told.site

    def test_losses_change_every_curve_in_proportion(self, settled: Settled) -> None:
        power = source(settled, "losses").scaled(settled, 1.1).site.power
        assert power.transformers["tr"].loss.linear == pytest.approx(0.055)
        assert [power.ups[name].loss.linear for name in ("ups-a", "ups-b")] == pytest.approx([0.33, 0.33])
        assert power.outlets == settled.site.power.outlets

    def test_the_base_load(self, settled: Settled) -> None:
        other = source(settled, BASE_LOAD).scaled(settled, 0.9).site
        assert other.identity.base_load_w == pytest.approx(45)
        assert other.model_copy(update={"identity": settled.site.identity}) == settled.site

    @given(st.floats(0.5, 2))
    def test_there_and_back_is_where_it_was(self, factor: float) -> None:
        period = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 0, 15, tzinfo=UTC))
        settled = Settled(small_site(), constant_readings(period), constant_use(period))
        for each in declared_inputs(settled):
            back = each.scaled(each.scaled(settled, factor), 1 / factor).site
            assert back.identity.base_load_w == pytest.approx(settled.site.identity.base_load_w)
            assert [node.power.idle_w for node in back.nodes.values()] == pytest.approx(
                [node.power.idle_w for node in settled.site.nodes.values()])
            assert back.power.transformers["tr"].loss.linear == pytest.approx(0.05)


class TestByHand:
    def test_the_base_load_has_a_meter_that_says_more(self, settled: Settled) -> None:
        # the panel's meter counts 126 W and the machines 76: the building's 50 W are the difference, whatever is
        # declared: Z is zero. Red when the declared figure is used where a meter stands.
        parts = contributions(Model(settled), [], [source(settled, BASE_LOAD)])
        assert all(float(rows[0]) == 0 for rows in parts.by_declared.values())

    def test_a_transformer_without_meters_loses_what_is_declared(self, settled: Settled) -> None:
        # 5 % ± 10 % of 660 W: 3.3 W between the residual and all others; the UPSs have meters on both sides
        parts = contributions(Model(settled), [], [source(settled, "losses")])
        assert parts.by_declared["energy:_residual"][0] / 900 == pytest.approx(-3.3, abs=0.01)
        lines = [rows[0] for name, rows in parts.by_declared.items() if name.startswith("energy:")]
        assert sum(lines) == pytest.approx(0, abs=2)
        assert parts.by_declared["pue1"][0] == parts.by_declared["pue3"][0] == 0, "ratios are of meters alone"

    def test_zones_by_hand(self, settled: Settled) -> None:
        # A watt more on the CRAH's meter is a watt less of base load, of which air bears 260 / 500: 0.48 W more on air,
        # and the transformer's 5 % of that. Per class: 1.05 x 0.48 x 52 W over air's 260 W of IT; oil loses as much.
        parts = contributions(Model(settled), meter_inputs(settled.site), [])
        place = [meter.name for meter in parts.meters].index("crah-in")
        expected = 1.05 * 0.48 * 52 * 0.01 / math.sqrt(3)
        assert parts.by_meter["ppue:air"][place] == pytest.approx(expected / 260, rel=0.01)
        assert parts.by_meter["ppue:oil"][place] == pytest.approx(-expected / 240, rel=0.01)

    def test_two_families_do_not_mix(self, small: Site, settled: Settled) -> None:
        # UPS outputs of one family: u² has 2·ρ·Za·Zb more. Of two families: nothing. By hand: 180 and 320 W of 500.
        def u_of(**families: str) -> float:
            meters = {name: meter.model_copy(update={"ct_family": families.get(name.replace("-", "_"), "")})
                      for name, meter in small.meters.items()}
            site = small.model_copy(update={"meters": meters})
            return combined_u(contributions(Model(replace(settled, site=site)), meter_inputs(site), []), "pue1", 0.5)

        class_1 = 0.01 / math.sqrt(3)
        apart = 1.4 * class_1 * math.sqrt(1 + 0.36 ** 2 + 0.64 ** 2)
        assert u_of() == pytest.approx(apart, rel=1e-3)
        assert u_of(ups_a_out="x", ups_b_out="y") == pytest.approx(apart, rel=1e-3)
        together = 1.4 * class_1 * math.sqrt(1 + 0.36 ** 2 + 0.64 ** 2 + 2 * 0.5 * 0.36 * 0.64)
        assert u_of(ups_a_out="x", ups_b_out="x") == pytest.approx(together, rel=1e-3)

    def test_names_of_a_budget_are_those_of_its_inputs(self, settled: Settled) -> None:
        # equal parts go by name: the order of a page must not hang on chance
        parts = contributions(Model(settled), meter_inputs(settled.site), declared_inputs(settled))
        named = budget(parts, "pue3")
        zeros = [name for name, part in named if part == 0]
        assert zeros == sorted(zeros)
        assert {name for name, _part in named} == {*settled.site.meters, "idle:g", "idle:s", "losses", BASE_LOAD}


class TestDrawn:
    def test_declared_powers_are_drawn_too(self, settled: Settled) -> None:
        # without a meter that errs, what is drawn is the declared powers' alone: 3.3 W of `_residual`, to 3 %
        parts = contributions(Model(settled), [], declared_inputs(settled))
        drawn = monte_carlo_u(Model(settled), parts, 0.0)
        expected = float(np.sqrt((parts.by_declared["energy:_residual"] ** 2).sum()))
        assert drawn["energy:_residual"] == pytest.approx(expected, rel=0.05)

    def test_another_seed_draws_others_and_agrees(self, settled: Settled) -> None:
        parts = contributions(Model(settled), meter_inputs(settled.site), [])
        one, other = (monte_carlo_u(Model(settled), parts, 0.0, 500, seed)["pue3"] for seed in (1, 2))
        assert one != other
        assert one == pytest.approx(other, rel=0.2)
