"""The status of a request: decided, delayed, undecided, and times that only move with their condition."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from infra.inventory.site import Site
from tenancy.controller.status import answered, delayed, is_answered, undecided
from tenancy.ledger import Ledger
from tests.tenancy.conftest import NOW, asked

FOUND: dict[str, Any] = {"metadata": {"name": "x", "generation": 3}}


def conditions(status: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["type"]: (each["status"], each["reason"]) for each in status["conditions"]}


def test_a_granted_request_is_decided_applied_and_ready(demo: Site, ledger: Ledger) -> None:
    status = answered(ledger.decide(demo, asked(), NOW), FOUND, NOW)

    assert conditions(status) == {"Decided": ("True", "Granted"), "Applied": ("True", "Made"),
                                  "Ready": ("True", "Ready")}
    assert (status["decision"], status["namespace"], status["observedGeneration"]) == (
        "Granted", "les-sables-minutes", 3)
    assert (status["decidedAt"], status["decisionNumber"]) == ("2026-06-01T12:00:00.000Z", 1)
    assert is_answered({"status": status})


def test_a_refused_request_says_why_and_what_to_ask(demo: Site, ledger: Ledger) -> None:
    status = answered(ledger.decide(demo, asked(cpu=40), NOW), FOUND, NOW)

    assert conditions(status) == {"Decided": ("True", "Refused"), "Ready": ("False", "Refused")}
    assert status["rule"] == "convention-budget"
    assert status["alternative"]["quota"]["cpu"] == "12"
    assert "namespace" not in status
    assert "left 12 of 16" in status["conditions"][0]["message"]
    assert "reste 12 sur 16" in status["conditions"][0]["message"]
    assert is_answered({"status": status})


def test_a_delay_says_its_cause_and_is_not_the_end(demo: Site, ledger: Ledger) -> None:
    status = delayed(ledger.decide(demo, asked(), NOW), FOUND, "409: being terminated", NOW)

    assert conditions(status)["Applied"] == ("False", "Retrying")
    assert status["conditions"][1]["message"] == "409: being terminated"
    assert not is_answered({"status": status})


def test_what_can_not_be_decided_says_why(demo: Site) -> None:
    status = undecided(FOUND, "the site file can't be used", NOW)

    assert conditions(status) == {"Decided": ("Unknown", "Waiting")}
    assert not is_answered({"status": status})
    assert not is_answered({})


def test_a_time_of_change_moves_only_with_its_condition(demo: Site, ledger: Ledger) -> None:
    entry, later = ledger.decide(demo, asked(), NOW), NOW + timedelta(hours=1)
    first = delayed(entry, FOUND, "cause", NOW)
    second = answered(entry, {**FOUND, "status": first}, later)
    times = {each["type"]: each["lastTransitionTime"] for each in second["conditions"]}

    assert times == {"Decided": "2026-06-01T12:00:00Z", "Applied": "2026-06-01T13:00:00Z",
                     "Ready": "2026-06-01T13:00:00Z"}
