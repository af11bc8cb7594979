"""`estran plan --offline` of 100 tenants x 3 namespaces, beside its floor: writing the same manifests as YAML.

Prints one JSON document.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from bench.crowd import crowded_site

LIMIT_S, REPEAT, TENANTS, NAMESPACES = 10.0, 5, 100, 3


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="estran-bench-") as folder:
        site, plan = Path(folder, "crowd.yaml"), Path(folder, "plan.yaml")
        site.write_text(crowded_site(TENANTS, NAMESPACES), "utf-8")
        environment = {**os.environ, "ESTRAN_CACHE": str(Path(folder, "cache"))}
        argv = [sys.executable, "-m", "ops_cli", "plan", "--offline", "--site", str(site), "--into", str(plan)]
        runs = []
        for _ in range(REPEAT):
            began = time.perf_counter()
            subprocess.run(argv, env=environment, check=True, capture_output=True)
            whole = time.perf_counter() - began
            manifests = list(yaml.load_all(plan.read_text("utf-8"), Loader=yaml.CSafeLoader))
            began = time.perf_counter()
            yaml.dump_all(manifests, Dumper=yaml.CSafeDumper)
            runs.append((whole, time.perf_counter() - began))
    plan_s, floor_s = (statistics.median(run[side] for run in runs) for side in (0, 1))
    print(json.dumps({
        "benchmark": "plan_offline", "repeat": REPEAT, "tenants": TENANTS, "namespaces": TENANTS * NAMESPACES,
        "objects": len(manifests), "plan_s": round(plan_s, 2), "floor_yaml_dump_s": round(floor_s, 2),
        "over_floor": round(plan_s / floor_s, 1), "limit_s": LIMIT_S, "within_limit": plan_s <= LIMIT_S,
    }))


if __name__ == "__main__":
    main()
