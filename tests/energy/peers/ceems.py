"""What recording rules in the manner of CEEMS say: `irate` of CPU time, a tenth of a node's power split alike, one PUE.

Formulas, for one node and one minute, in our words: of the power P of the node without its boards, 0.9 goes to units
(pods) by their rate of CPU time over the node's own rate, 0.1 by heads among the units that are there. Boards are their
users'. All of it times one PUE, written in the rules.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lab.plant.clock import STEP_S
from tests.energy.peers.seen import Seen, SeenNode

MISC = 0.1


def ceems(seen: Seen, pue: float = 1.0, misc: float = MISC) -> dict[str, float]:
    """Return joules by account of a month."""
    found: dict[str, float] = {str(account): joules for account, joules in seen.boards_j.items() if account}
    for node in seen.nodes.values():
        for account, joules in _of_node(node, misc).items():
            found[account] = found.get(account, 0.0) + joules
    return {account: joules * pue for account, joules in found.items()}


def without_irate(seen: Seen) -> Seen:
    """Return the same month, as if `irate` showed of every pod what it used, and when."""
    nodes = {name: replace(node, units=tuple(replace(unit, irate_cores=unit.cores) for unit in node.units))
             for name, node in seen.nodes.items()}
    return replace(seen, nodes=nodes)


def _of_node(node: SeenNode, misc: float) -> dict[str, float]:
    heads = sum((unit.count for unit in node.units), np.zeros_like(node.host_w))
    found: dict[str, float] = {}
    for unit in node.units:
        # over the node's own counter: what units show too much is not taken from the others
        rate = np.divide(unit.irate_cores, node.busy_cores, out=np.zeros_like(unit.cores), where=node.busy_cores > 0)
        head = np.divide(unit.count, heads, out=np.zeros_like(unit.cores), where=heads > 0)
        power_w = node.host_w * ((1 - misc) * rate + misc * head)
        found[unit.account] = found.get(unit.account, 0.0) + float(power_w.sum()) * STEP_S
    return found
