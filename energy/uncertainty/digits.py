"""Digits that follow the uncertainty: two significant digits of u, and the value to the same place (GUM 7.2.6)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

SIGNIFICANT = 2
EXACT_DECIMALS = 3


@dataclass(frozen=True)
class Printed:
    """A value and its standard uncertainty as text, rounded at the same decimal place (negative: tens, hundreds)."""

    value: str
    u: str
    decimals: int

    def __str__(self) -> str:
        return f"{self.value} ± {self.u}"


def printed(value: float, u: float) -> Printed:
    """Return `value` and `u` as they are to be printed; a value without uncertainty keeps three decimals.

    Raises ValueError when either is not finite, or `u` is negative.
    """
    if not (math.isfinite(value) and math.isfinite(u)) or u < 0:
        raise ValueError(f"{value} ± {u} can't be printed")
    decimals = EXACT_DECIMALS if u == 0 else decimals_of(u)
    return Printed(_at(value, decimals), _at(u, decimals), decimals)


def decimals_of(u: float) -> int:
    """Return the decimal place of the second significant digit of `u`: 2 for 0.17, 1 for 1.2, -1 for 230."""
    place = SIGNIFICANT - 1 - math.floor(math.log10(u))
    # 0.0996 rounds up to 0.100: it then has its second digit one place higher.
    digits = Decimal(repr(u)).quantize(Decimal(1).scaleb(-place), ROUND_HALF_EVEN)
    return place - 1 if len(digits.as_tuple().digits) > SIGNIFICANT else place


def _at(number: float, decimals: int) -> str:
    rounded = Decimal(repr(number)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    return f"{rounded or abs(rounded):.{max(decimals, 0)}f}"  # no minus before a zero
