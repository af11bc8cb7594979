"""A real Prometheus over readings written by hand: registers of the small site, minute by minute, hurt at will."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from energy.interval import SETTLEMENT_S, Period
from energy.readings.names import CPU_RESERVED, CPU_USED, METER_ENERGY
from lab.history.blocks import create_blocks
from lab.history.server import prometheus_up

Sample = tuple[int, float]
Registers = dict[str, list[Sample]]
Serve = Callable[[str], str]
SCRAPE_S = 60


def registers(period: Period, watts: Mapping[str, float], start_wh: float = 1000.0) -> Registers:
    """Return what constant watts leave in registers [Wh], a sample a minute from the first edge to the last."""
    first, last = int(period.edges_s[0]), int(period.edges_s[-1])
    return {name: [(moment, round(start_wh + power_w * (moment - first) / 3600, 6))
                   for moment in range(first, last + 1, SCRAPE_S)] for name, power_w in watts.items()}


def meters_text(values: Mapping[str, Iterable[Sample]], site: str = "small", extra: str = "") -> str:
    """Return the registers as OpenMetrics; `extra` is more labels on every series."""
    metric = METER_ENERGY["Wh"]
    lines = [f"# TYPE {metric.removesuffix('_total')} counter"]
    for name, samples in values.items():
        labels = f'site="{site}",meter="{name}"{extra}'
        lines += [f"{metric}{{{labels}}} {value} {moment}" for moment, value in samples]
    return "\n".join(lines) + "\n"


def use_text(period: Period, rows: Iterable[tuple[str, str, str, float, float]], site: str = "small") -> str:
    """Return (node, namespace, tenant, busy cores, reserved cores) as OpenMetrics, a sample each five minutes."""
    first, last = int(period.edges_s[0]), int(period.edges_s[-1])
    moments = range(first, last + 1, 300)
    labels = [(f'site="{site}",node="{node}",namespace="{namespace}",tenant="{tenant}"', busy, reserved)
              for node, namespace, tenant, busy, reserved in rows]
    used = [f"{CPU_USED}{{{label}}} {busy * (moment - first)} {moment}"
            for label, busy, _reserved in labels for moment in moments]
    held = [f"{CPU_RESERVED}{{{label}}} {reserved} {moment}"
            for label, _busy, reserved in labels for moment in moments]
    return "\n".join([f"# TYPE {CPU_USED.removesuffix('_total')} counter", *used,
                      f"# TYPE {CPU_RESERVED} gauge", *held]) + "\n"


def serve(text: str, folder: Path) -> str:
    """Return the address of a Prometheus that serves `text`; the caller stops it (`prometheus_down(folder)`)."""
    blocks = folder / "blocks"
    if text:
        source = folder / "readings.om"
        source.write_text(text + "# EOF\n", "ascii")
        create_blocks(source, blocks)
    else:
        blocks.mkdir()
    return prometheus_up(folder, [blocks])


def interval_j(watts: float) -> int:
    """Return the joules of constant watts over one interval."""
    return round(watts * SETTLEMENT_S)
