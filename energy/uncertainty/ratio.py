"""The uncertainty of a ratio of two energies, in closed form: what the numerical model must agree with."""

from __future__ import annotations

import math


def relative_u_of_ratio(numerator_ur: float, denominator_ur: float, rho: float = 0.0) -> float:
    """Return u_r of a ratio: u_r² = u_r²(n) + u_r²(d) − 2·ρ·u_r(n)·u_r(d) (GUM 5.2.2). Errors in common cancel."""
    square = numerator_ur ** 2 + denominator_ur ** 2 - 2 * rho * numerator_ur * denominator_ur
    return math.sqrt(max(0.0, square))


def relative_u_of_product(*relative_us: float) -> float:
    """Return u_r of a product of quantities that err each by itself (GUM 5.1.6)."""
    return math.sqrt(sum(each ** 2 for each in relative_us))
