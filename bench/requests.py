"""1,000 namespace requests through the controller, beside the floor: the bare calls that make the same objects.

Both run on one real cluster, one after the other, with the same number at a time. The time of a request runs from just
before it is sent to the moment when its status says `Ready`, seen on a watch. Prints one JSON document.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import kopf
import numpy
import yaml

from bench.crowd import crowded_site
from infra.inventory.load import load_site
from infra.inventory.site import Site
from lab import box
from tenancy.controller.api import TENANCY, Api, path_of
from tenancy.controller.opening import waiting
from tenancy.controller.status import is_answered
from tenancy.manifests.door import door_name
from tenancy.manifests.namespace import namespace_manifests
from tenancy.manifests.platform import platform_manifests
from tenancy.manifests.tenant import tenant_manifests
from tenancy.request import NamespaceRequest, asked_quota
from toolchain.paths import toolchain_dir

REQUESTS = int(os.environ.get("ESTRAN_BENCH_REQUESTS", "1000"))
AT_A_TIME = 16
PER_TENANT = 20
SMALL = asked_quota({"cpu": "100m", "memory": "128Mi", "pods": 1, "services": 1, "volumes": 1})
READY_S = 60.0
Make = Callable[[int], Awaitable[None]]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="estran-bench-") as folder:
        os.environ |= {"ESTRAN_TOOLCHAIN_DIR": str(toolchain_dir()), "ESTRAN_CACHE": str(Path(folder, "cache"))}
        file = Path(folder, "crowd.yaml")
        file.write_text(_site_text(), "utf-8")
        site = load_site(file)
        state, _started = box.up(site)
        os.environ["KUBECONFIG"] = str(state.kubeconfig)
        try:
            floor, measured = asyncio.run(_measure(site, file))
        finally:
            box.down(site.id, purge=True)
    print(json.dumps({
        "benchmark": "requests", "requests": REQUESTS, "at_a_time": AT_A_TIME, "objects_per_namespace": 7,
        "controller": measured, "floor_bare_calls": floor,
        "median_over_floor": round(measured["median_ms"] / floor["median_ms"], 2),
        "p99_over_floor": round(measured["p99_ms"] / floor["p99_ms"], 2),
    }))


async def _measure(site: Site, file: Path) -> tuple[dict[str, float], dict[str, float]]:
    login = kopf.login_with_kubeconfig(settings=kopf.OperatorSettings())
    assert login is not None
    connector = aiohttp.TCPConnector(limit=0, ssl=login.as_ssl_context())
    async with aiohttp.ClientSession(connector=connector) as session:
        api = Api(session, login.server)
        await _lay(api, site)
        floor = await _timed(lambda number: _bare(api, site, number))
        await asyncio.to_thread(box.start_controller, site, file)
        while not await asyncio.to_thread(box.controller_ready, site, file):
            await asyncio.sleep(0.1)
        ready = Answers(session, login.server)
        watching = asyncio.create_task(ready.watch())
        measured = await _timed(lambda number: _asked(api, site, number, ready))
        watching.cancel()
    return floor, measured


async def _lay(api: Api, site: Site) -> None:
    """Apply what the layers platform and tenants would, and wait until the custom resources are served."""
    platform = platform_manifests(site)
    for manifest in platform:
        await _apply_any(api, manifest)
    for tenant_id in site.tenants:
        for manifest in tenant_manifests(site, tenant_id):
            await waiting()(_apply_any, api, manifest)  # custom resources are served a moment after their definition


async def _apply_any(api: Api, manifest: dict[str, Any]) -> None:
    group = manifest["apiVersion"]
    kind = manifest["kind"].lower()
    plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}es" if kind.endswith("s") else f"{kind}s"
    namespace = manifest["metadata"].get("namespace")
    path = "/".join(["/api" if group == "v1" else "/apis", group, *(["namespaces", namespace] if namespace else []),
                     plural, manifest["metadata"]["name"]])
    await api._call("PATCH", path, manifest, "application/apply-patch+yaml",
                    {"fieldManager": "estran-bench", "force": "true"})


async def _bare(api: Api, site: Site, number: int) -> None:
    """Make the objects of a namespace by plain calls, in the controller's order."""
    tenant_id = _tenant(site, number)
    namespace, *limits, right = namespace_manifests(site, tenant_id, f"floor-{number}", SMALL, "essai")
    await api.create("/api/v1/namespaces", namespace)
    await asyncio.gather(*(api.create(path_of(each).rpartition("/")[0], each) for each in limits))
    await api.create(path_of(right).rpartition("/")[0], right)


async def _asked(api: Api, site: Site, number: int, ready: Answers) -> None:
    """Leave a request and wait until its namespace is ready."""
    tenant_id = _tenant(site, number)
    request = NamespaceRequest(tenant_id, f"r-{number}", SMALL, "essai")
    answer = ready.expect(request.name)
    await api.create(f"{TENANCY}/namespaces/{door_name(tenant_id)}/namespacerequests",
                     request.to_object(request.name, door_name(tenant_id)))
    decision = await asyncio.wait_for(answer, READY_S)
    assert decision == "Granted", f"{request.name}: {decision}"


class Answers:
    """Watches all requests and tells whoever waits for one that it is answered."""

    def __init__(self, session: aiohttp.ClientSession, server: str) -> None:
        self._session = session
        self._url = f"{server}{TENANCY}/namespacerequests"
        self._expected: dict[str, asyncio.Future[str]] = {}

    def expect(self, name: str) -> asyncio.Future[str]:
        """Return what will hold the decision on the request `name`."""
        return self._expected.setdefault(name, asyncio.get_running_loop().create_future())

    async def watch(self) -> None:
        """Follow the requests until cancelled."""
        unlimited = aiohttp.ClientTimeout(total=None)
        async with self._session.get(self._url, params={"watch": "1"}, timeout=unlimited) as stream:
            async for line in stream.content:
                found = json.loads(line)["object"]
                waiting = self._expected.get(found["metadata"]["name"])
                if waiting and not waiting.done() and is_answered(found):
                    waiting.set_result(found["status"]["decision"])


async def _timed(make: Make) -> dict[str, float]:
    """Make all, so many at a time; return the figures of how long one takes [ms] and how many are made [1/s]."""
    times: list[float] = []
    numbers = iter(range(REQUESTS))

    async def worker() -> None:
        for number in numbers:
            began = time.perf_counter()
            await make(number)
            times.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(AT_A_TIME)))
    elapsed = time.perf_counter() - began
    return {"median_ms": round(float(numpy.median(times)), 1), "p99_ms": round(float(numpy.percentile(times, 99)), 1),
            "max_ms": round(max(times), 1), "per_second": round(len(times) / elapsed, 1)}


def _tenant(site: Site, number: int) -> str:
    names = list(site.tenants)
    return names[number % len(names)]


def _site_text() -> str:
    """Return a site whose tenants have room for all requests, on as many machines as their pods need."""
    tenants = -(-REQUESTS // PER_TENANT)
    data = yaml.safe_load(crowded_site(tenants, 0))
    for tenant in data["tenants"].values():
        tenant["convention"]["quota"] |= {"pods": PER_TENANT, "memory": "10Gi", "services": 20, "volumes": 20}
    for number in range(2, 2 + -(-tenants * PER_TENANT // 110)):
        _add_worker(data, f"extra-{number}", number)
    plain = json.loads(json.dumps(data))  # copies share their parts, which YAML would write as aliases
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)


def _add_worker(data: dict[str, Any], name: str, number: int) -> None:
    """Add a copy of the first worker, with outlets, a place and addresses of its own."""
    for feed in ("a", "b"):
        data["power"]["outlets"][f"{feed}-{name}"] = {"fed_by": [f"pdu-{feed}"], "rating_w": 3600}
    mac = f"02:00:00:00:02:{number:02x}"
    data["nodes"][name] = data["nodes"]["worker-1"] | {
        "slot": 10 + 2 * number, "serial": f"EX-BENCH-{number}", "outlets": [f"a-{name}", f"b-{name}"],
        "bmc": {"address": f"https://{name}.bmc.demo.internal", "mac": mac}, "address": f"10.20.1.{number}"}


if __name__ == "__main__":
    main()
