"""The method again, in exact fractions of a watt for one interval of the small site: slow, plain, and without numpy.

Written from METHOD.md, section by section; it knows nothing of the room's code but the site file.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from infra.inventory.site import Site

Shares = dict[tuple[str, str], Fraction]  # (account, zone) -> joules
Amounts = Mapping[str, Mapping[str, tuple[float, float, float, float]]]
NOTHING = Fraction(0)
QUARTER_S = 900


def split(pool: Fraction, weights: Mapping[tuple[str, str], Fraction]) -> tuple[Shares, Fraction]:
    """Return the pool in proportion to weights, and what nobody can bear."""
    total = sum(weights.values(), NOTHING)
    if not total:
        return {}, pool
    return {holder: pool * weight / total for holder, weight in weights.items()}, NOTHING


def added(*tables: Shares) -> Shares:
    """Return the sum of tables."""
    total: Shares = {}
    for table in tables:
        for holder, energy in table.items():
            total[holder] = total.get(holder, NOTHING) + energy
    return total


def node_shares(site: Site, node_id: str, energy: Fraction, used: Amounts) -> Shares:
    """METHOD.md section 4."""
    node, zone, rows = site.nodes[node_id], site.zone_of(node_id), used.get(node_id, {})
    rest_owner = "_platform" if node.role == "control-plane" else "_free"
    boards_idle = Fraction(sum(gpu.count * gpu.idle_w for gpu in node.gpus)) * QUARTER_S
    idle = min(energy, Fraction(node.power.idle_w) * QUARTER_S)
    gpu_idle = min(idle, boards_idle)

    def by_reservation(pool: Fraction, position: int, capacity: int) -> Shares:
        weights = {(account, zone): Fraction(row[position]) for account, row in rows.items()}
        taken = sum(weights.values(), NOTHING)
        rest = max(NOTHING, capacity - taken)
        weights[rest_owner, zone] = weights.get((rest_owner, zone), NOTHING) + (rest if taken or rest else Fraction(1))
        return split(pool, weights)[0]

    boards_w = sum(gpu.count * gpu.nameplate_w for gpu in node.gpus)
    host_idle_w = node.power.idle_w - sum(gpu.count * gpu.idle_w for gpu in node.gpus)
    core_w = Fraction(node.power.nameplate_w - boards_w - host_idle_w) / node.cpu_cores
    gpu_w = (Fraction(sum(gpu.count * (gpu.nameplate_w - gpu.idle_w) for gpu in node.gpus)) / node.gpu_count
             if node.gpu_count else NOTHING)
    weights = {(account, zone): Fraction(row[0]) * core_w + Fraction(row[1]) * gpu_w for account, row in rows.items()}
    dynamic, unused = split(energy - idle, weights)
    return added(by_reservation(idle - gpu_idle, 2, node.cpu_cores), by_reservation(gpu_idle, 3, node.gpu_count),
                 dynamic, by_reservation(unused, 2, node.cpu_cores))


def settled(site: Site, watts: Mapping[str, int], used: Amounts) -> dict[str, Fraction]:
    """Return what each account bears [J] in one interval; `_residual` is what is left of the facility meter."""
    meters = {name: Fraction(value) * QUARTER_S for name, value in watts.items()}
    outlet_of = {"a-n1": "o-a-n1", "b-n1": "o-b-n1", "a-n2": "o-a-n2", "b-n3": "o-b-n3"}
    energy_of = {node_id: sum((meters[outlet_of[outlet]] for outlet in node.outlets), NOTHING)
                 for node_id, node in site.nodes.items()}
    by_node = {node_id: node_shares(site, node_id, energy, used) for node_id, energy in energy_of.items()}
    it = added(*by_node.values())

    def through(outlet: str) -> Shares:
        node_id = next(name for name, node in site.nodes.items() if outlet in node.outlets)
        whole = energy_of[node_id]
        part = meters[outlet_of[outlet]] / whole if whole else NOTHING
        return {holder: energy * part for holder, energy in by_node[node_id].items()}

    def in_zone(zone: str) -> Shares:
        return {holder: energy for holder, energy in it.items() if holder[1] == zone}

    cooling = [split(meters["crah-in"], in_zone("air"))[0], split(meters["cdu-in"], in_zone("oil"))[0],
               split(meters["tank-in"], in_zone("oil"))[0]]  # METHOD.md section 6
    machines = meters["crah-in"] + meters["cdu-in"] + meters["tank-in"]
    base = split(max(NOTHING, meters["plant"] - machines), it)[0]  # section 7
    stages = []  # section 8
    for ups, outlets in (("ups-a", ("a-n1", "a-n2")), ("ups-b", ("b-n1", "b-n3"))):
        carried = added(*(through(outlet) for outlet in outlets))
        loss = split(max(NOTHING, meters[f"{ups}-in"] - meters[f"{ups}-out"]), carried)[0]
        stages.append((carried, loss))
    drawn = meters["ups-a-in"] + meters["ups-b-in"] + meters["plant"]
    transformer = drawn * Fraction(site.power.transformers["tr"].loss.linear)
    passing = added(*cooling, base, *(table for stage in stages for table in stage))
    lines = added(it, *cooling, base, *(loss for _carried, loss in stages), split(transformer, passing)[0])
    accounts: dict[str, Fraction] = {}
    for (account, _zone), energy in lines.items():
        accounts[account] = accounts.get(account, NOTHING) + energy
    accounts["_residual"] = meters["facility"] + meters["genset-out"] - sum(accounts.values(), NOTHING)
    return accounts
