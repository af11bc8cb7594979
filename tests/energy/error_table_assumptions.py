"""What wrong assumptions cost: rows in which the real plant, or a meter, differs from the site file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from energy.allocation.fit import fit_baselines
from energy.allocation.result import Allocation
from energy.allocation.settle import settle
from infra.inventory.site import Site
from lab.plant.model import run
from lab.plant.noise import noise
from lab.plant.replay import readings_of, use_of
from tests.energy.error_table_found import Errors, Truth, errors_of, truth_of

MONTH = "2012-03"


@dataclass(frozen=True)
class Case:
    """What is wrong: the real site differs from the file by factors, or meters count wrong by gains.

    `fitted`: the report fits the power at rest on the month, instead of believing the file.
    """

    title: str
    idle: float = 1.0
    gpu_span: float = 1.0
    transformer: float = 1.0
    gains: Mapping[str, float] = field(default_factory=dict)
    fitted: bool = False


def cases(site: Site) -> list[Case]:
    """Return the rows of the table."""
    outlets = {name: 1 + 0.01 * float(noise(f"class-1/{name}", 1, 1)[0]) / 0.87
               for name, meter in site.meters.items() if meter.at in site.power.outlets}
    ups = {"ups-a-output": 1.01}
    return [
        Case("all as the site file says"),
        Case("all as the site file says; rest fitted on the month", fitted=True),
        Case("nodes at rest draw 10 % more than declared", idle=1.10),
        Case("the same; rest fitted on the month", idle=1.10, fitted=True),
        Case("nodes at rest draw 10 % less than declared", idle=0.90),
        Case("the same; rest fitted on the month, 10 % less", idle=0.90, fitted=True),
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


def settled(site: Site, case: Case) -> tuple[Allocation, Truth]:
    """Return what the report says in a case, and the truth [J] by account and component."""
    month = run(real_site(site, case), MONTH)
    readings, use = readings_of(month, case.gains), use_of(month)
    policy = site.model_copy(update={"energy": site.energy.model_copy(update={"idle_power": "fitted"})})
    baselines = fit_baselines(policy, readings, use) if case.fitted else None
    return settle(site, readings, use, baselines), truth_of(month)


def errors(site: Site, case: Case) -> Errors:
    """Return each account's error [% of its truth], and the residual [% of the facility meter]."""
    return errors_of(*settled(site, case))
