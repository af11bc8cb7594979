"""The rules of the house, in the order in which they are read. Each is data: an id, its text, and a pure function."""

from __future__ import annotations

from tenancy.rules.budget import BUDGET, SMALLEST
from tenancy.rules.convention import CONVENTION_IN_FORCE, KNOWN_TENANT, OWN_DOOR
from tenancy.rules.grants import GPU_GRANT, OTHER_GRANTS
from tenancy.rules.naming import NAME_FORM, NAME_FREE, NAMESPACE_COUNT
from tenancy.rules.rule import Case, Reason, Rule

RULES: tuple[Rule, ...] = (
    KNOWN_TENANT, OWN_DOOR, CONVENTION_IN_FORCE, NAME_FORM, NAME_FREE, NAMESPACE_COUNT, SMALLEST, GPU_GRANT,
    OTHER_GRANTS, BUDGET,
)

__all__ = ["RULES", "Case", "Reason", "Rule"]
