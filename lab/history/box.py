"""What the rest of the project asks of the lab's history: prepare a month, serve it, find it, stop it."""

from __future__ import annotations

from collections.abc import Sequence

from lab.history.blocks import History, prepare
from lab.history.server import address, prometheus_down, prometheus_up
from lab.paths import lab_dir
from lab.record import read_json
from lab.state import STATE_FILE

__all__ = ["History", "prepare", "start", "stop", "truth", "url"]


def start(site_id: str, histories: Sequence[History]) -> str:
    """Return the address of a Prometheus that serves these months; a second call finds it running."""
    state = lab_dir(site_id) / STATE_FILE
    port = read_json(state)["ports"].get("prometheus", 0) if state.exists() else 0
    return prometheus_up(lab_dir(site_id), [history.blocks_dir for history in histories], port)


def url(site_id: str) -> str | None:
    """Return the address of the lab's running Prometheus of a site, None when none runs."""
    return address(lab_dir(site_id))


def stop(site_id: str) -> bool:
    """Stop the site's Prometheus; return whether one ran."""
    return prometheus_down(lab_dir(site_id))


def truth(history: History) -> dict[str, object]:
    """Return what each account really caused [J], by component."""
    found: dict[str, object] = read_json(history.truth_file)
    return found
