"""`decide`: a request and what is already held go in, one decision comes out; the same again gives the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from infra.inventory.quota import Quota
from infra.inventory.site import Site
from tenancy.holdings import Holdings
from tenancy.request import NamespaceRequest
from tenancy.rules import RULES, Case, Reason
from tenancy.rules.budget import BUDGET, SMALLEST_QUOTA, largest_that_fits
from tenancy.rules.grants import granted_only
from tenancy.rules.naming import free_name

Verdict = Literal["Granted", "Refused"]


@dataclass(frozen=True)
class Decision:
    """The verdict; why (every rule that failed, or for a grant the budget it fits in); what could be asked instead.

    `examined` holds every rule that was read, with the figures it looked at.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    examined: tuple[Reason, ...]
    alternative: NamespaceRequest | None = None

    @property
    def granted(self) -> bool:
        return self.verdict == "Granted"

    @property
    def rule(self) -> str:
        """The id of the first rule given as reason."""
        return self.reasons[0].rule


def decide(site: Site, request: NamespaceRequest, holdings: Holdings, today: date) -> Decision:
    """Return the decision on `request` for a tenant that already holds `holdings`, on the day `today` at the site."""
    case = Case(site, request, holdings, today)
    failed, examined = _examine(case)
    if not failed:
        return Decision("Granted", tuple(reason for reason in examined if reason.rule == BUDGET.id), examined)
    return Decision("Refused", failed, examined, _alternative(case))


def _examine(case: Case) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    failed, examined = [], []
    for rule in RULES:
        holds, reason = rule.examine(case)
        examined.append(reason)
        if not holds:
            failed.append(reason)
            if rule.essential:
                break
    return tuple(failed), tuple(examined)


def _alternative(case: Case) -> NamespaceRequest | None:
    """The largest request like this one that would be granted as things stand; None when there is none."""
    if case.request.tenant not in case.site.tenants:
        return None
    quota = _at_least_the_smallest(case.request.quota)
    if "gpu" not in case.convention.grants:
        quota = quota.model_copy(update={"gpus": 0})
    wanted = replace(case.request, name=free_name(case) or case.request.name, quota=quota, grants=granted_only(case))
    fitting = replace(wanted, quota=largest_that_fits(replace(case, request=wanted)))
    failed, _examined = _examine(replace(case, request=fitting))
    return None if failed else fitting


def _at_least_the_smallest(quota: Quota) -> Quota:
    asked, least = quota.model_dump(), SMALLEST_QUOTA.model_dump()
    return Quota.of(**{resource: max(asked[resource], least[resource]) for resource in asked})
