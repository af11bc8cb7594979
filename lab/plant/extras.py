"""What a plant has beyond machines, feeds and meters: a plain site has none of it, and keeps its figures."""

from __future__ import annotations

from dataclasses import dataclass

from infra.inventory.site import Site

BATCH = "batch"  # namespaces of this name run short pods, one core each, instead of long ones


@dataclass(frozen=True)
class Extras:
    """Which of them the plant plays.

    `boards`: counters and tenancies of GPU boards; `server_fans`: the measured curve in place of the cubic guess;
    `real_requests`: models busy as real requests had it; `short_pods`: namespaces called `batch` run pods of 30 s to
    20 minutes; `nodes_tell`: CPU and fan counters of nodes, flow and temperatures of zones.
    """

    boards: bool = False
    server_fans: bool = False
    real_requests: bool = False
    short_pods: bool = False
    nodes_tell: bool = False


NONE = Extras()
ALL = Extras(boards=True, server_fans=True, real_requests=True, short_pods=True, nodes_tell=True)


def extras_of(site: Site) -> Extras:
    """Return all of them for a site that shares boards or cools by liquid in its racks, none for any other."""
    shared = any(gpu.mode != "exclusive" for node in site.nodes.values() for gpu in node.gpus)
    liquid = any(zone.kind == "direct-liquid" for zone in site.cooling.zones.values())
    return ALL if shared or liquid else NONE
