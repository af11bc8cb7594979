"""Each rule refuses what it says it refuses, in both languages, with its figures and a way out."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from infra.inventory.quota import Quota
from infra.inventory.site import Site
from tenancy.decisions import decide
from tenancy.holdings import Holding, Holdings, holdings_of
from tenancy.request import asked_quota
from tenancy.rules import RULES
from tests.tenancy.conftest import TODAY, asked


def full(quota: Quota) -> Holdings:
    return Holdings(quota, 1, frozenset())


REFUSALS: list[tuple[str, dict[str, Any], Holdings, date, str, str]] = [
    ("known-tenant", {"tenant": "atlantis"}, Holdings(), TODAY,
     "The site has no tenant 'atlantis'. Write one of: agglo, la-dune, les-sables, region.",
     "Le site ne connaît pas de titulaire « atlantis ». Écrivez l'un de ceux-ci : agglo, la-dune, les-sables, region."),
    ("own-door", {"door": "tenant-la-dune"}, Holdings(), TODAY,
     "A request for 'les-sables' was left in 'tenant-la-dune'. Leave it in 'tenant-les-sables'.",
     "Une demande pour « les-sables » a été déposée dans « tenant-la-dune ». Déposez-la dans « tenant-les-sables »."),
    ("convention-in-force", {}, Holdings(), date(2031, 1, 1),
     "The convention CONV-2012-003 of 'les-sables' runs from 2012-03-01 to 2030-12-31 and today is 2031-01-01. "
     "Have it renewed by the operator, then ask again.",
     "La convention CONV-2012-003 de « les-sables » court du 2012-03-01 au 2030-12-31 et nous sommes le 2031-01-01. "
     "Faites-la renouveler par l'opérateur, puis renouvelez votre demande."),
    ("name-form", {"name": "Comptes rendus"}, Holdings(), TODAY,
     "'Comptes rendus' can't be a namespace's name (lower-case letters, digits and hyphens, a letter first, "
     "52 characters at most here). Write for instance 'comptes-rendus'.",
     "« Comptes rendus » ne peut pas être un nom d'espace (lettres minuscules sans accent, chiffres et tirets, une "
     "lettre d'abord, 52 caractères au plus ici). Écrivez par exemple « comptes-rendus »."),
    ("name-free", {"name": "site-web"}, Holdings(), TODAY,
     "The name 'les-sables-site-web' is already taken or reserved. Write for instance 'site-web-2'.",
     "Le nom « les-sables-site-web » est déjà pris ou réservé. Écrivez par exemple « site-web-2 »."),
    ("namespace-count", {}, Holdings(Quota.nothing(), 19), TODAY,
     "You hold 20 namespaces, the most that the convention CONV-2012-003 allows (20). "
     "Give one back, or have the convention amended.",
     "Vous avez déjà 20 espaces de noms, le maximum de la convention CONV-2012-003 (20). "
     "Rendez-en un, ou faites modifier la convention."),
    ("smallest-size", {"cpu": "50m", "memory": "64Mi", "pods": 0}, Holdings(), TODAY,
     "cpu 50m, memory 64Mi, pods 0 can't run a single pod. Ask for at least cpu 100m, memory 128Mi and 1 pod.",
     "cpu 50m, mémoire 64Mi, pods 0 ne permettent pas de faire tourner un seul pod. "
     "Demandez au moins cpu 100m, mémoire 128Mi et 1 pod."),
    ("gpu-grant", {"tenant": "la-dune", "name": "ia", "cpu": 1, "gpu": 1}, Holdings(), TODAY,
     "You ask for 1 GPU and the convention CONV-2012-004 grants none. "
     "Ask without GPU, or have the right 'gpu' added to the convention.",
     "Vous demandez 1 GPU et la convention CONV-2012-004 n'en accorde pas. "
     "Demandez sans GPU, ou faites ajouter le droit « gpu » à la convention."),
    ("convention-grants", {"grants": ("load-balancer", "node-port")}, Holdings(), TODAY,
     "The convention CONV-2012-003 does not grant: load-balancer, node-port. "
     "Ask without, or have the convention amended.",
     "La convention CONV-2012-003 n'accorde pas : load-balancer, node-port. "
     "Demandez sans, ou faites modifier la convention."),
    # 16 of the convention less 4 of the site's web site less 10 granted: 2 are left.
    ("convention-budget", {"cpu": "3"}, full(asked_quota({"cpu": 10, "memory": "1Gi"})), TODAY,
     "The request goes over what is left of the convention CONV-2012-003 (cpu: asked 3, left 2 of 16). "
     "Ask for less, give a namespace back, or have the convention amended.",
     "La demande dépasse ce qui reste de la convention CONV-2012-003 (processeur : demandé 3, reste 2 sur 16). "
     "Demandez moins, rendez un espace de noms, ou faites modifier la convention."),
]


@pytest.mark.parametrize(("rule", "changes", "holdings", "today", "english", "french"), REFUSALS,
                         ids=[case[0] for case in REFUSALS])
def test_a_rule_refuses_with_its_text_in_both_languages(
    demo: Site, rule: str, changes: dict[str, Any], holdings: Holdings, today: date, english: str, french: str
) -> None:
    decision = decide(demo, asked(**changes), holdings, today)
    reasons = {reason.rule: reason for reason in decision.reasons}

    assert decision.verdict == "Refused"
    assert reasons[rule].en == english
    assert reasons[rule].fr == french


def test_every_rule_has_a_refusal_above() -> None:
    assert {case[0] for case in REFUSALS} == {rule.id for rule in RULES}


def test_rules_say_what_they_want_in_both_languages_and_name_their_figures(demo: Site) -> None:
    decision = decide(demo, asked(), Holdings(), TODAY)

    assert [reason.rule for reason in decision.examined] == [rule.id for rule in RULES]
    for reason in decision.examined:
        assert reason.en and reason.fr and reason.en != reason.fr
        assert reason.figures
        assert not re.search(r"[{}]", reason.en + reason.fr)


def test_all_that_is_wrong_is_said_at_once(demo: Site) -> None:
    decision = decide(demo, asked(name="Trop Grand", cpu=400, gpu=2, grants=("node-port",)), Holdings(), TODAY)

    assert [reason.rule for reason in decision.reasons] == [
        "name-form", "gpu-grant", "convention-grants", "convention-budget"]


def test_nothing_is_read_after_an_unknown_tenant(demo: Site) -> None:
    decision = decide(demo, asked(tenant="atlantis"), Holdings(), TODAY)

    assert [reason.rule for reason in decision.examined] == ["known-tenant"]
    assert decision.alternative is None


def test_a_child_may_not_ask_when_its_parents_convention_has_run_out(demo: Site) -> None:
    agglo = demo.tenants["agglo"]
    ended = agglo.model_copy(update={"convention": agglo.convention.model_copy(update={"ends": date(2026, 5, 31)})})
    site = demo.model_copy(update={"tenants": {**demo.tenants, "agglo": ended}})
    decision = decide(site, asked(), Holdings(), TODAY)

    assert decision.rule == "convention-in-force"
    assert "CONV-2012-002 of 'agglo' runs from 2012-01-01 to 2026-05-31" in decision.reasons[0].en


@pytest.mark.parametrize("today", [date(2012, 3, 1), date(2030, 12, 31)])
def test_the_first_and_last_day_of_a_convention_count(demo: Site, today: date) -> None:
    assert decide(demo, asked(), Holdings(), today).granted


def test_the_day_before_the_convention_does_not_count(demo: Site) -> None:
    assert decide(demo, asked(), Holdings(), date(2012, 2, 29)).rule == "convention-in-force"


def test_a_childs_convention_is_taken_from_its_parents_budget(demo: Site) -> None:
    # agglo: 60 cores, less 16 + 8 of its namespaces, less 16 of its child: 20 are left.
    assert decide(demo, asked("agglo", "archives", cpu=20, storage=0), Holdings(), TODAY).granted
    refused = decide(demo, asked("agglo", "archives", cpu="20001m", storage=0), Holdings(), TODAY)
    assert refused.rule == "convention-budget"
    assert "cpu: asked 20001m, left 20 of 60" in refused.reasons[0].en


@pytest.mark.parametrize("resource", ["cpu", "memory", "storage", "gpu", "pods", "services", "volumes"])
def test_every_resource_has_its_own_budget(demo: Site, resource: str) -> None:
    too_much = {"cpu": 13, "memory": "49Gi", "storage": "401Gi", "gpu": 1, "pods": 29, "services": 9, "volumes": 9}
    just_fits = {"cpu": 12, "memory": "48Gi", "storage": "400Gi", "gpu": 0, "pods": 28, "services": 8, "volumes": 8}
    refused = decide(demo, asked(**{resource: too_much[resource]}), Holdings(), TODAY)

    assert f"{resource}: asked {too_much[resource]}, left {just_fits[resource]}" in refused.reasons[-1].en
    assert decide(demo, asked(**{resource: just_fits[resource]}), Holdings(), TODAY).granted


@pytest.mark.parametrize("name", ["-a", "a-", "1a", "é", "a_b", "a.b", "", "A", "a b", "a" * 53])
def test_a_name_must_be_a_dns_label_that_leaves_the_whole_within_63_characters(demo: Site, name: str) -> None:
    decision = decide(demo, asked(name=name), Holdings(), TODAY)

    assert decision.rule == "name-form"
    assert decision.alternative is not None


@pytest.mark.parametrize("name", ["a", "a-b", "a1", "a" * 52])
def test_dns_labels_are_taken(demo: Site, name: str) -> None:
    assert decide(demo, asked(name=name), Holdings(), TODAY).granted


def test_a_name_held_by_another_tenant_is_taken(demo: Site) -> None:
    # "les-sables" + "web" spelled by a tenant called "les" would be the same namespace.
    held = holdings_of("les-sables", [Holding("u", "les", "les-sables-web", Quota.nothing())])
    decision = decide(demo, asked(name="web"), held, TODAY)

    assert decision.rule == "name-free"
    assert decision.alternative is not None and decision.alternative.name == "web-2"


def test_a_tenants_namespace_never_takes_the_name_of_a_door_or_of_the_platform(demo: Site) -> None:
    tenant = demo.tenants["la-dune"]
    site = demo.model_copy(update={"tenants": {**demo.tenants, "tenant": tenant, "kube": tenant}})

    assert decide(site, asked("tenant", "les-sables", cpu=1), Holdings(), TODAY).rule == "name-free"
    assert decide(site, asked("kube", "system", cpu=1), Holdings(), TODAY).rule == "name-free"
