"""Annotated types: small values with one rule each, used by name in the models."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from infra.inventory.messages import refusal
from infra.inventory.quantities import parse_bytes, parse_cpu

_DNS_LABEL = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_LOOKS_LIKE_POWER = re.compile(r"\s*[\d.,]+\s*([kM]?W|[kM]?VA)\s*")


class Fact(BaseModel):
    """Base of every noun of the site: immutable, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _dns_label(value: str) -> str:
    if not _DNS_LABEL.fullmatch(value):
        suggestion = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:63] or "name-1"
        raise refusal("dns_label", value=value, suggestion=suggestion)
    return value


def _number_without_unit(value: Any) -> Any:
    if isinstance(value, str) and _LOOKS_LIKE_POWER.fullmatch(value):
        raise refusal("number_with_unit", value=value.strip())
    return value


def _siret(value: str) -> str:
    """SIRET: 14 digits with Luhn's key (INSEE); La Poste's exception is not needed for public bodies."""
    digits = [int(digit) for digit in value if digit.isdigit()]
    doubled = [digit if position % 2 else digit * 2 for position, digit in enumerate(digits)]
    if len(value) != 14 or len(digits) != 14 or sum(d - 9 if d > 9 else d for d in doubled) % 10:
        raise refusal("siret", value=value)
    return value


def _cpu(value: Any, info: ValidationInfo) -> Any:
    return value if _is_kept(info) else parse_cpu(value)


def _bytes(value: Any, info: ValidationInfo) -> Any:
    return value if _is_kept(info) else parse_bytes(value)


def _is_kept(info: ValidationInfo) -> bool:
    """True while facts are read back that were written by `model_dump`: figures are in base units already."""
    return bool(info.context and info.context.get(KEPT))


KEPT = "kept"  # the context under which facts are read back: `Site.model_validate_json(text, context={KEPT: True})`
Slug = Annotated[str, AfterValidator(_dns_label)]
Siret = Annotated[str, AfterValidator(_siret)]
Watts = Annotated[float, BeforeValidator(_number_without_unit), Field(ge=0, le=1e9, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Celsius = Annotated[float, Field(ge=-60, le=150, allow_inf_nan=False)]
CpuMillicores = Annotated[int, BeforeValidator(_cpu), Field(ge=0)]
Bytes = Annotated[int, BeforeValidator(_bytes), Field(ge=0)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
