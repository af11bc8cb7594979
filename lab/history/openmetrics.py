"""A month of the plant as OpenMetrics text, series after series."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lab.history.recorded import Recorded, metrics_of, recorded
from lab.plant.defects import NO_DEFECTS, Defects
from lab.plant.model import PlantMonth

Progress = Callable[[float], None]


def unheard(_done: float) -> None:
    """Hear nothing of the progress."""


def write_month(month: PlantMonth, path: Path, progress: Progress = unheard, defects: Defects = NO_DEFECTS) -> int:
    """Write every series of `month` to `path`; return the number of samples. `progress` hears the share done.

    Of the defects, those that leave a series in order of time: promtool takes no others.
    """
    total = metrics_of(month)
    samples, metric = 0, ""
    with path.open("w", encoding="ascii", buffering=1 << 20) as file:
        for done, series in enumerate(recorded(month, defects)):
            if series.metric != metric:
                metric = series.metric
                file.write(_head(metric))
            file.write(_lines(series))
            samples += len(series.samples.values)
            progress(min(1.0, done / total))
        file.write("# EOF\n")
    return samples


def _head(metric: str) -> str:
    kind = "counter" if metric.endswith("_total") else "gauge"
    return f"# TYPE {metric.removesuffix('_total')} {kind}\n"


def _lines(series: Recorded) -> str:
    labels = ",".join(f'{name}="{value}"' for name, value in series.labels.items())
    head = f"{series.metric}{{{labels}}} "
    moments = (series.samples.times_ms // 1000).tolist()
    return "".join([f"{head}{value!r} {moment}\n"
                    for value, moment in zip(series.samples.values.tolist(), moments, strict=True)])
