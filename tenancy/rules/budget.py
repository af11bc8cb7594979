"""How much: a request stays within what is left of the convention, and is big enough to run something."""

from __future__ import annotations

from infra.inventory.quota import Quota
from tenancy.manifests.budget import DEFAULT_REQUEST
from tenancy.rules.rule import Case, Figures, Rule

SMALLEST_QUOTA = Quota.of(
    cpu_millicores=DEFAULT_REQUEST.cpu_millicores, memory_bytes=DEFAULT_REQUEST.memory_bytes, pods=1)
_FRENCH = {"cpu": "processeur", "memory": "mémoire", "storage": "stockage", "gpu": "GPU", "pods": "pods",
           "services": "services", "volumes": "volumes"}


def largest_that_fits(case: Case) -> Quota:
    """Return the asked quota, each figure lowered to what is left."""
    asked, left = case.request.quota.model_dump(), case.available.model_dump()
    return Quota.of(**{resource: min(asked[resource], left[resource]) for resource in asked})


def _smallest(case: Case) -> Figures:
    asked, least = case.request.quota.written(), SMALLEST_QUOTA.written()
    return {"cpu": asked["cpu"], "memory": asked["memory"], "pods": asked["pods"],
            "least_cpu": least["cpu"], "least_memory": least["memory"]}


def _budget(case: Case) -> Figures:
    convention, available = case.convention.quota.written(), case.available.written()
    short = case.request.quota.shortfalls(case.available)
    return {
        "number": case.convention.number, "asked": case.request.quota.written(), "available": available,
        "convention": convention,
        "short_en": "; ".join(f"{each.resource}: asked {each.asked}, left {each.available} "
                              f"of {convention[each.resource]}" for each in short) or "-",
        "short_fr": " ; ".join(f"{_FRENCH[each.resource]} : demandé {each.asked}, reste {each.available} "
                               f"sur {convention[each.resource]}" for each in short) or "-",
    }


SMALLEST = Rule(
    id="smallest-size",
    en="The namespace can run at least one pod.",
    fr="L'espace peut faire tourner au moins un pod.",
    refused_en="cpu {cpu}, memory {memory}, pods {pods} can't run a single pod. "
               "Ask for at least cpu {least_cpu}, memory {least_memory} and 1 pod.",
    refused_fr="cpu {cpu}, mémoire {memory}, pods {pods} ne permettent pas de faire tourner un seul pod. "
               "Demandez au moins cpu {least_cpu}, mémoire {least_memory} et 1 pod.",
    figures=_smallest, holds=lambda case: not SMALLEST_QUOTA.shortfalls(case.request.quota))

BUDGET = Rule(
    id="convention-budget",
    en="The request stays within what is left of the convention {number}.",
    fr="La demande tient dans ce qui reste de la convention {number}.",
    refused_en="The request goes over what is left of the convention {number} ({short_en}). "
               "Ask for less, give a namespace back, or have the convention amended.",
    refused_fr="La demande dépasse ce qui reste de la convention {number} ({short_fr}). "
               "Demandez moins, rendez un espace de noms, ou faites modifier la convention.",
    figures=_budget, holds=lambda case: not case.request.quota.shortfalls(case.available))
