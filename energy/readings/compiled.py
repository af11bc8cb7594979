"""The one way in which loops are compiled: ahead of the first call, kept on disk, with types that mypy can see."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(signature: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that compiles a function for one numba `signature`; the next process finds it on disk."""
    return cast("Callable[[Callable[P, R]], Callable[P, R]]", numba.njit(signature, cache=True))
