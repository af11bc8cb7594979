"""The series of boards, nodes and zones, read into joules and seconds; a site that records none has none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from energy.errors import MissingDataError
from energy.interval import Period
from energy.readings.allow import Allow
from energy.readings.coolants import fluid_of, heat_j
from energy.readings.counter import used_between
from energy.readings.finding import Finding, FindingKind
from energy.readings.gpu import Board, Slice, claims_of, one_counter, slices_of_profile
from energy.readings.source import Series, Source, Values
from energy.readings.telemetry import Telemetry
from energy.readings.use import account_of
from energy.units import Joules
from infra.inventory.errors import N_
from infra.inventory.site import Site

BOARD_ENERGY = "estran_gpu_board_energy_joules_total"
SLICE_HELD = "estran_gpu_slice_held"
SLICE_ACTIVE = "estran_gpu_slice_active_seconds_total"
NODE_CPU = "estran_node_cpu_core_seconds_total"
NODE_FANS = "estran_node_fan_energy_joules_total"
ZONE_FLOW = "estran_zone_flow_litres_per_second"
ZONE_SUPPLY = "estran_zone_supply_celsius"
ZONE_RETURN = "estran_zone_return_celsius"


def read_telemetry(source: Source, site: Site, period: Period, allow: Allow) -> Telemetry:
    """Return what boards, nodes and zones recorded in `period`; nothing where they record nothing.

    Raises MissingDataError: a series of an unknown node or board, a board with a hole, two counters of one board that
    differ, two tenants on one slice; and what the source raises.
    """
    reader = _Reader(source, site, period, allow)
    boards, findings = reader.boards()
    return Telemetry(period, boards, reader.of_nodes(NODE_CPU), reader.fans(), reader.zone_heat(), findings)


class _Reader:
    def __init__(self, source: Source, site: Site, period: Period, allow: Allow) -> None:
        self.source, self.site, self.period, self.allow = source, site, period, allow

    def boards(self) -> tuple[dict[str, dict[str, Board]], tuple[Finding, ...]]:
        rows: dict[tuple[str, str], list[Series]] = defaultdict(list)
        for series in self._latest(BOARD_ENERGY):
            node = self._node(BOARD_ENERGY, series)
            index = series.labels.get("gpu", "")
            if index not in self.site.nodes[node].boards():
                raise MissingDataError(
                    N_("{metric} speaks of board '{board}' of node '{node}', which the site file does not know"),
                    where=self.source.where, metric=BOARD_ENERGY, board=index, node=node,
                    remedy=N_("number the boards from 0 in the order of `gpus`, or add the board to the site file"))
            rows[node, index].append(series)
        slices = self._slices()
        found: dict[str, dict[str, Board]] = {}
        noticed: list[Finding] = []
        for (node, index), series_of_board in sorted(rows.items()):
            where = f"{node}/{index}"
            counter, findings = one_counter(series_of_board, where)
            energy_j, resets = self._counted(counter, where)
            claims = claims_of(self.site.nodes[node].boards()[index], slices.get((node, index), ()), where)
            found.setdefault(node, {})[index] = Board(energy_j, claims)
            noticed += [*findings, *resets]
        return found, tuple(noticed)

    def of_nodes(self, metric: str) -> dict[str, Values]:
        """Return what a counter of each node gained per interval."""
        found: dict[str, Values] = {}
        for series in self._latest(metric):
            node = self._node(metric, series)
            gained = used_between(series.values)
            found[node] = found[node] + gained if node in found else gained
        return found

    def fans(self) -> dict[str, Joules]:
        return {node: np.rint(gained).astype(np.int64) for node, gained in self.of_nodes(NODE_FANS).items()}

    def zone_heat(self) -> dict[str, Joules]:
        """Return the heat of zones that record flow and both temperatures in every interval, and of no other."""
        by_metric = {metric: {series.labels.get("zone", ""): series.values[1:] for series in
                              self.source.means(metric, {"site": self.site.id}, self.period, self.allow)}
                     for metric in (ZONE_FLOW, ZONE_SUPPLY, ZONE_RETURN)}
        found: dict[str, Joules] = {}
        for name, zone in self.site.cooling.zones.items():
            means = [table[name] for table in by_metric.values() if name in table]
            if len(means) == len(by_metric) and all(np.isfinite(values).all() for values in means):
                found[name] = heat_j(fluid_of(zone), *means)
        return found

    def _slices(self) -> dict[tuple[str, str], Sequence[Slice]]:
        active = {_key(series): used_between(series.values) for series in self._latest(SLICE_ACTIVE)}
        found: dict[tuple[str, str], list[Slice]] = defaultdict(list)
        for series in self.source.means(SLICE_HELD, {"site": self.site.id}, self.period, self.allow):
            node, labels = self._node(SLICE_HELD, series), series.labels
            profile = labels.get("profile", "")
            found[node, labels.get("gpu", "")].append(Slice(
                account_of(self.site, labels, self.source.where), labels.get("instance", ""),
                slices_of_profile(profile) if profile else 1, np.nan_to_num(series.values[1:], nan=0.0),
                active.get(_key(series), np.zeros(self.period.count))))
        return dict(found)

    def _counted(self, counter: Values, where: str) -> tuple[Joules, Iterable[Finding]]:
        missing = ~np.isfinite(counter)
        if missing.any():
            first = max(0, int(np.argmax(missing)) - 1)
            raise MissingDataError(
                N_("board {board} has no reading at {count} of {edges} edges, the first in the interval from {first}"),
                where=self.source.where, board=where, count=int(missing.sum()), edges=len(counter),
                first=self.period.start_of(first).isoformat(),
                remedy=N_("bring its readings back, or record no board of this node: its outlets then say it all"))
        register_j = np.rint(counter).astype(np.int64)
        steps_j = np.diff(register_j)
        fell = steps_j < 0
        resets = [Finding(FindingKind.RESET, where, N_("the counter of the board fell {count} times: it counts from "
                                                       "zero after each"), int(fell.sum()),
                          figures={"count": int(fell.sum())})] if fell.any() else []
        return np.where(fell, register_j[1:], steps_j), resets

    def _latest(self, metric: str) -> list[Series]:
        return self.source.latest(metric, {"site": self.site.id}, self.period, self.allow)

    def _node(self, metric: str, series: Series) -> str:
        node = series.labels.get("node", "")
        if node not in self.site.nodes:
            raise MissingDataError(
                N_("{metric} speaks of node '{node}', which the site file does not know"), where=self.source.where,
                metric=metric, node=node, remedy=N_("add the node to the site file, or mend the label"))
        return node


def _key(series: Series) -> tuple[str, ...]:
    return tuple(series.labels.get(name, "") for name in ("node", "gpu", "instance", "namespace", "pod"))
