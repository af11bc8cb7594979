"""Days settled by Dask's workers, parted by day and cooling zone: what a lost worker held is made again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from distributed import Client, LocalCluster, as_completed

from energy.allocation.baseline import Baselines
from energy.closing.in_turn import Settler
from energy.closing.kept_day import KeptDay
from energy.closing.settled_day import DayInputs, settle_day, split_zone
from energy.errors import UnreachableError
from infra.inventory.errors import N_
from infra.inventory.site import Site

CONNECT_S = 20
WORKER_MEMORY = "1GiB"


@contextmanager
def dask_settler(scheduler: str | None, workers: int) -> Iterator[Settler]:
    """Give who settles days on Dask, for the time of a block: a local cluster, or a scheduler.

    Raises UnreachableError when no scheduler answers there.
    """
    with ExitStack() as stack:
        cluster = scheduler or stack.enter_context(LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None,
            memory_limit=WORKER_MEMORY, silence_logs="CRITICAL"))
        try:
            client = stack.enter_context(Client(cluster, timeout=CONNECT_S))
        except OSError as fault:
            raise UnreachableError(N_("no Dask scheduler answers"), where=str(scheduler), remedy=N_(
                "check its address (tcp://host:8786), or leave --scheduler out for a local cluster")) from fault
        yield lambda site, baselines, days: _settled(client, site, baselines, days)


def _settled(client: Client, site: Site, baselines: Baselines, days: Sequence[DayInputs]) -> Iterator[KeptDay]:
    """Yield days as they are settled, in any order.

    Inputs travel with the tasks, so that the scheduler can give them to another worker: data left with a worker alone
    would be lost with it.
    """
    zones = sorted({site.zone_of(node) for node in site.nodes})
    settled = []
    for day in days:
        splits = [client.submit(split_zone, site, day, baselines, zone, pure=False) for zone in zones]
        settled.append(client.submit(settle_day, site, day, baselines, splits, pure=False))
    for future in as_completed(settled):
        yield future.result()
        future.release()
