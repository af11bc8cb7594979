"""Rights beyond the ordinary ones, which a convention grants or does not."""

from __future__ import annotations

from tenancy.rules.rule import Case, Figures, Rule


def _gpu(case: Case) -> Figures:
    return {"asked": case.request.quota.gpus, "convention": case.convention.number,
            "grants": ", ".join(case.convention.grants) or "-"}


def _missing(case: Case) -> list[str]:
    return sorted(set(case.request.grants) - {"gpu"} - set(case.convention.grants))


def _others(case: Case) -> Figures:
    return {"asked": ", ".join(case.request.grants) or "-", "missing": ", ".join(_missing(case)) or "-",
            "convention": case.convention.number, "grants": ", ".join(case.convention.grants) or "-"}


def granted_only(case: Case) -> tuple[str, ...]:
    """Return the asked rights that the convention grants."""
    return tuple(grant for grant in case.request.grants if grant in case.convention.grants)


GPU_GRANT = Rule(
    id="gpu-grant",
    en="GPUs asked: {asked}; rights in the convention {convention}: {grants}.",
    fr="GPU demandés : {asked} ; droits de la convention {convention} : {grants}.",
    refused_en="You ask for {asked} GPU and the convention {convention} grants none. "
               "Ask without GPU, or have the right 'gpu' added to the convention.",
    refused_fr="Vous demandez {asked} GPU et la convention {convention} n'en accorde pas. "
               "Demandez sans GPU, ou faites ajouter le droit « gpu » à la convention.",
    figures=_gpu,
    holds=lambda case: "gpu" in case.convention.grants or not (case.request.quota.gpus or "gpu" in case.request.grants))

OTHER_GRANTS = Rule(
    id="convention-grants",
    en="Rights asked: {asked}; rights in the convention {convention}: {grants}.",
    fr="Droits demandés : {asked} ; droits de la convention {convention} : {grants}.",
    refused_en="The convention {convention} does not grant: {missing}. Ask without, or have the convention amended.",
    refused_fr="La convention {convention} n'accorde pas : {missing}. Demandez sans, ou faites modifier la convention.",
    figures=_others, holds=lambda case: not _missing(case))
