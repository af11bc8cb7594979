"""What a meter's class says about its error: limits of IEC 62053-21/-22 (energy) and EN 1434 (heat)."""

from __future__ import annotations

import math

# Limit of error at reference load, as a share of the reading.
CLASS_LIMIT = {"0.2S": 0.002, "0.5S": 0.005, "0.5": 0.005, "1": 0.01, "2": 0.02, "3": 0.03}


def relative_standard_uncertainty(accuracy_class: str) -> float:
    """Return the relative standard uncertainty of a reading: the class limit as a rectangular law (GUM 4.3.7)."""
    return CLASS_LIMIT[accuracy_class] / math.sqrt(3)
