"""What a namespace may be called, and how many there may be."""

from __future__ import annotations

import re

from infra.inventory.names import namespace_name
from tenancy.manifests.door import RESERVED_NAMES, door_name
from tenancy.rules.rule import Case, Figures, Rule

LONGEST = 63
_DNS_LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_TRIES = 100


def dns_safe(name: str) -> str:
    """Return the nearest name that is a DNS label: lower case, letters, digits and hyphens, a letter first."""
    plain = name.lower().translate(str.maketrans("àâäçéèêëîïôöùûüÿ", "aaaceeeeiioouuuy"))
    return re.sub(r"^[^a-z]+", "", re.sub(r"[^a-z0-9]+", "-", plain)).strip("-")[:LONGEST].strip("-") or "espace-1"


def well_formed(tenant: str, name: str) -> bool:
    """Tell whether the name is a DNS label and the namespace's full name stays within 63 characters (RFC 1123)."""
    return bool(_DNS_LABEL.fullmatch(name)) and len(namespace_name(tenant, name)) <= LONGEST


def free_name(case: Case) -> str | None:
    """Return the asked name made well formed, numbered when it is taken; None when no such name is free."""
    room = LONGEST - len(case.request.tenant) - 1
    base = dns_safe(case.request.name)[:room].strip("-")
    for number in range(1, _TRIES):
        suffix = "" if number == 1 else f"-{number}"
        candidate = base[:room - len(suffix)].strip("-") + suffix
        full = namespace_name(case.request.tenant, candidate)
        if well_formed(case.request.tenant, candidate) and not _taken(case, full):
            return candidate
    return None


def _taken(case: Case, full: str) -> bool:
    file_names = (namespace_name(tenant_id, name) for tenant_id, tenant in case.site.tenants.items()
                  for name in tenant.namespaces)
    return (full in RESERVED_NAMES or full in case.holdings.names or full in file_names
            or full in {door_name(tenant_id) for tenant_id in case.site.tenants})


def _form(case: Case) -> Figures:
    room = LONGEST - len(case.request.tenant) - 1
    return {"name": case.request.name, "namespace": case.request.namespace, "length": len(case.request.namespace),
            "room": room, "suggestion": dns_safe(case.request.name)[:max(room, 1)].strip("-")}


def _free(case: Case) -> Figures:
    return {"namespace": case.request.namespace, "name": case.request.name, "suggestion": free_name(case) or "-"}


def _held_count(case: Case) -> int:
    return len(case.site.tenants[case.request.tenant].namespaces) + case.holdings.count


def _count(case: Case) -> Figures:
    return {"held": _held_count(case), "most": case.convention.namespaces_max, "convention": case.convention.number}


NAME_FORM = Rule(
    id="name-form",
    en="The namespace '{namespace}' has a well-formed name.",
    fr="L'espace de noms « {namespace} » porte un nom correct.",
    refused_en="'{name}' can't be a namespace's name (lower-case letters, digits and hyphens, a letter first, "
               "{room} characters at most here). Write for instance '{suggestion}'.",
    refused_fr="« {name} » ne peut pas être un nom d'espace (lettres minuscules sans accent, chiffres et tirets, une "
               "lettre d'abord, {room} caractères au plus ici). Écrivez par exemple « {suggestion} ».",
    figures=_form, holds=lambda case: well_formed(case.request.tenant, case.request.name))

NAME_FREE = Rule(
    id="name-free",
    en="The name '{namespace}' is free.",
    fr="Le nom « {namespace} » est libre.",
    refused_en="The name '{namespace}' is already taken or reserved. Write for instance '{suggestion}'.",
    refused_fr="Le nom « {namespace} » est déjà pris ou réservé. Écrivez par exemple « {suggestion} ».",
    figures=_free, holds=lambda case: not _taken(case, case.request.namespace))

NAMESPACE_COUNT = Rule(
    id="namespace-count",
    en="The convention {convention} allows {most} namespaces; {held} are held.",
    fr="La convention {convention} permet {most} espaces de noms ; vous en avez {held}.",
    refused_en="You hold {held} namespaces, the most that the convention {convention} allows ({most}). "
               "Give one back, or have the convention amended.",
    refused_fr="Vous avez déjà {held} espaces de noms, le maximum de la convention {convention} ({most}). "
               "Rendez-en un, ou faites modifier la convention.",
    figures=_count, holds=lambda case: _held_count(case) < case.convention.namespaces_max)
