"""Power at rest and per busy core of each node, fitted on a period; refused where the period can't tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from energy.allocation.baseline import Baseline, core_dynamic_w, declared, gpu_dynamic_w, gpu_idle_w
from energy.allocation.elimination import solve
from energy.allocation.least_squares import Table, robust
from energy.graph.registers import Registers
from energy.interval import SETTLEMENT_S
from energy.quality import Quality
from energy.readings.meters import MeterReadings
from energy.readings.telemetry import Telemetry
from energy.readings.use import NodeUse, Use
from infra.inventory.compute import Node
from infra.inventory.errors import N_, Detail
from infra.inventory.site import Site

INTERVALS_MIN = 96  # a day
SPREAD_MIN = 0.05  # of the node's cores or GPUs, between the 5th and the 95th percentile of use
# Idle may lie above the least measured power by this share of it, two standard errors, and four usual distances from
# the line: the least of a month of noisy readings lies that far under it.
MINIMUM_SLACK, NOISE_SLACK = 0.02, 4.0

_NOBODY = NodeUse(cpu_used_s={}, gpu_used_s={}, cpu_reserved={}, gpu_reserved={})


@dataclass(frozen=True)
class Fit:
    """P = idle_w + core_w · busy cores + gpu_w · busy GPUs (+ fans), with R², the standard error of idle_w, and how far
    a measured power usually lies from the line (standard deviation, robust).
    """

    idle_w: float
    core_w: float
    gpu_w: float
    r2: float
    idle_u_w: float
    noise_w: float = 0.0


def fit_baselines(site: Site, readings: MeterReadings, use: Use,
                  telemetry: Telemetry | None = None) -> dict[str, Baseline]:
    """Return a baseline for every node: fitted where the site's policy asks for it and the period identifies it.

    A refused fit falls back on the site file's powers, flagged declared, with the reason in `why`. Raises EnergyError
    when an outlet has no meter.
    """
    registers = Registers(site, readings)
    own = telemetry.cpu_core_s if telemetry else {}
    found: dict[str, Baseline] = {}
    for name, node in sorted(site.nodes.items()):
        if site.energy.idle_power == "declared":
            found[name] = declared(node)
            continue
        power_w = sum((registers.needed(outlet) for outlet in node.outlets), registers.zero) / SETTLEMENT_S
        node_use = use.nodes.get(name, _NOBODY)
        cores = own[name] if name in own else sum(node_use.cpu_used_s.values(), np.zeros(len(power_w)))
        gpus = sum(node_use.gpu_used_s.values(), np.zeros(len(power_w)))
        found[name] = fit_node(name, node, (power_w, cores / SETTLEMENT_S, gpus / SETTLEMENT_S),
                               site.energy.fit_r2_min)
    return found


def fit_node(name: str, node: Node, series: tuple[Table, Table, Table], r2_min: float) -> Baseline:
    """Return one node's baseline from (power [W], busy cores, busy GPUs) per interval.

    The fit is Huber's, with no negative power. It is refused: under a day of intervals; without spread of use; with
    R² under `r2_min`; when idle is not above zero, is above the least power measured, or hides under the boards' own.
    """
    power_w, cores, gpus = series
    count = len(power_w)
    if count < INTERVALS_MIN:
        return declared(node, _why(name, N_("{count} intervals are too few to fit; {least} are needed"), count=count,
                                   least=INTERVALS_MIN), intervals=count)
    spread = max(_spread(cores) / node.cpu_cores, _spread(gpus) / max(node.gpu_count, 1))
    if spread < SPREAD_MIN:
        return declared(node, _why(name, N_("its use moved by {spread} % (of what it has); under {least} %, rest "
                                            "can't be told from use"), spread=f"{100 * spread:.1f}",
                                   least=f"{100 * SPREAD_MIN:.0f}"), intervals=count)
    fit = fitted(power_w, cores, gpus, _fan_load(node, cores, gpus))
    reason = _refusal(name, node, fit, float(power_w.min()), r2_min)
    if reason is not None:
        return declared(node, reason, fit.r2, count)
    return Baseline(fit.idle_w, fit.core_w, fit.gpu_w, Quality.DERIVED, fit.r2, fit.idle_u_w, count)


def fitted(power_w: Table, cores: Table, gpus: Table, fan_load: Table | None = None) -> Fit:
    """Return the robust fit of one node, R² weighted alike, and the standard error of its power at rest.

    `fan_load` (0 to 1) adds a term for fans, by its cube: without it they would bend the line and sink the rest.
    """
    fans = [] if fan_load is None else [fan_load**3]
    terms = np.stack([np.ones_like(power_w), cores, gpus, *fans], axis=1)
    coefficients, weights = robust(terms, power_w)
    errors = power_w - (terms * coefficients).sum(axis=1)
    mean = float((weights * power_w).sum() / weights.sum())
    around = float((weights * (power_w - mean) ** 2).sum())
    unexplained = float((weights * errors**2).sum())
    used = coefficients > 0
    used[0] = True
    freedom = max(float(weights.sum()) - int(used.sum()), 1.0)
    precision = np.array([[float((weights * one * other).sum()) for other in terms[:, used].T]
                          for one in terms[:, used].T])
    inverse, pivot = solve(precision, np.eye(len(precision))[0])
    variance = float(inverse[0]) * unexplained / freedom if pivot > 0 else 0.0
    idle_w, core_w, gpu_w = (float(value) for value in coefficients[:3])
    moved = around > 1e-12 * float((weights * power_w**2).sum())
    return Fit(idle_w, core_w, gpu_w, max(0.0, 1 - unexplained / around) if moved else 0.0,
               float(np.sqrt(max(variance, 0.0))), 1.4826 * float(np.median(np.abs(errors))))


def _fan_load(node: Node, cores: Table, gpus: Table) -> Table | None:
    """Return how hard the fans of a node must work, by its declared powers; None for a node without fans (in oil)."""
    busy_w = cores * core_dynamic_w(node) + gpus * gpu_dynamic_w(node)
    most_w = float(busy_w.max(initial=0.0))
    return busy_w / most_w if node.power.fan_share and most_w > 0 else None


def _refusal(name: str, node: Node, fit: Fit, least_w: float, r2_min: float) -> Detail | None:
    if fit.r2 < r2_min:
        return _why(name, N_("use explains {r2} of its power, under the {least} that the site asks for"),
                    r2=f"{fit.r2:.2f}", least=f"{r2_min:.2f}")
    if fit.idle_w <= gpu_idle_w(node):
        return _why(name, N_("the fit leaves {idle} W at rest, not above the {boards} W of its boards"),
                    idle=f"{fit.idle_w:.0f}", boards=f"{gpu_idle_w(node):.0f}")
    if fit.idle_w > least_w * (1 + MINIMUM_SLACK) + 2 * fit.idle_u_w + NOISE_SLACK * fit.noise_w:
        return _why(name, N_("the fit says {idle} W at rest, above the {least} W that were measured"),
                    idle=f"{fit.idle_w:.0f}", least=f"{least_w:.0f}")
    return None


def _spread(amounts: Table) -> float:
    low, high = np.percentile(amounts, [5, 95])
    return float(high - low)


def _why(name: str, what: str, **figures: object) -> Detail:
    return Detail(f"nodes.{name}.power.idle_w", what, figures)
