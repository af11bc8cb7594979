"""Conservation on generated sites: every joule of the facility meter has exactly one place, at every level."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy.errors import EnergyError
from energy.graph.balance import balances, feed_totals_j
from energy.graph.categories import categories
from energy.graph.closure import Closure, close
from energy.graph.feeds import BASE_LOAD, SUPPLY, Branch, feeds_of
from energy.graph.impossible import refuse_impossible
from energy.graph.registers import Registers
from energy.graph.summed import summed_closure
from energy.graph.uncertain import DECLARED_U, Metered, Term, uncertainty_j
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.readings.meters import MeterReadings
from energy.units import Joules
from infra.inventory.site import Site
from tests.energy.generated import INTERVALS, PERIOD, worlds
from tests.energy.graph.wide import wide_readings, wide_site
from tests.energy.small import constant_readings

MADE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow,
                                                                       HealthCheck.data_too_large])


def parts_of(closure: Closure) -> Joules:
    total = closure.it_energy_j + closure.base_load_j + closure.residual_j + sum(closure.machines_j.values())
    return np.asarray(total + sum(stage.loss_j for stage in closure.stages.values()), dtype=np.int64)


class TestConservation:
    # Mutation: any term left out of closure.close (machines, base load, a stage's residual) turns this red; so does
    # `rest` left out of Branch.of, with two parents.
    @MADE
    @given(worlds())
    def test_the_facility_meter_is_the_sum_of_everything(self, world: tuple[Site, MeterReadings, Any]) -> None:
        site, readings, _use = world
        closure = close(site, readings)
        assert np.array_equal(parts_of(closure), closure.facility_j)
        assert np.array_equal(closure.facility_j, readings.energy_j["facility"])

    @MADE
    @given(worlds())
    def test_each_stage_passes_on_what_it_does_not_lose(self, world: tuple[Site, MeterReadings, Any]) -> None:
        site, readings, _use = world
        closure = close(site, readings)
        for name in closure.feeds.order:
            stage = closure.stages[name]
            drawn_j = sum((branch.of(taken(closure, branch.child)) for branch in closure.feeds.branches[name]),
                          np.zeros(INTERVALS, dtype=np.int64))
            if name in closure.feeds.node_of_outlet:
                drawn_j = closure.outlets_j[name]
            assert np.array_equal(stage.in_j, drawn_j + stage.loss_j + stage.residual_j)
            assert (stage.loss_j >= 0).all()

    @MADE
    @given(worlds())
    def test_balances_and_feeds_say_the_same_as_the_closure(self, world: tuple[Site, MeterReadings, Any]) -> None:
        site, readings, _use = world
        closure = close(site, readings)
        found = balances(site, closure)
        assert sum(one.residual_j for one in found) == int(closure.residual_j.sum())
        assert all(one.in_j == one.children_j + one.loss_j + one.residual_j for one in found)
        assert sum(feed_totals_j(site, closure).values()) == int(closure.it_energy_j.sum())

    @MADE
    @given(worlds())
    def test_losses_between_categories_add_up(self, world: tuple[Site, MeterReadings, Any]) -> None:
        site, readings, _use = world
        closure = close(site, readings)
        found = categories(site, closure)
        assert sum(one.loss_before_j for one in found) + found[-1].it_energy_j == int(closure.facility_j.sum())

    @MADE
    @given(worlds())
    def test_what_passes_is_possible(self, world: tuple[Site, MeterReadings, Any]) -> None:
        """Whatever is not refused has no PUE under 1 (law of the method); what is refused names meters of the site."""
        site, readings, _use = world
        closure = close(site, readings)
        try:
            refuse_impossible(site, closure)
        except EnergyError as refusal:
            assert any(meter in str(refusal) for meter in site.meters)
            return
        ratios = [one.ratio(int(closure.facility_j.sum())) for one in categories(site, closure)]
        assert all(ratio >= 1 for ratio in ratios if ratio is not None)

    @MADE
    @given(worlds(), st.integers(1, INTERVALS - 1))
    def test_intervals_do_not_touch_each_other(self, world: tuple[Site, MeterReadings, Any], first: int) -> None:
        site, readings, _use = world
        whole = close(site, readings)
        part = close(site, readings.part(Period(PERIOD.start_of(first), PERIOD.end)))
        assert np.array_equal(part.residual_j, whole.residual_j[first:])
        for name, stage in part.stages.items():
            assert np.array_equal(stage.loss_j, whole.stages[name].loss_j[first:])

    @MADE
    @given(worlds())
    def test_the_order_of_a_site_file_means_nothing(self, world: tuple[Site, MeterReadings, Any]) -> None:
        site, readings, _use = world
        power = site.power.model_copy(update={name: dict(reversed(getattr(site.power, name).items()))
                                              for name in ("ups", "pdus", "outlets")})
        other = site.model_copy(update={"power": power, "meters": dict(reversed(site.meters.items())),
                                        "nodes": dict(reversed(site.nodes.items()))})
        first, second = close(site, readings), close(other, readings)
        assert np.array_equal(first.residual_j, second.residual_j)
        assert np.array_equal(first.it_energy_j, second.it_energy_j)
        assert {name: stage.loss_j.tolist() for name, stage in first.stages.items()} == {
            name: stage.loss_j.tolist() for name, stage in second.stages.items()}


def taken(closure: Closure, child: str) -> Joules:
    if child == BASE_LOAD:
        return closure.base_load_j
    machine_j = closure.machines_j.get(child)
    return closure.stages[child].in_j if machine_j is None else machine_j


class TestSums:
    # Mutation: `max` of `_worst` made `min` turns the second test red; a field forgotten in summed_closure the first.
    @MADE
    @given(worlds(), st.integers(1, INTERVALS - 1))
    def test_a_period_in_parts_sums_to_the_period(self, world: tuple[Site, MeterReadings, Any], cut: int) -> None:
        site, readings, _use = world
        edge = PERIOD.start_of(cut)
        halves = [close(site, readings.part(part)) for part in (Period(PERIOD.start, edge), Period(edge, PERIOD.end))]
        summed, whole = summed_closure(halves, PERIOD), close(site, readings)
        assert np.array_equal(parts_of(summed), summed.facility_j)
        assert summed.facility_j.tolist() == [int(whole.facility_j.sum())]
        assert summed.residual_j.tolist() == [int(whole.residual_j.sum())]
        assert summed.generated_j.tolist() == [int(whole.generated_j.sum())]
        assert summed.base_load_j.tolist() == [int(whole.base_load_j.sum())]
        for name, stage in whole.stages.items():
            assert summed.stages[name].loss_j.tolist() == [int(stage.loss_j.sum())]
            assert summed.stages[name].out_j.tolist() == [int(stage.out_j.sum())]
        assert [one.it_energy_j for one in categories(site, summed)] == [
            one.it_energy_j for one in categories(site, whole)]

    def test_a_sum_is_as_sure_as_its_least_sure_part(self, small: Site, day: Period) -> None:
        closure = close(small, constant_readings(day))
        declared = Closure(**{**vars(closure), "base_load_quality": Quality.DECLARED})
        assert closure.base_load_quality is Quality.DERIVED
        for order in ([closure, declared], [declared, closure]):
            assert summed_closure(order, day).base_load_quality is Quality.DECLARED


class TestBranches:
    # Three parents and 10 J: 4, 3, 3. Mutation: `<` of Branch.of made `<=` gives 4, 4, 3.
    @pytest.mark.parametrize(("energy_j", "parts"), [(10, [4, 3, 3]), (11, [4, 4, 3]), (9, [3, 3, 3]), (0, [0, 0, 0]),
                                                     (1, [1, 0, 0]), (-1, [0, 0, -1])])
    def test_joules_that_can_not_be_cut(self, energy_j: int, parts: list[int]) -> None:
        row = np.array([energy_j], dtype=np.int64)
        assert [int(Branch("x", position, 3).of(row)[0]) for position in range(3)] == parts

    def test_a_ups_with_two_parents_takes_half_from_each(self, day: Period) -> None:
        site = wide_site()
        branches = feeds_of(site).branches
        assert [(one.child, one.position, one.parts) for parent in ("tr-1", "tr-2") for one in branches[parent]
                if one.child == "ups-c"] == [("ups-c", 0, 2), ("ups-c", 1, 2)]
        closure = close(site, wide_readings(site, day, {"uc-in": 440 + 1 / SETTLEMENT_S}))  # an odd joule
        halves = [one.of(closure.stages["ups-c"].in_j)[0] for parent in ("tr-1", "tr-2") for one in branches[parent]
                  if one.child == "ups-c"]
        assert halves == [220 * SETTLEMENT_S + 1, 220 * SETTLEMENT_S]

    def test_supplies_are_one_point_even_for_one_child_of_two(self) -> None:
        # tr-1 hangs on grid-1 and the genset, tr-2 on grid-2: three branches, tr-1's two make one whole
        found = feeds_of(wide_site()).branches[SUPPLY]
        assert sorted((one.child, one.position, one.parts) for one in found) == [
            ("tr-1", 0, 2), ("tr-1", 1, 2), ("tr-2", 0, 1)]


class TestRegisters:
    def test_a_total_of_places(self, day: Period) -> None:
        site = wide_site()
        registers = Registers(site, wide_readings(site, day))
        assert registers.total(["grid-1", "grid-2"])[0] == (1730 + 2540) * SETTLEMENT_S
        assert registers.total([]).tolist() == [0] * day.count

    # grid-2's meter stands at its input, the others' at their output: either serves where nothing is lost
    @pytest.mark.parametrize(("place", "watts"), [("grid-1", 1730), ("grid-2", 2540), ("ups-a", 660), ("pdu-raw", 300)])
    def test_through_a_place(self, day: Period, place: str, watts: int) -> None:
        site = wide_site()
        found = Registers(site, wide_readings(site, day)).through(place)
        assert found is not None
        assert found[0] == watts * SETTLEMENT_S

    def test_a_place_that_needs_a_meter_says_what_to_write(self, day: Period) -> None:
        site = wide_site(without=("pump",))
        with pytest.raises(EnergyError, match="'pump' has no meter, and its energy can't be known without one") as no:
            close(site, wide_readings(site, day))
        assert "add a meter to the site file with `at: pump`" in str(no.value)
        assert no.value.where == "meters"


class TestUncertain:
    TERMS = st.lists(st.builds(Term, st.floats(-1e9, 1e9), st.floats(0, 0.1), st.just("m"),
                               st.sampled_from(["family f", "family g", "meter a", "meter b"])), max_size=12)

    @given(TERMS, st.randoms())
    def test_order_means_nothing(self, terms: list[Term], random: Any) -> None:
        mixed = list(terms)
        random.shuffle(mixed)
        assert uncertainty_j(mixed) == pytest.approx(uncertainty_j(terms), abs=1e-3)

    @given(TERMS, st.floats(-3, 3))
    def test_it_scales_with_its_terms(self, terms: list[Term], factor: float) -> None:
        scaled = uncertainty_j(term.times(factor) for term in terms)
        assert scaled == pytest.approx(abs(factor) * uncertainty_j(terms), abs=1e-3)

    @given(TERMS)
    def test_it_lies_between_none_and_the_sum_of_all(self, terms: list[Term]) -> None:
        # all erring the same way is the worst that can be
        assert 0 <= uncertainty_j(terms) <= sum(abs(term.energy_j) * term.relative_u for term in terms) * (1 + 1e-9)

    def test_a_loss_that_meters_measured_is_no_declaration(self, small: Site, day: Period) -> None:
        metered = Metered(small, close(small, constant_readings(day)))
        assert metered.declared_loss("ups-a").relative_u == 0
        assert metered.declared_loss("tr").relative_u == DECLARED_U

    def test_the_meter_of_a_family_is_known_by_both_names(self, small: Site, day: Period) -> None:
        meters = {**small.meters, "plant": small.meters["plant"].model_copy(update={"ct_family": "x"})}
        metered = Metered(small.model_copy(update={"meters": meters}), close(small, constant_readings(day)))
        assert (metered.term("plant", 1).meter, metered.term("plant", 1).errs_with) == ("plant", "family x")
        assert metered.term("facility", 1).errs_with == "meter facility"
        assert metered.either("crah") == "crah-in"
        assert metered.meter("crah", "out") is None
