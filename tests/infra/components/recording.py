"""A mock that records what a program registers, so that a test asserts on a plain list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks


class Recorder(Mocks):
    """Keeps every registration in order."""

    def __init__(self) -> None:
        self.seen: list[MockResourceArgs] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.seen.append(args)
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: MockCallArgs) -> dict[str, Any]:
        raise AssertionError(f"no program of ours calls a provider's function: {args.token}")


def recorded(register: Callable[[pulumi.ProviderResource], object]) -> list[MockResourceArgs]:
    """Return what `register(provider)` registers, on a provider of no cluster, in an event loop of its own."""
    recorder = Recorder()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        pulumi.runtime.set_mocks(recorder, project="estran", stack="demo-test", preview=False)
        pulumi.runtime.test(lambda: register(Nowhere()))()
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    return [args for args in recorder.seen if args.typ.startswith("kubernetes:")]


class Nowhere(pulumi.ProviderResource):
    """A Kubernetes provider of no cluster."""

    def __init__(self) -> None:
        super().__init__("kubernetes", "nowhere", {})
