"""Kubernetes quantities, read strictly: what we would not write ourselves is refused with what to write."""

from __future__ import annotations

import re
from typing import Any

from infra.inventory.messages import refusal

BINARY_UNITS = {"": 1, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50}
_BYTES = re.compile(r"(\d+)(Ki|Mi|Gi|Ti|Pi)")
_CPU = re.compile(r"(\d+)(m?)|(\d+\.\d{1,3})")


def parse_cpu(value: Any) -> int:
    """Return `value` ("4", 4, "0.5" or "500m") in millicores; a pydantic error when it is anything else."""
    match = None if isinstance(value, bool) else _CPU.fullmatch(str(value).strip())
    if not match:
        raise refusal("cpu_quantity", value=repr(value))
    whole, milli, decimal = match.groups()
    if decimal:
        return round(float(decimal) * 1000)
    return int(whole) if milli else int(whole) * 1000


def parse_bytes(value: Any) -> int:
    """Return `value` ("8Gi") in bytes; a pydantic error when the unit is missing or is not binary."""
    if value == 0 or value == "0":
        return 0
    match = _BYTES.fullmatch(str(value).strip())
    if not match:
        number = re.match(r"\d+", str(value).strip())
        raise refusal("byte_quantity", value=repr(value), suggestion=f"{number.group() if number else 8}Gi")
    return int(match.group(1)) * BINARY_UNITS[match.group(2)]


def format_cpu(millicores: int) -> str:
    """Return `millicores` as Kubernetes writes it: whole cores where it can."""
    return str(millicores // 1000) if millicores % 1000 == 0 else f"{millicores}m"


def format_bytes(size: int) -> str:
    """Return `size` [bytes] in the largest binary unit that divides it."""
    for unit, factor in reversed(BINARY_UNITS.items()):
        if size and size % factor == 0:
            return f"{size // factor}{unit}"
    return str(size)
