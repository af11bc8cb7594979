"""The shape of a rule: what it says in both languages, which figures it looks at, and whether they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from infra.inventory.checks.quotas import committed
from infra.inventory.quota import Quota
from infra.inventory.site import Site
from infra.inventory.tenancy import Convention
from tenancy.holdings import Holdings
from tenancy.request import NamespaceRequest

Figures = Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """Everything a rule may look at. Rules after `known-tenant` may rely on the tenant being in the site file."""

    site: Site
    request: NamespaceRequest
    holdings: Holdings
    today: date

    @property
    def convention(self) -> Convention:
        return self.site.tenants[self.request.tenant].convention

    @property
    def available(self) -> Quota:
        """What is left of the convention: less children's conventions, the file's namespaces, and what was granted."""
        held = committed(self.site, self.request.tenant) + self.holdings.granted
        return self.convention.quota.minus(held)


@dataclass(frozen=True)
class Reason:
    """A rule, its text in both languages with the figures filled in, and the figures themselves."""

    rule: str
    en: str
    fr: str
    figures: Figures

    def described(self) -> dict[str, object]:
        """Return the reason as it stands in the book, in a status and in JSON."""
        return {"rule": self.rule, "en": self.en, "fr": self.fr, "figures": self.figures}


@dataclass(frozen=True)
class Rule:
    """`figures` gives what the rule looks at, `holds` judges it; the texts are filled with these figures.

    `en`/`fr` state the rule; `refused_en`/`refused_fr` say what was found and what to write instead.
    When an `essential` rule fails, the rules after it make no sense and are not read.
    """

    id: str
    en: str
    fr: str
    refused_en: str
    refused_fr: str
    figures: Callable[[Case], Figures]
    holds: Callable[[Case], bool]
    essential: bool = False

    def examine(self, case: Case) -> tuple[bool, Reason]:
        """Return whether the rule holds, and the reason to give for it."""
        holds, figures = self.holds(case), self.figures(case)
        english, french = (self.en, self.fr) if holds else (self.refused_en, self.refused_fr)
        return holds, Reason(self.id, english.format(**figures), french.format(**figures), figures)
