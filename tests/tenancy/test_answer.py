"""What a requester is told."""

from __future__ import annotations

from infra.inventory.quota import Quota
from infra.inventory.site import Site
from tenancy.answer import answer_of_decision, answer_of_status
from tenancy.decisions import decide
from tenancy.holdings import Holdings
from tenancy.usage import granted_of, usage_of
from tests.tenancy.conftest import TODAY, asked


def test_a_refusal_leads_to_the_command_that_would_be_granted(demo: Site) -> None:
    request = asked(cpu=40, memory="60Gi", services=9)
    answer = answer_of_decision(request, decide(demo, request, Holdings(), TODAY))

    assert answer.refused
    assert answer.texts("fr")[0].startswith("La demande dépasse ce qui reste de la convention CONV-2012-003")
    assert answer.texts("en")[0].startswith("The request goes over what is left of the convention CONV-2012-003")
    assert answer.command('essai "neuf"') == (
        "estran namespace request --tenant les-sables --name minutes --cpu 12 --memory 48Gi --storage 20Gi "
        "--services 8 --why \"essai 'neuf'\"")


def test_a_figure_of_zero_is_written_where_saying_nothing_means_more(demo: Site) -> None:
    held = Holdings(Quota.of(services=8))
    request = asked(services=1)
    answer = answer_of_decision(request, decide(demo, request, held, TODAY))

    assert "--services 0" in answer.command("essai")


def test_there_is_no_command_without_an_alternative(demo: Site) -> None:
    request = asked(tenant="atlantis")
    answer = answer_of_decision(request, decide(demo, request, Holdings(), TODAY))

    assert answer.command("essai") == ""


def test_a_status_is_read_back() -> None:
    found = {"metadata": {"name": "minutes-x"}, "spec": {"tenant": "les-sables", "name": "minutes"}}
    pending = answer_of_status(found)
    ready = answer_of_status({**found, "status": {
        "decision": "Granted", "rule": "convention-budget", "namespace": "les-sables-minutes",
        "conditions": [{"type": "Ready", "status": "True"}]}})

    assert (pending.verdict, pending.ready, pending.request) == ("Pending", False, "minutes-x")
    assert (ready.verdict, ready.ready, ready.namespace) == ("Granted", True, "les-sables-minutes")


def test_usage_adds_the_file_and_the_grants(demo: Site) -> None:
    rows = {row.resource: row for row in usage_of(demo, "les-sables", asked().quota)}

    # 16 cores, 4 for the web site in the site file, 4 granted on request.
    cpu = rows["cpu"]
    assert (cpu.convention, cpu.committed, cpu.granted, cpu.left) == ("16", "4", "4", "8")
    assert rows["memory"].left == "40Gi"


def test_without_a_cluster_nothing_is_said_of_grants(demo: Site) -> None:
    rows = usage_of(demo, "agglo", None)

    assert all(row.granted is None for row in rows)
    assert rows[0].committed == "40"  # its own 16 + 8, its child's convention of 16


def test_grants_are_read_from_the_tenants_status() -> None:
    assert granted_of({}) is None
    found = granted_of({"status": {"granted": {"cpu": "4", "memory": "8Gi", "storage": "0", "gpu": "0", "pods": "10",
                                               "services": "4", "volumes": "4"}}})
    assert found is not None and found.cpu_millicores == 4000
