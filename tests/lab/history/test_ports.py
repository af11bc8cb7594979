"""The port of the lab's Prometheus: the one the lab remembers where it is free, any other where it is taken."""

from __future__ import annotations

import socket

from lab.history.server import _free_port


def test_a_free_port_is_taken_as_wanted() -> None:
    wanted = _free_port(0)
    assert _free_port(wanted) == wanted


def test_a_taken_port_is_left_to_its_holder() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        assert _free_port(taken) not in (taken, 0)
