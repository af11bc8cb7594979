"""Who asks, and on the strength of which convention."""

from __future__ import annotations

from tenancy.manifests.door import door_name
from tenancy.rules.rule import Case, Figures, Rule


def _tenant(case: Case) -> Figures:
    return {"tenant": case.request.tenant, "known": ", ".join(sorted(case.site.tenants))}


def _door(case: Case) -> Figures:
    return {"tenant": case.request.tenant, "found": case.request.door or "-", "wanted": door_name(case.request.tenant)}


def _lineage(case: Case) -> list[str]:
    """The tenant and those whose budget its own is taken from, nearest first."""
    lineage: list[str] = []
    current: str | None = case.request.tenant
    while current is not None and current not in lineage:
        lineage.append(current)
        current = case.site.tenants[current].parent
    return lineage


def _out_of_force(case: Case) -> str:
    """The first of the lineage whose convention is not in force on the day; empty when all are."""
    for tenant_id in _lineage(case):
        convention = case.site.tenants[tenant_id].convention
        if not convention.starts <= case.today <= convention.ends:
            return tenant_id
    return ""


def _dates(case: Case) -> Figures:
    holder = _out_of_force(case) or case.request.tenant
    convention = case.site.tenants[holder].convention
    return {"convention": convention.number, "holder": holder, "starts": convention.starts.isoformat(),
            "ends": convention.ends.isoformat(), "today": case.today.isoformat()}


KNOWN_TENANT = Rule(
    id="known-tenant",
    en="The tenant is one of the site's.",
    fr="Le titulaire figure parmi ceux du site.",
    refused_en="The site has no tenant '{tenant}'. Write one of: {known}.",
    refused_fr="Le site ne connaît pas de titulaire « {tenant} ». Écrivez l'un de ceux-ci : {known}.",
    figures=_tenant, holds=lambda case: case.request.tenant in case.site.tenants, essential=True)

OWN_DOOR = Rule(
    id="own-door",
    en="A tenant asks for itself, in its own namespace of requests.",
    fr="Un titulaire demande pour lui-même, dans son propre espace de demandes.",
    refused_en="A request for '{tenant}' was left in '{found}'. Leave it in '{wanted}'.",
    refused_fr="Une demande pour « {tenant} » a été déposée dans « {found} ». Déposez-la dans « {wanted} ».",
    figures=_door, holds=lambda case: case.request.door in (None, door_name(case.request.tenant)), essential=True)

CONVENTION_IN_FORCE = Rule(
    id="convention-in-force",
    en="The convention {convention} is in force on {today} (from {starts} to {ends}).",
    fr="La convention {convention} est en vigueur le {today} (du {starts} au {ends}).",
    refused_en="The convention {convention} of '{holder}' runs from {starts} to {ends} and today is {today}. "
               "Have it renewed by the operator, then ask again.",
    refused_fr="La convention {convention} de « {holder} » court du {starts} au {ends} et nous sommes le {today}. "
               "Faites-la renouveler par l'opérateur, puis renouvelez votre demande.",
    figures=_dates, holds=lambda case: not _out_of_force(case))
