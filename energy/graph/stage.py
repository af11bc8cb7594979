"""One stage of the feeds: what enters, what leaves, what it loses, and what its meters do not agree on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from energy.interval import SETTLEMENT_S
from energy.quality import Quality
from energy.units import Joules
from infra.inventory.power import LossCurve


@dataclass(frozen=True)
class Stage:
    """Joules per interval. in_j == drawn_j + loss_j + residual_j, where drawn_j is what the stage's children draw."""

    in_j: Joules
    out_j: Joules
    loss_j: Joules
    residual_j: Joules
    loss_quality: Quality


def stage_of(drawn_j: Joules, measured_in_j: Joules | None, measured_out_j: Joules | None, curve: LossCurve) -> Stage:
    """Return the stage whose children draw `drawn_j`.

    The loss is the difference of its two meters; with one meter or none it is the loss curve at the output load.
    What meters leave unexplained is the residual, signed; a loss is never negative: below zero meters disagree.
    """
    lossless = curve == LossCurve()
    if lossless:
        measured_in_j = measured_out_j if measured_in_j is None else measured_in_j
        measured_out_j = measured_in_j if measured_out_j is None else measured_out_j
    out_j = drawn_j if measured_out_j is None else measured_out_j
    if measured_in_j is not None and measured_out_j is not None:
        difference_j = measured_in_j - measured_out_j
        loss_j, quality = np.maximum(difference_j, 0), Quality.DERIVED
    else:
        loss_j, quality = curve_loss_j(curve, out_j), Quality.DECLARED
    in_j = out_j + loss_j if measured_in_j is None else measured_in_j
    return Stage(in_j, out_j, loss_j, in_j - drawn_j - loss_j, quality)


def curve_loss_j(curve: LossCurve, out_j: Joules) -> Joules:
    """Return the loss [J] per interval at the mean output power of the interval (curve of IEC 62040-3 load points)."""
    out_w = out_j / SETTLEMENT_S
    loss_w = curve.fixed_w + curve.linear * out_w + curve.quadratic_per_w * out_w * out_w
    return np.rint(loss_w * SETTLEMENT_S).astype(np.int64)
