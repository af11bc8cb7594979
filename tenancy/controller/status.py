"""What a request is answered: pure functions from the book's entry to the status of the custom resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tenancy.audit import Entry
from tenancy.manifests.kinds import Manifest

DECIDED, APPLIED, READY = "Decided", "Applied", "Ready"


def answered(entry: Entry, found: Mapping[str, Any], now: datetime) -> Manifest:
    """Return the status of a request that was decided and, when granted, whose namespace is made and can be used."""
    granted = entry.fact["verdict"] == "Granted"
    wanted = [(DECIDED, "True", entry.fact["verdict"], _text(entry))]
    if granted:
        wanted += [(APPLIED, "True", "Made",
                    "the namespace and its limits are there / l'espace et ses limites sont en place"),
                   (READY, "True", "Ready", "the namespace can be used / l'espace peut être utilisé")]
    else:
        wanted += [(READY, "False", "Refused", "nothing was made / rien n'a été créé")]
    return _status(entry, found, wanted, now)


def delayed(entry: Entry, found: Mapping[str, Any], cause: str, now: datetime) -> Manifest:
    """Return the status of a request that was granted while its namespace can't be made for now."""
    return _status(entry, found, [
        (DECIDED, "True", entry.fact["verdict"], _text(entry)), (APPLIED, "False", "Retrying", cause[:1000]),
        (READY, "False", "Retrying", "the controller tries again / le contrôleur réessaie")], now)


def undecided(found: Mapping[str, Any], cause: str, now: datetime) -> Manifest:
    """Return the status of a request on which nothing can be decided for now, and why."""
    return {"conditions": _conditions(found, [(DECIDED, "Unknown", "Waiting", cause[:1000])], now)}


def is_answered(found: Mapping[str, Any]) -> bool:
    """Tell whether the status already says the end of the story: refused, or granted and ready."""
    status = found.get("status", {})
    conditions = {each["type"]: each["status"] for each in status.get("conditions", [])}
    if status.get("decision") == "Refused":
        return DECIDED in conditions
    return status.get("decision") == "Granted" and conditions.get(READY) == "True"


def _text(entry: Entry) -> str:
    return " / ".join(f"{each['en']} / {each['fr']}" for each in entry.fact.get("reasons", ()))[:30_000] or "-"


def _status(
    entry: Entry, found: Mapping[str, Any], wanted: Sequence[tuple[str, str, str, str]], now: datetime
) -> Manifest:
    fact = entry.fact
    status: Manifest = {
        "observedGeneration": found["metadata"].get("generation", 1), "decision": fact["verdict"],
        "rule": fact.get("rule", ""), "reasons": list(fact.get("reasons", ())), "decidedAt": entry.at,
        "decisionNumber": entry.number, "conditions": _conditions(found, wanted, now),
    }
    if fact["verdict"] == "Granted":
        status["namespace"] = fact["namespace"]
    elif fact.get("alternative"):
        status["alternative"] = fact["alternative"]
    return status


def _conditions(
    found: Mapping[str, Any], wanted: Sequence[tuple[str, str, str, str]], now: datetime
) -> list[Manifest]:
    """The wanted conditions; the time of the last change is kept where the status does not change."""
    before = {each["type"]: each for each in found.get("status", {}).get("conditions", [])}
    moment = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        {"type": kind, "status": status, "reason": reason, "message": message,
         "observedGeneration": found["metadata"].get("generation", 1),
         "lastTransitionTime": before[kind]["lastTransitionTime"]
         if before.get(kind, {}).get("status") == status else moment}
        for kind, status, reason, message in wanted
    ]
