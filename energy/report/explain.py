"""Why a tenant's figure is what it is: each step from its own use to all that it bears, then its carbon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from energy.allocation.result import Component
from energy.carbon.statement import BookName, FactorUse
from energy.closing.settled_period import SettledPeriod
from energy.errors import EnergyError
from energy.report.rounding import whole_wh
from infra.inventory.errors import N_


class Step(StrEnum):
    """The steps of the waterfall, in its order."""

    OWN_USE = "own-use"
    IDLE = "idle"
    COOLING = "cooling"
    LOSS = "loss"
    BASE = "base"
    FREE_SHARE = "free-share"
    PLATFORM_SHARE = "platform-share"
    RESIDUAL_SHARE = "residual-share"


_COMPONENT = {Step.OWN_USE: Component.DYNAMIC, Step.IDLE: Component.IDLE, Step.COOLING: Component.COOLING,
              Step.LOSS: Component.LOSS, Step.BASE: Component.BASE}
TITLES = {
    Step.OWN_USE: N_("own use"), Step.IDLE: N_("own machines at rest"), Step.COOLING: N_("cooling"),
    Step.LOSS: N_("electrical losses"), Step.BASE: N_("building"), Step.FREE_SHARE: N_("share of free capacity"),
    Step.PLATFORM_SHARE: N_("share of the platform"), Step.RESIDUAL_SHARE: N_("share of what does not close"),
}
REASONS = {
    Step.OWN_USE: N_("what nodes drew above rest for its core-seconds and GPU-seconds"),
    Step.IDLE: N_("what nodes draw at rest for the cores and GPUs that it reserved, used or not"),
    Step.COOLING: N_("of the zones where it lives, by its IT energy there"),
    Step.LOSS: N_("transformer, UPS and PDU, by what passes through them for it"),
    Step.BASE: N_("light, doors, security, by IT energy"),
    Step.FREE_SHARE: N_("capacity that nobody reserved, by what each tenant reserved"),
    Step.PLATFORM_SHARE: N_("control plane, services, shared models, by the declared drivers"),
    Step.RESIDUAL_SHARE: N_("what the facility meter counts and no meter under it explains, by energy borne"),
}


@dataclass(frozen=True)
class Explanation:
    """A tenant's waterfall over a period [Wh, whole]; `direct_wh` + the three shares == `full_cost_wh`.

    `carbon_g` by book [gCO2e] is of the direct view, `full_cost_gco2e` of the full-cost view, location-based.
    """

    site_id: str
    site_name: str
    tenant: str
    name: str
    label: str
    state: str
    steps_wh: Mapping[Step, int]
    relative_u: float
    carbon_g: Mapping[BookName, float | None]
    full_cost_gco2e: float
    factors: Mapping[BookName, tuple[FactorUse, ...]]
    blanks: Mapping[BookName, str]

    @property
    def direct_wh(self) -> int:
        return sum(self.steps_wh[step] for step in _COMPONENT)

    @property
    def full_cost_wh(self) -> int:
        return sum(self.steps_wh.values())


def explanation_of(settled: SettledPeriod, tenant: str) -> Explanation:
    """Return the waterfall of a tenant. Raises EnergyError when the site file knows no such tenant."""
    site = settled.site
    if tenant not in site.tenants:
        raise EnergyError(N_("the site has no tenant '{tenant}'"), where="--tenant", tenant=tenant,
                          remedy=N_("name one of: {known}"), known=", ".join(site.tenants))
    steps_j = _steps_j(settled, tenant)
    books = settled.carbon.direct.books
    return Explanation(
        site.id, site.identity.name, tenant, site.tenants[tenant].name, settled.label, str(settled.state),
        dict(zip(steps_j, whole_wh(list(steps_j.values())), strict=True)),
        settled.sureness.relative_u.get(f"energy:{tenant}", 0.0),
        {name: book.grams(tenant) for name, book in books.items()},
        settled.carbon.full_cost.grams(tenant) or 0.0, {name: book.factors for name, book in books.items()},
        {name: book.blank.what.format(**book.blank.figures) for name, book in books.items() if book.blank})


def _steps_j(settled: SettledPeriod, tenant: str) -> dict[Step, int]:
    sums = settled.sums
    rows = [row for row, holder in enumerate(sums.shares[Component.IDLE].holders) if holder.account == tenant]
    steps = {step: int(sums.shares[component].energy_j[rows].sum()) for step, component in _COMPONENT.items()}
    spread = sums.spread
    place = spread.tenants.index(tenant) if tenant in spread.tenants else None
    for step, part in ((Step.FREE_SHARE, spread.free_j), (Step.PLATFORM_SHARE, spread.platform_j),
                       (Step.RESIDUAL_SHARE, spread.residual_j)):
        steps[step] = int(part[place].sum()) if place is not None else 0
    return steps
