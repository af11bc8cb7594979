"""What a requester is told, whether the decision was read from the cluster or taken here as a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenancy.decisions import Decision
from tenancy.manifests.crd_request import DEFAULT_COUNTS
from tenancy.request import NamespaceRequest

UNSAID = {"storage": 0, "gpu": 0, **DEFAULT_COUNTS}


@dataclass(frozen=True)
class Answer:
    """A decision ready to be shown; `reasons` hold `rule`, `en`, `fr`, `figures`, `alternative` what could be asked."""

    verdict: str
    rule: str
    tenant: str
    name: str
    namespace: str
    reasons: Sequence[Mapping[str, Any]]
    alternative: Mapping[str, Any] | None
    request: str = ""
    ready: bool = False

    @property
    def refused(self) -> bool:
        return self.verdict == "Refused"

    def texts(self, language: str) -> list[str]:
        """Return the reasons in `fr` or `en`."""
        return [str(reason[language]) for reason in self.reasons]

    def offered(self) -> dict[str, str]:
        """Return the figures of the alternative that have to be written: those that are not what one gets unsaid."""
        quota = self.alternative["quota"] if self.alternative else {}
        return {key: value for key, value in quota.items() if value != str(UNSAID.get(key))}

    def command(self, purpose: str) -> str:
        """Return the command that asks for the alternative; empty when there is none."""
        if not self.alternative:
            return ""
        quote = purpose.replace('"', "'")
        words = ["estran namespace request", f"--tenant {self.tenant}", f"--name {self.alternative['name']}",
                 *(f"--{key} {value}" for key, value in self.offered().items()),
                 *(f"--grant {grant}" for grant in self.alternative.get("grants", ())), f'--why "{quote}"']
        return " ".join(words)


def answer_of_decision(request: NamespaceRequest, decision: Decision) -> Answer:
    """Return the answer of a decision taken here."""
    offered = decision.alternative
    alternative = {"name": offered.name, "quota": offered.quota.written(), "grants": list(offered.grants)} \
        if offered else None
    return Answer(decision.verdict, decision.rule, request.tenant, request.name, request.namespace,
                  [each.described() for each in decision.reasons], alternative)


def answer_of_status(found: Mapping[str, Any]) -> Answer:
    """Return the answer that a NamespaceRequest on the cluster holds; the verdict is `Pending` before there is one."""
    spec, status, metadata = found["spec"], found.get("status", {}), found["metadata"]
    ready = any(each["type"] == "Ready" and each["status"] == "True" for each in status.get("conditions", ()))
    return Answer(
        status.get("decision", "Pending"), status.get("rule", ""), spec["tenant"], spec["name"],
        status.get("namespace", ""), status.get("reasons", ()), status.get("alternative"), metadata["name"], ready)
