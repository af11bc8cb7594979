"""Which meters an expression takes, and in which unit; what has no meter has no expression."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from energy.monitoring.alerts import DRIFT_LIMIT, NAMEPLATE_LIMIT, alert_rules
from energy.monitoring.expressions import (
    facility_meters,
    machine_meters,
    meter_at,
    metered,
    node_meters,
    power_w,
)
from energy.monitoring.recording import NODE, TENANT, recording_rules
from infra.inventory.load import load_site
from infra.inventory.paths import SITES_DIR
from infra.inventory.site import Site
from tests.energy.small import small_site


@pytest.fixture(scope="module")
def site() -> Site:
    return small_site()


def with_meter(site: Site, name: str, **changes: object) -> Site:
    like = site.meters["facility"].model_copy(update={"serial": name, **changes})
    return site.model_copy(update={"meters": {**site.meters, name: like}})


def rules(site: Site, record: str) -> list[dict[str, object]]:
    return [dict(rule) for rule in recording_rules(site) if rule["record"] == record]


def alerts(site: Site, name: str) -> Iterator[dict[str, object]]:
    return (dict(alert) for alert in alert_rules(site) if alert["alert"] == name)


class TestMeters:
    def test_the_facility_is_incomers_and_gensets(self, site: Site) -> None:
        assert facility_meters(site) == ["facility", "genset-out"]

    def test_a_side_is_asked_for(self, site: Site) -> None:
        assert meter_at(site, "ups-a", "in") == "ups-a-in"
        assert meter_at(site, "ups-a", "out") == "ups-a-out"
        assert meter_at(site, "pdu-a", "out") is None

    def test_a_heat_meter_is_no_power_meter(self, site: Site) -> None:
        heated = with_meter(site, "heat", at="air", side="out", quantity="heat")
        assert meter_at(heated, "air") is None

    def test_places_without_meter_are_left_out(self, site: Site) -> None:
        assert metered(site, ["pdu-a", "ups-a", "nothing"], "out") == ["ups-a-out"]

    def test_a_node_is_all_its_outlets(self, site: Site) -> None:
        assert node_meters(site, "n1") == ["o-a-n1", "o-b-n1"]
        assert node_meters(site, "n3") == ["o-b-n3"]

    def test_dedicated_plant_goes_to_its_zone_alone(self, site: Site) -> None:
        assert machine_meters(site, "air") == ["crah-in"]
        assert machine_meters(site, "oil") == ["cdu-in", "tank-in"]
        assert machine_meters(site) == ["crah-in", "cdu-in", "tank-in"]

    def test_shared_plant_is_nobodys_dedicated_plant(self, site: Site) -> None:
        crah = site.cooling.crahs["crah"].model_copy(update={"zones": ("air", "oil")})
        shared = site.model_copy(update={"cooling": site.cooling.model_copy(update={"crahs": {"crah": crah}})})
        assert machine_meters(shared, "air") == []
        assert machine_meters(shared) == ["crah-in", "cdu-in", "tank-in"]


class TestPower:
    def test_joules_per_unit_by_hand(self, site: Site) -> None:
        # a step of a watt-hour register is 3,600 J: its rate per second times 3,600 is watts
        assert power_w(site, ["ups-a-in"]) == (
            'sum(rate(estran_meter_energy_wh_total{site="small",meter=~"ups-a-in"}[5m])) * 3600')

    @pytest.mark.parametrize(("unit", "series", "joules"), [
        ("kWh", "estran_meter_energy_kwh_total", 3_600_000), ("J", "estran_meter_energy_joules_total", 1)])
    def test_each_unit_has_its_series(self, site: Site, unit: str, series: str, joules: int) -> None:
        other = with_meter(site, "m", at="pdu-a", side="in", unit=unit)
        assert power_w(other, ["m"]) == f'sum(rate({series}{{site="small",meter=~"m"}}[5m])) * {joules}'

    def test_units_are_added_as_watts(self, site: Site) -> None:
        other = with_meter(site, "m", at="pdu-a", side="in", unit="kWh")
        both = power_w(other, ["m", "ups-a-in"])
        assert both.count("sum(rate(") == 2
        assert "* 3600 " not in both.replace("* 3600 +", "")
        assert both.index("wh_total") > 0

    def test_names_stand_in_order(self, site: Site) -> None:
        assert power_w(site, ["ups-b-in", "ups-a-in"]) == power_w(site, ["ups-a-in", "ups-b-in"])
        assert "ups-a-in|ups-b-in" in power_w(site, ["ups-b-in", "ups-a-in"])

    def test_no_meter_no_expression(self, site: Site) -> None:
        assert power_w(site, []) == ""


class TestRecorded:
    def test_a_category_without_all_its_meters_is_not_recorded(self, site: Site) -> None:
        # the small site has no meters at its PDUs: half of category 2 would be a wrong figure
        assert [rule["labels"]["category"] for rule in rules(site, "estran:it_power_watts")] == ["1", "3"]

    def test_a_node_without_meter_is_not_recorded(self, site: Site) -> None:
        dark = site.model_copy(update={"meters": {name: meter for name, meter in site.meters.items()
                                                  if meter.at != "b-n3"}})
        assert [rule["labels"]["node"] for rule in rules(dark, NODE)] == ["n1", "n2"]

    def test_one_rule_gives_every_tenant(self, site: Site) -> None:
        assert len(rules(site, TENANT)) == 1

    def test_gpus_weigh_where_there_are_some(self, site: Site) -> None:
        (rule,) = rules(site, TENANT)
        assert 'estran_namespace_gpu_reserved{site="small",node="n3"}' in str(rule["expr"])
        assert 'estran_namespace_gpu_reserved{site="small",node="n1"}' not in str(rule["expr"])

    @pytest.mark.parametrize("name", ["demo", "sables"])
    def test_series_are_few(self, name: str) -> None:
        shipped = load_site(SITES_DIR / f"{name}.yaml")
        recorded = list(recording_rules(shipped))
        assert len(recorded) <= 2 * len(shipped.nodes) + len(shipped.cooling.zones) + 12


class TestAlerts:
    def test_each_unit_has_its_own_alerts(self, site: Site) -> None:
        assert len(list(alerts(site, "EstranMeterSilent"))) == 1
        other = with_meter(site, "m", at="pdu-a", side="in", unit="kWh")
        assert len(list(alerts(other, "EstranMeterSilent"))) == 2

    def test_the_count_of_meters_is_the_site_files(self, site: Site) -> None:
        (alert,) = alerts(site, "EstranMetersMissing")
        assert str(alert["expr"]).endswith(f"< {len(site.meters)}")

    def test_closure_is_watched_where_both_sides_have_meters(self, site: Site) -> None:
        # ups-a and ups-b have output meters, but nothing is metered at the PDUs below them
        assert list(alerts(site, "EstranClosureDrift")) == []
        below = with_meter(with_meter(site, "a", at="pdu-a", side="in"), "b", at="pdu-b", side="in")
        assert [alert["labels"]["place"] for alert in alerts(below, "EstranClosureDrift")] == ["ups-a", "ups-b"]
        assert all(f"> {DRIFT_LIMIT}" in str(alert["expr"]) for alert in alerts(below, "EstranClosureDrift"))

    def test_a_child_on_two_parents_is_not_laid_on_one(self, site: Site) -> None:
        pdu = site.power.pdus["pdu-a"].model_copy(update={"fed_by": ("ups-a", "ups-b")})
        power = site.power.model_copy(update={"pdus": {**site.power.pdus, "pdu-a": pdu}})
        below = with_meter(with_meter(site.model_copy(update={"power": power}), "a", at="pdu-a", side="in"),
                           "b", at="pdu-b", side="in")
        assert list(alerts(below, "EstranClosureDrift")) == []

    def test_a_rating_bounds_its_meter(self, site: Site) -> None:
        found = {str(alert["labels"]["place"]): str(alert["expr"]) for alert in alerts(site, "EstranNameplateExceeded")}
        assert found["ups-a/in"].endswith(f"> {NAMEPLATE_LIMIT * 2000:g}")
        assert not any(place.startswith(("a-n", "b-n")) for place in found)

    def test_every_alert_says_what_to_look_at(self, site: Site) -> None:
        for alert in alert_rules(site):
            assert alert["annotations"]["summary"]
            assert alert["labels"]["severity"] in ("info", "warning", "critical")
