"""Ports: on loopback, remembered, never taken from somebody else."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import ConflictError
from lab.ports import LOOPBACK, PORTS, choose_ports, holder_of, is_free


def _busy() -> socket.socket:
    return socket.create_server((LOOPBACK, 0))


@given(name=st.text("abcdef", min_size=1, max_size=8))
def test_ports_are_distinct_free_and_below_the_ephemeral_range(name: str) -> None:
    chosen = choose_ports(Path(name), {})
    assert list(chosen) == list(PORTS)
    assert len(set(chosen.values())) == len(PORTS)
    assert all(20_000 <= port < 32_000 and is_free(port) for port in chosen.values())


def test_remembered_while_free(tmp_path: Path) -> None:
    first = choose_ports(tmp_path, {})
    assert choose_ports(tmp_path, first) == first


def test_another_is_chosen_when_taken(tmp_path: Path) -> None:
    first = choose_ports(tmp_path, {})
    with socket.create_server((LOOPBACK, first["etcd"])):
        second = choose_ports(tmp_path, first)
    assert second["etcd"] != first["etcd"]
    assert second["etcd"] not in first.values(), "the others keep theirs"
    assert {name: port for name, port in second.items() if name != "etcd"} == {
        name: port for name, port in first.items() if name != "etcd"}


def test_port_held_by_our_own_process_is_kept(tmp_path: Path) -> None:
    first = choose_ports(tmp_path, {})
    with socket.create_server((LOOPBACK, first["etcd"])):
        assert choose_ports(tmp_path, first, ours=["etcd"]) == first


def test_fixed_port_is_obeyed(tmp_path: Path) -> None:
    with _busy() as server:
        port = server.getsockname()[1]
    assert choose_ports(tmp_path, {}, fixed={"kube-apiserver": port})["kube-apiserver"] == port


def test_fixed_port_that_is_taken_names_its_holder(tmp_path: Path) -> None:
    with _busy() as server:
        port = server.getsockname()[1]
        with pytest.raises(ConflictError, match=f"Port {port}, asked for kube-apiserver, is taken by") as refusal:
            choose_ports(tmp_path, {}, fixed={"kube-apiserver": port})
        assert f"(pid {os.getpid()})" in str(refusal.value.figures["holder"])
        assert refusal.value.where == f"127.0.0.1:{port}"
        assert "leave the port option out" in refusal.value.remedy


def test_fixed_port_of_our_own_running_server_is_fine(tmp_path: Path) -> None:
    with _busy() as server:
        port = server.getsockname()[1]
        chosen = choose_ports(tmp_path, {"kube-apiserver": port}, ["kube-apiserver"], {"kube-apiserver": port})
        assert chosen["kube-apiserver"] == port


def test_holder_of_a_free_port_is_unknown() -> None:
    with _busy() as server:
        port = server.getsockname()[1]
    assert holder_of(port) == "?"
