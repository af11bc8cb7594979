"""A close that is well-formed may still say what can't be: then the ledger was edited, and that is what is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from energy.errors import DamagedError
from energy.ledger.manifest import Close
from infra.inventory.errors import N_


@contextmanager
def believed(close: Close) -> Iterator[None]:
    """Turn what goes wrong with a close's own words in a block into DamagedError: a name gone, a date that is none."""
    try:
        yield
    except (LookupError, ValueError, TypeError, ArithmeticError) as fault:
        raise DamagedError(
            N_("close {number} of {month} says what can't be ({fault})"), where=f"{close.sequence:05d}-{close.month}",
            number=close.sequence, month=close.month, fault=f"{type(fault).__name__}: {fault}"[:200],
            remedy=N_("bring the file back from the ledger's copy: somebody edited it")) from fault
