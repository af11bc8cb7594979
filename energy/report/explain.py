"""Why a tenant's figure is what it is: each step from its own use to all that it bears, then its carbon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from energy.allocation.result import Component
from energy.carbon.statement import BookName, FactorUse, Remark
from energy.closing.settled_period import SettledPeriod
from energy.errors import EnergyError
from energy.ledger.manifest import State
from energy.report.build import report_of
from energy.report.lines import EnergyReport
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

    Every step is a figure that the report of the same period prints: both say the same.

    `carbon_g` by book [gCO2e] is of the direct view, `full_cost_gco2e` of the full-cost view, location-based.
    """

    site_id: str
    site_name: str
    tenant: str
    name: str
    label: str
    state: State
    illustrative: bool
    steps_wh: Mapping[Step, int]
    relative_u: float
    carbon_g: Mapping[BookName, float | None]
    full_cost_gco2e: float
    factors: Mapping[BookName, tuple[FactorUse, ...]]
    blanks: Mapping[BookName, Remark]

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
    report = report_of(settled)
    line = next(each for each in report.lines if each.key == tenant)
    return Explanation(
        site.id, site.identity.name, tenant, line.name, settled.label, settled.state,
        site.identity.illustrative, _steps_wh(report, tenant),
        line.relative_u, line.carbon_g, settled.carbon.full_cost.grams(tenant) or 0.0,
        {name: book.factors for name, book in report.books.items()},
        {name: book.blank for name, book in report.books.items() if book.blank})


def _steps_wh(report: EnergyReport, tenant: str) -> dict[Step, int]:
    line = next(each for each in report.lines if each.key == tenant)
    shares = next(each for each in report.full_cost.lines if each.key == tenant)
    return {**{step: line.energy_wh[component] for step, component in _COMPONENT.items()},
            Step.FREE_SHARE: shares.free_wh, Step.PLATFORM_SHARE: shares.platform_wh,
            Step.RESIDUAL_SHARE: shares.residual_wh}
