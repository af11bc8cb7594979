"""Policies of energy and the sharing of boards: what is accepted, and what each refusal says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from infra.inventory.compute import Gpu
from infra.inventory.energy_policy import BASE_LOAD_POOL, EnergyPolicy
from infra.inventory.load import load_site
from tests.infra.inventory.edits import edited, put, refusal_of

BOARD = {"model": "h100", "count": 2, "memory": "80Gi", "nameplate_w": 400, "idle_w": 60}


def said(tmp_path: Path, policy: dict[str, Any]) -> str:
    return refusal_of(tmp_path, edited(put("energy", policy)))


class TestPolicy:
    def test_without_a_policy_all_is_proportional_and_declared(self) -> None:
        policy = EnergyPolicy()
        assert policy.rule_of("ups-a") == "proportional"
        assert policy.idle_power == "declared"
        assert policy.platform_services == {}

    def test_a_pools_own_rule_comes_before_the_sites(self) -> None:
        policy = EnergyPolicy(split_rule="capacity", split_rules={"ups-a": "shapley"})
        assert (policy.rule_of("ups-a"), policy.rule_of("ups-b")) == ("shapley", "capacity")

    def test_an_unknown_pool_is_refused_with_the_known_ones(self, tmp_path: Path) -> None:
        text = said(tmp_path, {"split_rules": {"ups-z": "shapley"}})
        assert "energy.split_rules.ups-z: 'ups-z' is no pool of common energy; known: " in text
        assert all(pool in text for pool in (BASE_LOAD_POOL, "ups-a", "crah-1", "tank-1"))

    def test_a_curve_of_an_unknown_pool_too(self, tmp_path: Path) -> None:
        assert "energy.curves.grid: 'grid' is no pool" in said(tmp_path, {"curves": {"grid": {"cubic_per_w2": 1}}})

    def test_a_driver_that_is_nobody(self, tmp_path: Path) -> None:
        text = said(tmp_path, {"platform_services": {"monitoring": {"drivers": {"nobody": 0.2}}}})
        assert "energy.platform_services.monitoring.drivers.nobody: 'nobody' does not exist" in text

    def test_drivers_over_one(self, tmp_path: Path) -> None:
        text = said(tmp_path, {"platform_services": {"monitoring": {"drivers": {"region": 0.7, "agglo": 0.4}}}})
        assert "the drivers of 'monitoring' give away 1.1 of it in all" in text

    def test_one_namespace_of_two_services(self, tmp_path: Path) -> None:
        both = {name: {"namespaces": ["kube-system"]} for name in ("dns", "mesh")}
        assert "'kube-system' is already the namespace of 'dns'" in said(tmp_path, {"platform_services": both})

    def test_a_whole_policy_is_read(self, tmp_path: Path) -> None:
        written = tmp_path / "site.yaml"
        written.write_text(yaml.safe_dump(edited(put("energy", {
            "split_rules": {"ups-a": "shapley", "base-load": "capacity"}, "idle_power": "fitted", "fit_r2_min": 0.9,
            "curves": {"crah-1": {"cubic_per_w2": 1.0e-9}},
            "platform_services": {"monitoring": {"weight": 2, "namespaces": ["kube-system"],
                                                 "drivers": {"registry": 0.1, "region": 0.3}},
                                  "registry": {}}}))), "utf-8")
        policy = load_site(written).energy
        assert policy.platform_services["monitoring"].drivers == {"registry": 0.1, "region": 0.3}
        assert policy.curves["crah-1"].cubic_per_w2 == 1.0e-9

    @pytest.mark.parametrize("policy", [{"split_rule": "equal"}, {"fit_r2_min": 1.5}, {"idle_power": "guessed"}])
    def test_a_value_that_does_not_fit(self, policy: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            EnergyPolicy(**policy)


class TestSharing:
    @pytest.mark.parametrize(("written", "mode", "parts"), [
        ({}, "exclusive", 1), ({"mig": "1g.10gb"}, "mig", 7), ({"mig": "3g.40gb", "sharing": "mig"}, "mig", 7),
        ({"sharing": "time-slice", "replicas": 4}, "time-slice", 4), ({"sharing": "mps", "replicas": 8}, "mps", 8),
        ({"sharing": "vgpu", "replicas": 2}, "vgpu", 2),
    ])
    def test_ways_that_can_be(self, written: dict[str, Any], mode: str, parts: int) -> None:
        gpu = Gpu(**BOARD, **written)
        assert (gpu.mode, gpu.parts) == (mode, parts)

    @pytest.mark.parametrize("written", [
        {"sharing": "time-slice"}, {"sharing": "vgpu", "replicas": 1}, {"sharing": "mig"}, {"replicas": 3},
        {"sharing": "mps", "replicas": 2, "mig": "1g.10gb"}, {"mig": "1g.10gb", "replicas": 2},
    ])
    def test_ways_that_cant(self, written: dict[str, Any]) -> None:
        with pytest.raises(ValidationError, match="boards shared as"):
            Gpu(**BOARD, **written)

    def test_the_refusal_names_the_key_and_the_remedy(self, tmp_path: Path) -> None:
        text = refusal_of(tmp_path, edited(put("nodes.gpu-1.gpus", [{**BOARD, "sharing": "time-slice"}])))
        assert "nodes.gpu-1.gpus.0: boards shared as 'time-slice' with 1 replicas" in text
        assert "2 replicas or more for time-slice, mps and vgpu" in text

    def test_boards_are_numbered_in_the_order_of_their_kinds(self) -> None:
        site = load_site(Path(__file__).parents[3] / "infra" / "sites" / "demo.yaml")
        boards = site.nodes["gpu-1"].boards()
        assert list(boards) == ["0", "1", "2", "3"]
        assert {gpu.model for gpu in boards.values()} == {"nvidia-h100-nvl"}
