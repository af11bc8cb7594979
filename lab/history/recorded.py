"""A month of the plant as series: what each metric shows, sample by sample, whoever keeps them afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from energy.readings.names import CPU_RESERVED, CPU_USED, GPU_RESERVED, GPU_USED, METER_ENERGY
from energy.readings.read_telemetry import (
    BOARD_ENERGY,
    NODE_CPU,
    NODE_FANS,
    SLICE_ACTIVE,
    SLICE_HELD,
    ZONE_FLOW,
    ZONE_RETURN,
    ZONE_SUPPLY,
)
from lab.plant.clock import STEP_S, Series
from lab.plant.defects import NO_DEFECTS, Defects, Samples
from lab.plant.model import PlantMonth
from lab.plant.workload import Workload

USE_STEP_MINUTES = 5  # the cluster's use is recorded by a rule each five minutes, meters each minute
METER_DECIMALS, USE_DECIMALS = 4, 3


@dataclass(frozen=True)
class Recorded:
    """One series. `samples` hold values as they are written down."""

    metric: str
    labels: Mapping[str, str]
    samples: Samples


def recorded(month: PlantMonth, defects: Defects = NO_DEFECTS) -> Iterator[Recorded]:
    """Yield every series of a month, metric after metric: meters as their defects show them, then use, then what
    boards, nodes and zones told of themselves.
    """
    yield from _meters(month, defects)
    yield from _use(month)
    yield from _boards(month)
    yield from _nodes_and_zones(month)


def metrics_of(month: PlantMonth) -> int:
    """Return about how many steps `recorded` takes, for a progress bar: one per meter, one per metric of use."""
    return len(month.registers) + len(_USE)


def _meters(month: PlantMonth, defects: Defects) -> Iterator[Recorded]:
    times_ms = _times_ms(month)
    for unit, metric in METER_ENERGY.items():
        for name in sorted(name for name in month.registers if month.site.meters[name].unit == unit):
            meter = month.site.meters[name]
            samples = Samples(times_ms, np.round(month.registers[name], METER_DECIMALS))
            yield Recorded(metric, _labels(month, meter=name, at=meter.at, side=meter.side, quantity=meter.quantity),
                           defects.shown(name, samples))


def _use(month: PlantMonth) -> Iterator[Recorded]:
    for metric, values_of in _USE.items():
        rows = [(work, values_of(work)) for work in month.workloads]
        for work, values in _summed(rows):
            if values.any():
                yield _slow(month, metric, values, node=work.node, namespace=work.namespace, tenant=work.account)


def _boards(month: PlantMonth) -> Iterator[Recorded]:
    for (node, index), power_w in month.own_words.board_w.items():
        yield _slow(month, BOARD_ENERGY, np.rint(_counter(power_w)), node=node, gpu=index)
    held = [({"node": one.node, "gpu": one.board, "instance": one.instance, "profile": one.profile,
              "namespace": one.namespace, "tenant": one.account, "pod": f"{one.namespace}-{position}"}, one)
            for position, one in enumerate(month.own_words.tenancies)]
    for labels, one in held:
        yield _slow(month, SLICE_HELD, _gauge(1.0, one.active), **labels)
    for labels, one in held:
        yield _slow(month, SLICE_ACTIVE, _counter(one.active), **labels)


def _nodes_and_zones(month: PlantMonth) -> Iterator[Recorded]:
    words = month.own_words
    for node, cores in words.busy_cores.items():
        yield _slow(month, NODE_CPU, _counter(cores), node=node)
    for node, power_w in words.fans_w.items():
        yield _slow(month, NODE_FANS, _counter(power_w), node=node)
    for metric, position in ((ZONE_FLOW, 0), (ZONE_SUPPLY, 1), (ZONE_RETURN, 2)):
        for zone, loop in words.loops.items():
            values = (loop.flow_l_per_s, loop.supply_c, loop.return_c)[position]
            # a gauge at the end of each step shows the step's mean, as a sensor with a filter does
            steps = values.reshape(-1, USE_STEP_MINUTES).mean(axis=1)
            samples = Samples(_times_ms(month)[USE_STEP_MINUTES::USE_STEP_MINUTES], np.round(steps, 6))
            yield Recorded(metric, _labels(month, zone=zone), samples)


def _slow(month: PlantMonth, metric: str, values: Series, **labels: str) -> Recorded:
    samples = Samples(_times_ms(month)[::USE_STEP_MINUTES], np.round(values[::USE_STEP_MINUTES], USE_DECIMALS))
    return Recorded(metric, _labels(month, **labels), samples)


def _times_ms(month: PlantMonth) -> np.ndarray:
    ends_s = month.clock.ends_s
    return np.concatenate([[ends_s[0] - STEP_S], ends_s]) * 1000


def _counter(busy: Series) -> Series:
    return np.concatenate([[0.0], np.cumsum(busy) * STEP_S])


def _gauge(amount: float, like: Series) -> Series:
    return np.full(len(like) + 1, float(amount))


_USE: Mapping[str, Callable[[Workload], Series]] = {
    CPU_USED: lambda work: _counter(work.shown_cores),
    CPU_RESERVED: lambda work: _gauge(work.reserved_cores, work.busy_cores),
    GPU_USED: lambda work: _counter(work.busy_gpus),
    GPU_RESERVED: lambda work: _gauge(work.reserved_gpus, work.busy_cores),
}


def _summed(rows: list[tuple[Workload, Series]]) -> Iterator[tuple[Workload, Series]]:
    """Yield one row per node and namespace: two models in the namespace `models` are one series, as in a cluster."""
    together: dict[tuple[str, str], tuple[Workload, Series]] = {}
    for work, values in rows:
        key = (work.node, work.namespace)
        together[key] = (work, together[key][1] + values) if key in together else (work, values)
    yield from (together[key] for key in sorted(together))


def _labels(month: PlantMonth, **labels: str) -> dict[str, str]:
    return {"site": month.site.id, **{name: value for name, value in labels.items() if value}}
