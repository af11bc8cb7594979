"""What is uncertain: each meter by its class, each declared power by the policy, each fitted one by its fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from energy.allocation.baseline import Baseline, declared
from energy.quality import Quality
from energy.readings.accuracy import relative_standard_uncertainty
from energy.uncertainty.model import Settled
from energy.uncertainty.policy import DECLARED_RELATIVE_U
from infra.inventory.compute import Node
from infra.inventory.site import Site

BASE_LOAD = "base-load"
Scaled = Callable[[Settled, float], Settled]


@dataclass(frozen=True)
class MeterInput:
    """A meter: its relative standard uncertainty, and the family whose errors it shares (empty: none)."""

    name: str
    relative_u: float
    family: str


@dataclass(frozen=True)
class DeclaredInput:
    """A power that no meter says: its relative standard uncertainty, and what is settled at `factor` times it."""

    name: str
    relative_u: float
    scaled: Scaled


def meter_inputs(site: Site) -> list[MeterInput]:
    """Return every meter of the site file, in the order of names."""
    return [MeterInput(name, relative_standard_uncertainty(meter.accuracy_class), meter.ct_family)
            for name, meter in sorted(site.meters.items())]


def declared_inputs(settled: Settled) -> list[DeclaredInput]:
    """Return idle powers (declared ones by SKU, which err alike; fitted ones by node), loss curves, the base load."""
    fitted = {name: each for name, each in (settled.baselines or {}).items() if each.quality is not Quality.DECLARED}
    skus = sorted({node.sku for name, node in settled.site.nodes.items() if name not in fitted})
    return [*(DeclaredInput(f"idle:{sku}", DECLARED_RELATIVE_U, _idle_of_sku(sku)) for sku in skus),
            *(DeclaredInput(f"idle:{name}", each.idle_u_w / each.idle_w, _idle_of_node(name))
              for name, each in sorted(fitted.items()) if each.idle_u_w and each.idle_w),
            DeclaredInput("losses", DECLARED_RELATIVE_U, _losses),
            DeclaredInput(BASE_LOAD, DECLARED_RELATIVE_U, _base_load)]


def _idle_of_sku(sku: str) -> Scaled:
    def scaled(settled: Settled, factor: float) -> Settled:
        site, known = settled.site, settled.baselines
        nodes = {name: _with_idle(node, factor) if node.sku == sku else node for name, node in site.nodes.items()}
        baselines = known and {name: _declared_anew(each, nodes[name]) for name, each in known.items()}
        return replace(settled, site=site.model_copy(update={"nodes": nodes}), baselines=baselines)

    return scaled


def _with_idle(node: Node, factor: float) -> Node:
    power = node.power.model_copy(update={"idle_w": node.power.idle_w * factor})
    return node.model_copy(update={"power": power})


def _declared_anew(baseline: Baseline, node: Node) -> Baseline:
    return declared(node) if baseline.quality is Quality.DECLARED else baseline


def _idle_of_node(name: str) -> Scaled:
    def scaled(settled: Settled, factor: float) -> Settled:
        baselines = dict(settled.baselines or {})
        baselines[name] = replace(baselines[name], idle_w=baselines[name].idle_w * factor)
        return replace(settled, baselines=baselines)

    return scaled


def _losses(settled: Settled, factor: float) -> Settled:
    power = settled.site.power
    changed = {}
    for section in ("transformers", "ups", "pdus"):
        changed[section] = {
            name: element.model_copy(update={"loss": element.loss.model_copy(update={
                key: getattr(element.loss, key) * factor for key in ("fixed_w", "linear", "quadratic_per_w")})})
            for name, element in getattr(power, section).items()}
    return replace(settled, site=settled.site.model_copy(update={"power": power.model_copy(update=changed)}))


def _base_load(settled: Settled, factor: float) -> Settled:
    identity = settled.site.identity
    scaled = identity.model_copy(update={"base_load_w": identity.base_load_w * factor})
    return replace(settled, site=settled.site.model_copy(update={"identity": scaled}))
