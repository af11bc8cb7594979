"""The rules of the small site in `promtool test rules`: powers by hand; every alert fires on its fault alone."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from energy.monitoring.rule_file import rule_file
from energy.readings.names import CPU_RESERVED, CPU_USED, GPU_RESERVED, GPU_USED, METER_ENERGY
from infra.inventory.load import load_site
from infra.inventory.paths import SITES_DIR
from infra.inventory.site import Site
from lab.history.blocks import program
from tests.energy.small import USED, WATTS, small_site

pytestmark = pytest.mark.engine

MINUTES = 90
HALF_WAY = 45
METRIC = METER_ENERGY["Wh"]


def counter(per_second: float, minutes: int = MINUTES) -> str:
    """Return promtool's notation of a register that gains `per_second`, a sample a minute."""
    return f"0+{per_second * 60:.10g}x{minutes}"


def meter_series(**changed: str) -> dict[str, str]:
    """Return the registers of `WATTS` [Wh]; `changed` gives other notations (`_` for `-`), empty leaves one out."""
    values = {name: counter(watts / 3600) for name, watts in WATTS.items()}
    values |= {name.replace("_", "-"): notation for name, notation in changed.items()}
    return {f'{METRIC}{{site="small",meter="{name}"}}': text for name, text in values.items() if text}


def use_series(used: Mapping[str, Mapping[str, tuple[float, float, float, float]]] = USED) -> dict[str, str]:
    found: dict[str, str] = {}
    for node, accounts in used.items():
        for account, (cores, gpus, cores_reserved, gpus_reserved) in accounts.items():
            namespace = "kube-system" if account == "_platform" else f"{account}-web"
            labels = f'{{site="small",node="{node}",namespace="{namespace}",tenant="{account}"}}'
            found[CPU_USED + labels] = counter(cores)
            found[CPU_RESERVED + labels] = f"{cores_reserved}x{MINUTES}"
            if gpus or gpus_reserved:
                found[GPU_USED + labels] = counter(gpus)
                found[GPU_RESERVED + labels] = f"{gpus_reserved}x{MINUTES}"
    return found


def run(folder: Path, site: Site, series: Mapping[str, str], **checks: Any) -> str:
    """Return what promtool says of the rules over `series`; an empty text when every check holds."""
    (folder / "rules.yml").write_text(rule_file(site), "utf-8")
    case = {"interval": "1m", "input_series": [{"series": name, "values": text} for name, text in series.items()],
            **checks}
    (folder / "case.yml").write_text(yaml.safe_dump({
        "rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [case]}), "utf-8")
    done = subprocess.run([program("promtool"), "test", "rules", folder / "case.yml"], capture_output=True, text=True,
                          check=False)
    return done.stdout + done.stderr if done.returncode else ""


def expects(expression: str, samples: Mapping[str, float]) -> dict[str, Any]:
    return {"expr": expression, "eval_time": f"{MINUTES}m", "exp_samples": [
        {"labels": labels, "value": value} for labels, value in samples.items()]}


@pytest.fixture(scope="module")
def site() -> Site:
    return small_site()


def powers(folder: Path, site: Site, *checks: dict[str, Any]) -> str:
    return run(folder, site, {**meter_series(), **use_series()}, promql_expr_test=list(checks))


def rounded(expression: str) -> str:
    return f"round({expression}, 0.01)"


class TestPowers:
    def test_facility_and_it_by_category(self, tmp_path: Path, site: Site) -> None:
        # facility 700 W; UPS outputs 180 + 320; outlets 120 + 80 + 60 + 240; no meter at the PDUs, so no category 2
        assert powers(
            tmp_path, site, expects(rounded("sum(estran:facility_power_watts)"), {"{}": 700}),
            expects(rounded("sum by (category) (estran:it_power_watts)"),
                    {'{category="1"}': 500, '{category="3"}': 500})) == ""

    def test_zones(self, tmp_path: Path, site: Site) -> None:
        # air: n1 200 + n2 60, CRAH 52; oil: n3 240, CDU 12 + tank pumps 12
        assert powers(
            tmp_path, site,
            expects(rounded("sum by (zone) (estran:zone_it_power_watts)"), {'{zone="air"}': 260, '{zone="oil"}': 240}),
            expects(rounded("sum by (zone) (estran:zone_dedicated_overhead_power_watts)"),
                    {'{zone="air"}': 52, '{zone="oil"}': 24})) == ""

    def test_tenants_as_in_the_hand_computed_site(self, tmp_path: Path, site: Site) -> None:
        # tests/energy/test_hand_computed.py: alpha 215 W, beta 140, _platform 60, _free 85; together the 500 W of IT
        assert powers(
            tmp_path, site, expects(rounded("sum by (tenant) (estran:tenant_zone_it_power_watts)"), {
                '{tenant="alpha"}': 215, '{tenant="beta"}': 140, '{tenant="_platform"}': 60,
                '{tenant="_free"}': 85})) == ""

    def test_accounts_add_up_to_the_zones(self, tmp_path: Path, site: Site) -> None:
        assert powers(
            tmp_path, site, expects(rounded("sum by (zone) (estran:tenant_zone_it_power_watts)"),
                                    {'{zone="air"}': 260, '{zone="oil"}': 240})) == ""

    def test_the_interim_ratio_of_the_last_hour(self, tmp_path: Path, site: Site) -> None:
        # 700 / 500
        assert powers(tmp_path, site, expects(
            "round(sum by (category) (estran:interim_pue:ratio_1h), 0.001)",
            {'{category="1"}': 1.4, '{category="3"}': 1.4})) == ""

    def test_energy_under_the_draft_standards_names(self, tmp_path: Path, site: Site) -> None:
        # an hour of 700 W is 0.7 kWh; of alpha's 215 W 0.215 kWh
        assert powers(
            tmp_path, site, expects("round(sum(sustainability_provider_energy_kwh), 0.001)", {"{}": 0.7}),
            expects('round(sum(sustainability_tenant_energy_kwh{project_id="alpha"}), 0.001)', {"{}": 0.215})) == ""

    def test_a_wrong_figure_is_noticed(self, tmp_path: Path, site: Site) -> None:
        assert "FAILED" in powers(tmp_path, site, expects(rounded("sum(estran:facility_power_watts)"), {"{}": 701}))


def firing(folder: Path, site: Site, series: Mapping[str, str], alert: str) -> bool:
    """Return whether `alert` fires at the end, by asking promtool whether it is silent."""
    silent = {"eval_time": f"{MINUTES}m", "alertname": alert, "exp_alerts": []}
    said = run(folder, site, series, alert_rule_test=[silent])
    assert not said or f"alertname: {alert}" in said, said
    return bool(said)


def frozen_after(watts: float, minutes: int = HALF_WAY) -> str:
    """Return a register that stands still for the last `MINUTES - minutes`."""
    step = watts / 3600 * 60
    return f"0+{step:.10g}x{minutes} {step * minutes:.10g}x{MINUTES - minutes}"


def silent_after(watts: float, minutes: int = HALF_WAY) -> str:
    return f"0+{watts / 60:.10g}x{minutes} _x{MINUTES - minutes}"


FAULTS = {
    "EstranMeterSilent": {"crah_in": silent_after(52)},
    "EstranMetersMissing": {"crah_in": ""},
    "EstranCounterReset": {"plant": f"0+2.1x{HALF_WAY} 0+2.1x{MINUTES - HALF_WAY}"},
    "EstranFacilityMeterFrozen": {"facility": frozen_after(700)},
    "EstranPueBelowOne": {"facility": counter(450 / 3600)},
    "EstranClosureDrift": {"ups_a_out": counter(200 / 3600)},  # its PDU's outlets take 180 W: 10 % are nowhere
    "EstranNameplateExceeded": {"ups_b_in": counter(336_000 / 3600)},  # kW registered as W: 336 kW through 2 kW
}


class TestAlerts:
    @pytest.mark.parametrize("alert", sorted(FAULTS))
    def test_it_fires_on_its_fault(self, tmp_path: Path, metered: Site, alert: str) -> None:
        assert firing(tmp_path, metered, meter_series(**{**PDU_OUTPUTS, **FAULTS[alert]}), alert)

    @pytest.mark.parametrize("alert", sorted(FAULTS))
    def test_it_is_silent_on_a_sound_site(self, tmp_path: Path, metered: Site, alert: str) -> None:
        assert not firing(tmp_path, metered, meter_series(**PDU_OUTPUTS), alert)

    def test_a_rating_is_not_exceeded_by_a_tenth(self, tmp_path: Path, metered: Site) -> None:
        series = meter_series(**{**PDU_OUTPUTS, "ups_b_in": counter(2200 / 3600)})
        assert not firing(tmp_path, metered, series, "EstranNameplateExceeded")


PDU_OUTPUTS: dict[str, str] = {"pdu_a_in": counter(180 / 3600), "pdu_b_in": counter(320 / 3600)}


@pytest.fixture(scope="module")
def metered(site: Site) -> Site:
    """The small site with meters at the inputs of its PDUs, so that its UPS outputs have something to agree with."""
    like = site.meters["ups-a-in"]
    extra = {name: like.model_copy(update={"at": place, "side": "in", "serial": name})
             for name, place in (("pdu-a-in", "pdu-a"), ("pdu-b-in", "pdu-b"))}
    return site.model_copy(update={"meters": {**site.meters, **extra}})


@pytest.mark.parametrize("name", ["demo", "sables"])
def test_the_rules_of_the_shipped_sites_are_accepted(tmp_path: Path, name: str) -> None:
    path = tmp_path / "rules.yml"
    path.write_text(rule_file(load_site(SITES_DIR / f"{name}.yaml")), "utf-8")
    done = subprocess.run([program("promtool"), "check", "rules", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "duplicate" not in done.stdout + done.stderr


def test_the_same_site_gives_the_same_file(site: Site) -> None:
    assert rule_file(site) == rule_file(small_site())


def test_few_series_per_tenant_and_zone(site: Site) -> None:
    rules = yaml.safe_load(rule_file(site))["groups"][0]["rules"]
    by_tenant = [rule["record"] for rule in rules if "tenant" in rule["record"]]
    assert len(by_tenant) <= 10
    assert not any("pod" in rule["expr"] or "irate" in rule["expr"] for rule in rules)
