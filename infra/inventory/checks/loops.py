"""Loops in a graph of parents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter


def loop_through(parents: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the ids of one loop, its first id repeated at the end; empty when there is none."""
    try:
        TopologicalSorter(parents).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()
