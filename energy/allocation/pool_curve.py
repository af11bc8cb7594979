"""How the loss of a stage grows with its load, fitted on its two meters."""

from __future__ import annotations

import numpy as np

from energy.allocation.least_squares import Table, nonnegative
from energy.graph.closure import Closure
from energy.interval import SETTLEMENT_S
from energy.quality import Quality
from infra.inventory.energy_policy import PoolCurve
from infra.inventory.site import Site

INTERVALS_MIN = 4


def fitted_curves(site: Site, closure: Closure) -> dict[str, PoolCurve]:
    """Return the curve of each stage that has meters on both sides and none declared in the site file."""
    found: dict[str, PoolCurve] = {}
    elements = site.power.elements()
    for name, stage in closure.stages.items():
        loss = getattr(elements[name], "loss", None)
        undeclared = loss is None or loss == type(loss)()
        if undeclared and stage.loss_quality is Quality.DERIVED and stage.loss_j.any():
            found[name] = fit_curve(stage.out_j / SETTLEMENT_S, stage.loss_j / SETTLEMENT_S)
    return found


def fit_curve(load_w: Table, loss_w: Table) -> PoolCurve:
    """Return the polynomial [W] of third degree or less, without negative coefficient, nearest to the measured losses.

    A load that hardly moves says nothing of shape: then the loss is taken as proportional to it.
    """
    if len(load_w) < INTERVALS_MIN or float(np.ptp(load_w)) <= 0.02 * float(load_w.max(initial=0.0)):
        total = float(load_w.sum())
        return PoolCurve(linear=float(loss_w.sum()) / total) if total > 0 else PoolCurve(fixed_w=float(loss_w.mean()))
    terms = np.stack([np.ones_like(load_w), load_w, load_w**2, load_w**3], axis=1)
    fixed, linear, quadratic, cubic = (float(value) for value in nonnegative(terms, loss_w))
    return PoolCurve(fixed_w=fixed, linear=linear, quadratic_per_w=quadratic, cubic_per_w2=cubic)
