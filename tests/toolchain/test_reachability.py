"""All hosts are asked together; silence costs a bounded time."""

from __future__ import annotations

import socket
import time

from tests.toolchain.publisher import Publisher
from toolchain.reachability import reachable


def test_only_hosts_that_answer(publisher: Publisher) -> None:
    assert reachable([publisher.url, "http://127.0.0.1:9"]) == {publisher.url}


def test_no_host_no_question() -> None:
    assert reachable([]) == frozenset()


def test_silent_host_does_not_hold_the_others(publisher: Publisher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, never answers
        silent_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        assert reachable([silent_url, *[silent_url] * 5, publisher.url], within_s=0.5) == {publisher.url}
        assert time.monotonic() - began < 60, "one bound for all, not one per host"
