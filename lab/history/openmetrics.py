"""A month of the plant as OpenMetrics text, series after series."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from energy.readings.names import CPU_RESERVED, CPU_USED, GPU_RESERVED, GPU_USED, METER_ENERGY
from lab.plant.clock import STEP_S, Series
from lab.plant.model import PlantMonth
from lab.plant.workload import Workload

USE_STEP_MINUTES = 5  # the cluster's use is recorded by a rule each five minutes, meters each minute

Progress = Callable[[float], None]
Times = list[str]


def unheard(_done: float) -> None:
    """Hear nothing of the progress."""


def write_month(month: PlantMonth, path: Path, progress: Progress = unheard) -> int:
    """Write every series of `month` to `path`; return the number of samples. `progress` hears the share done."""
    total = len(month.registers) + 4
    samples = 0
    with path.open("w", encoding="ascii", buffering=1 << 20) as file:
        for done, (text, count) in enumerate(_families(month)):
            file.write(text)
            samples += count
            progress(min(1.0, done / total))
        file.write("# EOF\n")
    return samples


def _families(month: PlantMonth) -> Iterator[tuple[str, int]]:
    starts_s = int(month.clock.ends_s[0]) - STEP_S
    meter_times = [str(moment) for moment in (starts_s, *month.clock.ends_s.tolist())]
    for unit, metric in METER_ENERGY.items():
        names = sorted(name for name in month.registers if month.site.meters[name].unit == unit)
        for position, name in enumerate(names):
            meter = month.site.meters[name]
            labels = _labels(site=month.site.id, meter=name, at=meter.at, side=meter.side, quantity=meter.quantity)
            head = _head(metric) if position == 0 else ""
            yield head + _lines(metric + labels, meter_times, month.registers[name], 4), len(meter_times)
    use_times = meter_times[::USE_STEP_MINUTES]
    for metric, values_of in _USE.items():
        rows = [(work, values_of(work)) for work in month.workloads]
        text = "".join(_lines(metric + _use_labels(month, work), use_times, values[::USE_STEP_MINUTES], 3)
                       for work, values in _summed(rows) if values.any())
        yield _head(metric) + text, text.count("\n")


def _counter(busy: Series) -> Series:
    return np.concatenate([[0.0], np.cumsum(busy) * STEP_S])


def _gauge(amount: float, like: Series) -> Series:
    return np.full(len(like) + 1, float(amount))


_USE: Mapping[str, Callable[[Workload], Series]] = {
    CPU_USED: lambda work: _counter(work.busy_cores),
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


def _use_labels(month: PlantMonth, work: Workload) -> str:
    return _labels(site=month.site.id, node=work.node, namespace=work.namespace, tenant=work.account)


def _labels(**labels: str) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "} "


def _head(metric: str) -> str:
    kind = "counter" if metric.endswith("_total") else "gauge"
    return f"# TYPE {metric.removesuffix('_total')} {kind}\n"


def _lines(series: str, times: Times, values: Series, decimals: int) -> str:
    written = np.round(values, decimals).tolist()
    return "".join([f"{series}{value!r} {moment}\n" for value, moment in zip(written, times, strict=True)])
