"""How long `estran --help` takes to import what is ours, beside Python's own start. Prints one JSON document."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import time

LIMIT_MS, REPEAT = 150, 15
OURS = ("energy", "infra", "lab", "ops_cli", "serving", "tenancy", "toolchain", "click")


def seconds(*argv: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *argv], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def own_import_ms() -> float:
    """Return the self time of every module of ours, and of click, in one start."""
    argv = [sys.executable, "-X", "importtime", "-m", "ops_cli", "--help"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    rows = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", done.stderr)
    return sum(int(micro) for micro, name in rows if name.split(".")[0] in OURS) / 1000


def main() -> None:
    pairs = [(seconds("-m", "ops_cli", "--help"), seconds("-c", "pass")) for _ in range(REPEAT)]
    ours, bare = (statistics.median(pair[side] for pair in pairs) * 1000 for side in (0, 1))
    own = statistics.median(own_import_ms() for _ in range(REPEAT))
    print(json.dumps({
        "benchmark": "cli_start", "repeat": REPEAT, "estran_help_ms": round(ours, 1),
        "floor_python_start_ms": round(bare, 1), "over_floor": round(ours / bare, 2),
        "own_import_ms": round(own, 1), "limit_ms": LIMIT_MS, "within_limit": own <= LIMIT_MS,
    }))


if __name__ == "__main__":
    main()
