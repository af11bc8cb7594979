"""What is uncertain: each meter by its class, each declared power by the policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from energy.readings.accuracy import relative_standard_uncertainty
from energy.uncertainty.policy import DECLARED_RELATIVE_U
from infra.inventory.site import Site

BASE_LOAD = "base-load"


@dataclass(frozen=True)
class MeterInput:
    """A meter: its relative standard uncertainty, and the family whose errors it shares (empty: none)."""

    name: str
    relative_u: float
    family: str


@dataclass(frozen=True)
class DeclaredInput:
    """A declared power: its relative standard uncertainty, and the site as it would be were it `factor` times that."""

    name: str
    relative_u: float
    scaled: Callable[[Site, float], Site]


def meter_inputs(site: Site) -> list[MeterInput]:
    """Return every meter of the site file, in the order of names."""
    return [MeterInput(name, relative_standard_uncertainty(meter.accuracy_class), meter.ct_family)
            for name, meter in sorted(site.meters.items())]


def declared_inputs(site: Site) -> list[DeclaredInput]:
    """Return the idle power of each kind of node (nodes of one SKU err alike), the loss curves, the base load."""
    skus = sorted({node.sku for node in site.nodes.values()})
    idle = [DeclaredInput(f"idle:{sku}", DECLARED_RELATIVE_U, _idle_of(sku)) for sku in skus]
    return [*idle, DeclaredInput("losses", DECLARED_RELATIVE_U, _losses),
            DeclaredInput(BASE_LOAD, DECLARED_RELATIVE_U, _base_load)]


def _idle_of(sku: str) -> Callable[[Site, float], Site]:
    def scaled(site: Site, factor: float) -> Site:
        nodes = {name: node.model_copy(update={"power": node.power.model_copy(
            update={"idle_w": node.power.idle_w * factor})}) if node.sku == sku else node
            for name, node in site.nodes.items()}
        return site.model_copy(update={"nodes": nodes})

    return scaled


def _losses(site: Site, factor: float) -> Site:
    changed = {}
    for section in ("transformers", "ups", "pdus"):
        changed[section] = {
            name: element.model_copy(update={"loss": element.loss.model_copy(update={
                key: getattr(element.loss, key) * factor for key in ("fixed_w", "linear", "quadratic_per_w")})})
            for name, element in getattr(site.power, section).items()}
    return site.model_copy(update={"power": site.power.model_copy(update=changed)})


def _base_load(site: Site, factor: float) -> Site:
    return site.model_copy(update={"identity": site.identity.model_copy(
        update={"base_load_w": site.identity.base_load_w * factor})})
