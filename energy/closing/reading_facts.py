"""What a page says of the readings that it was made from; kept with the close in plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from energy.closing.inputs import MonthInputs
from energy.readings.coverage import Coverage
from energy.readings.finding import Finding, FindingKind
from energy.readings.flags import Flag


@dataclass(frozen=True)
class ReadingFacts:
    """`bridged` counts intervals by meter; `allowed` names what a person let pass."""

    meters: int
    source: str
    allowed: tuple[str, ...]
    coverage: Coverage
    bridged: Mapping[str, int]
    findings: tuple[Finding, ...]

    def __add__(self, other: ReadingFacts) -> ReadingFacts:
        """Return the facts of two periods together."""
        return ReadingFacts(
            max(self.meters, other.meters),
            self.source if self.source == other.source else f"{self.source}, {other.source}",
            tuple(sorted({*self.allowed, *other.allowed})),
            Coverage(dict(Counter(self.coverage.cells) + Counter(other.coverage.cells)) | _absent(self, other, "cells"),
                     dict(Counter(self.coverage.energy_j) + Counter(other.coverage.energy_j))
                     | _absent(self, other, "energy_j")),
            dict(Counter(self.bridged) + Counter(other.bridged)), (*self.findings, *other.findings))


def facts_of(inputs: MonthInputs) -> ReadingFacts:
    """Return the facts of a month's inputs."""
    readings = inputs.readings
    return ReadingFacts(len(readings.energy_j), inputs.source, tuple(sorted(inputs.allowed)), readings.coverage(),
                        {name: count for name, count in sorted(readings.bridged.items()) if count}, inputs.findings)


def as_document(facts: ReadingFacts) -> dict[str, Any]:
    """Return the facts as plain data."""
    return {
        "meters": facts.meters, "source": facts.source, "allowed": list(facts.allowed),
        "coverage_cells": {flag.word: facts.coverage.cells[flag] for flag in Flag},
        "coverage_energy_j": {flag.word: facts.coverage.energy_j[flag] for flag in Flag},
        "bridged": dict(facts.bridged), "findings": [_finding(finding) for finding in facts.findings]}


def from_document(document: Mapping[str, Any]) -> ReadingFacts:
    """Return the facts that `as_document` wrote."""
    by_word = {flag.word: flag for flag in Flag}
    cells, energy_j = ({by_word[word]: count for word, count in document[key].items()}
                       for key in ("coverage_cells", "coverage_energy_j"))
    return ReadingFacts(document["meters"], document["source"], tuple(document["allowed"]), Coverage(cells, energy_j),
                        document["bridged"], tuple(_finding_from(each) for each in document["findings"]))


def _finding(finding: Finding) -> dict[str, Any]:
    return {"kind": str(finding.kind), "where": finding.where, "what": finding.what, "count": finding.count,
            "first": finding.first.isoformat() if finding.first else None,
            "last": finding.last.isoformat() if finding.last else None,
            "figures": {key: value if isinstance(value, int | float) else str(value)
                        for key, value in finding.figures.items()}}


def _finding_from(document: Mapping[str, Any]) -> Finding:
    finding = Finding(**{**document, "kind": FindingKind(document["kind"])})
    first, last = (datetime.fromisoformat(moment) if moment else None
                   for moment in (document["first"], document["last"]))
    return replace(finding, first=first, last=last)


def _absent(one: ReadingFacts, other: ReadingFacts, name: str) -> dict[Flag, int]:
    """Return the flags that bear nothing: a Counter's sum drops them."""
    found = (getattr(one.coverage, name), getattr(other.coverage, name))
    return {flag: 0 for flag in Flag if not any(counts[flag] for counts in found)}
