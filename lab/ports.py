"""Ports of the lab: all on loopback, stable from run to run, never taken from somebody else."""

from __future__ import annotations

import contextlib
import hashlib
import operator
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from infra.inventory.errors import N_
from lab.errors import ConflictError

LOOPBACK = "127.0.0.1"
PORTS = ("etcd", "etcd-peer", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "controller",
         "prometheus")
# Below the range from which Linux picks ports of outgoing connections (32768 and up): none is lent away meanwhile.
_FIRST, _LAST = 20_000, 32_000
_LEAVING_S = 1.0


def choose_ports(
    folder: Path, remembered: Mapping[str, int], ours: Iterable[str] = (), fixed: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Return a port per name of `PORTS`: the fixed one, else the remembered one while free, else a new one.

    `ours` names those whose port our own running process holds. Raises ConflictError when a fixed port is taken.
    """
    fixed = fixed or {}
    ours = set(ours)
    chosen: dict[str, int] = {}
    for name, port in fixed.items():
        held_by_us = name in ours and remembered.get(name) == port
        if not held_by_us and not is_free(port):
            raise _taken(name, port)
        chosen[name] = port
    fresh = _fresh_ports(folder)
    for name in PORTS:
        if name not in chosen:
            known = remembered.get(name)
            usable = known is not None and known not in chosen.values() and (name in ours or _soon_free(known))
            chosen[name] = known if usable and known is not None else next(
                port for port in fresh if port not in chosen.values() and port not in remembered.values())
    return chosen


def _fresh_ports(folder: Path) -> Iterable[int]:
    """Yield free ports from a place that depends on the lab's folder, so that two labs rarely meet."""
    start = int.from_bytes(hashlib.sha256(str(folder).encode()).digest()[:4], "big")
    for step in range(_LAST - _FIRST):
        port = _FIRST + (start + step) % (_LAST - _FIRST)
        if is_free(port):
            yield port


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the port on loopback now."""
    with socket.socket() as candidate:
        # As servers do: without it, a port just left by our own server would look taken for a minute.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _soon_free(port: int) -> bool:
    """Tell whether the port is free, or gets free at once: the last thread of a killed server may outlive its death."""
    retrying = Retrying(stop=stop_after_delay(_LEAVING_S), wait=wait_fixed(0.05), retry=retry_if_result(operator.not_),
                        retry_error_callback=lambda _state: False)
    return bool(retrying(is_free, port))


def holder_of(port: int) -> str:
    """Return the name and pid of the process that listens on the port; "?" when the system does not tell."""
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            address = connection.laddr
            if connection.status == psutil.CONN_LISTEN and connection.pid and address and address.port == port:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return "?"


def _taken(name: str, port: int) -> ConflictError:
    return ConflictError(
        N_("Port {port}, asked for {component}, is taken by {holder}."), where=f"{LOOPBACK}:{port}", port=port,
        component=name, holder=holder_of(port),
        remedy=N_("Stop that process, or leave the port option out: the lab then chooses a free one."),
    )
