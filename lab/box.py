"""The lab as a whole: up, down, what runs."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from infra.inventory.errors import N_
from infra.inventory.site import Site
from lab import processes
from lab.api import Api
from lab.components import CONTROL_PLANE, CONTROLLER, Components
from lab.identities import prepare_keys, write_kubeconfigs
from lab.lock import locked
from lab.paths import lab_dir, labs_dir
from lab.ports import LOOPBACK, choose_ports
from lab.processes import Process
from lab.record import read_json
from lab.registration import register
from lab.state import STATE_FILE, LabState, prepare_pulumi

Tell = Callable[[str], None]
READY_TIMEOUT_S = 120.0


def _nobody(_step: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Options:
    """How to bring a lab up: fixed ports by name, who is told each step, the site's file (for the controller)."""

    ports: Mapping[str, int] = field(default_factory=dict)
    tell: Tell = _nobody
    site_file: Path | None = None


def up(site: Site, options: Options | None = None) -> tuple[LabState, list[str]]:
    """Bring the site's lab up and return its state and the names of the processes that this call started.

    A second call changes nothing; a dead component is started again. Whatever ends the call early, Ctrl-C included,
    the processes it started are stopped, and the next call goes on. Raises UnreachableError when a component dies or is
    late, ConflictError on a fixed port or a lab in use, toolchain's MissingToolError without engines.
    """
    options = options or Options()
    with locked(_lock_file(site.id)):
        started: list[str] = []
        state = _prepared(site, options)
        try:
            state = _started(site, state, options, started)
        except BaseException:
            processes.stop(state.folder, started)
            raise
    return state, started


def pending(site: Site) -> list[str]:
    """Return the names of the processes that `up` would start now."""
    alive = processes.running(lab_dir(site.id))
    return [name for name in CONTROL_PLANE if name not in alive]


def down(site_id: str, *, purge: bool = False) -> list[str]:
    """Stop every process of a site's lab and return their names; with `purge`, remove its state too."""
    folder = lab_dir(site_id)
    with locked(_lock_file(site_id)):
        stopped = processes.stop(folder)
        if purge:
            shutil.rmtree(folder, ignore_errors=True)
    return stopped


def start_controller(site: Site, site_file: Path) -> list[str]:
    """Start the tenancy controller unless it runs; return the names started.

    It is ready only once the platform layer has brought its resource definitions, so its readiness is not waited for.
    """
    state = LabState.load(site.id)
    process = Components(site, state.layout, state.ports).controller(site_file)
    with locked(_lock_file(site.id)):
        return processes.start([replace(process, ready=_at_once)], state.folder)


def stop_controller(site_id: str) -> list[str]:
    """Stop the tenancy controller; return the names stopped."""
    with locked(_lock_file(site_id)):
        return processes.stop(lab_dir(site_id), [CONTROLLER])


def controller_runs(site_id: str) -> bool:
    """Tell whether the process of the tenancy controller is alive."""
    return CONTROLLER in processes.running(lab_dir(site_id))


def controller_ready(site: Site, site_file: Path) -> bool:
    """Tell whether the tenancy controller answers."""
    state = LabState.load(site.id)
    return Components(site, state.layout, state.ports).controller(site_file).ready()


def _at_once() -> bool:
    return True


def _lock_file(site_id: str) -> Path:
    return labs_dir() / f"{site_id}.lock"


def _prepared(site: Site, options: Options) -> LabState:
    """Make the folder, choose ports, make keys: everything before the first process."""
    options.tell(N_("ports"))
    folder = lab_dir(site.id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / STATE_FILE
    before = read_json(path) if path.exists() else {}
    alive = set(processes.running(folder))
    ours = alive | ({"etcd-peer"} if "etcd" in alive else set())
    ports = choose_ports(folder, before.get("ports", {}), ours, options.ports)
    state = LabState(site.id, folder, ports, before.get("cluster_uid", ""))
    options.tell(N_("keys and certificates"))
    prepare_keys(site, state.layout.keys)
    write_kubeconfigs(site, state.layout.keys, state.layout.kubeconfigs, ports["kube-apiserver"])
    prepare_pulumi(state)
    state.save()
    return state


def _started(site: Site, state: LabState, options: Options, started: list[str]) -> LabState:
    components = Components(site, state.layout, state.ports)
    etcd, api_server, *workers = components.control_plane()

    def start(step: str, several: Sequence[Process]) -> None:
        options.tell(step)
        started.extend(processes.start(several, state.folder, READY_TIMEOUT_S))

    # An API server that meets an etcd which listens but does not yet serve gives up after 20 s: it waits its turn.
    start(N_("etcd and the API server"), [etcd])
    started.extend(processes.start([api_server], state.folder, READY_TIMEOUT_S))
    with contextlib.closing(_api(state)) as api:
        options.tell(N_("nodes"))
        register(api, site)
        start(N_("controllers, scheduler and nodes' life"), workers)
        options.tell(N_("tenancy controller"))
        if options.site_file is not None:
            controller = replace(components.controller(options.site_file), ready=_at_once)
            started.extend(processes.start([controller], state.folder))
        uid = str(api.get("/api/v1/namespaces/kube-system")["metadata"]["uid"])
    state = replace(state, cluster_uid=uid)
    state.save()
    return state


def _api(state: LabState) -> Api:
    keys = state.layout.keys
    return Api(f"https://{LOOPBACK}:{state.ports['kube-apiserver']}", keys.pair("ca"), keys.pair("admin"))
