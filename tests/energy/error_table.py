"""The error table of docs/energy/errors.md: how far each line is from the truth when the site file or a meter is wrong.

Run `python -m tests.energy.error_table` from the project's root to write the page anew.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from energy.allocation.settle import settle
from infra.inventory.load import load_site
from infra.inventory.site import Site
from lab.plant.model import PlantMonth, run
from lab.plant.noise import noise
from lab.plant.replay import readings_of, use_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "energy" / "errors.md"
MONTH = "2012-03"
ACCOUNTS = ("region", "agglo", "les-sables", "la-dune", "_platform", "_free")


@dataclass(frozen=True)
class Case:
    """What is wrong: the real site differs from the file by factors, or meters count wrong by gains."""

    title: str
    idle: float = 1.0
    gpu_span: float = 1.0
    transformer: float = 1.0
    gains: Mapping[str, float] = field(default_factory=dict)


def cases(site: Site) -> list[Case]:
    """Return the rows of the table."""
    outlets = {name: 1 + 0.01 * float(noise(f"class-1/{name}", 1, 1)[0]) / 0.87
               for name, meter in site.meters.items() if meter.at in site.power.outlets}
    ups = {"ups-a-output": 1.01}
    return [
        Case("all as the site file says"),
        Case("nodes at rest draw 10 % more than declared", idle=1.10),
        Case("nodes at rest draw 10 % less than declared", idle=0.90),
        Case("a busy GPU draws 30 % less than declared", gpu_span=0.70),
        Case("the transformer loses twice what is declared", transformer=2.0),
        Case("the facility meter reads 1 % low", gains={"facility": 0.99}),
        Case("one UPS output meter reads 1 % high", gains=ups),
        Case("every outlet meter is off by up to 1 %", gains=outlets),
    ]


def real_site(site: Site, case: Case) -> Site:
    """Return the site as it really is in this case; the report is made with the file's."""
    nodes = {}
    for name, node in site.nodes.items():
        gpus = tuple(gpu.model_copy(update={"nameplate_w": gpu.idle_w + (gpu.nameplate_w - gpu.idle_w) * case.gpu_span})
                     for gpu in node.gpus)
        lost_w = sum(before.count * before.nameplate_w for before in node.gpus) - sum(
            after.count * after.nameplate_w for after in gpus)
        added_w = node.power.idle_w * (case.idle - 1)
        power = node.power.model_copy(update={"idle_w": node.power.idle_w + added_w,
                                              "nameplate_w": node.power.nameplate_w + added_w - lost_w})
        nodes[name] = node.model_copy(update={"gpus": gpus, "power": power})
    parts = ("fixed_w", "linear", "quadratic_per_w")
    transformers = {name: transformer.model_copy(update={"loss": transformer.loss.model_copy(update={
        part: getattr(transformer.loss, part) * case.transformer for part in parts})})
        for name, transformer in site.power.transformers.items()}
    return site.model_copy(update={
        "nodes": nodes, "power": site.power.model_copy(update={"transformers": transformers})})


def errors(site: Site, case: Case) -> dict[str, float]:
    """Return each account's error [% of its truth], and the residual [% of the facility meter]."""
    month: PlantMonth = run(real_site(site, case), MONTH)
    allocation = settle(site, readings_of(month, case.gains), use_of(month))
    found: dict[str, int] = {}
    for shares in allocation.shares.values():
        for row, holder in enumerate(shares.holders):
            found[holder.account] = found.get(holder.account, 0) + int(shares.energy_j[row].sum())
    truth: Mapping[str, Mapping[str, float]] = month.truth["accounts"]  # type: ignore[assignment]
    table = {account: 100 * (found[account] / sum(truth[account].values()) - 1) for account in ACCOUNTS}
    return {**table, "_residual": 100 * found["_residual"] / int(allocation.closure.facility_j.sum())}


def page(site: Site) -> str:
    """Return the whole page."""
    rows = [(case.title, errors(site, case)) for case in cases(site)]
    head = ("what is wrong", *ACCOUNTS, "`_residual` / meter")
    cells = [[title, *(f"{value:+.2f} %".replace("-0.00", "+0.00") for value in found.values())]
             for title, found in rows]
    body = [f"| {' | '.join(row)} |" for row in cells]
    return (ROOT / "tests" / "energy" / "error_table_head.md").read_text("utf-8") + "\n".join(
        ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *body]) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(load_site(ROOT / "infra" / "sites" / "demo.yaml")), "utf-8")
    sys.stdout.write(f"{PAGE}\n")


if __name__ == "__main__":
    main()
