"""`python -m bench [NAME ...]`: run the benchmarks and keep what they print in bench/results/."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SITES = ("crowd", "large_site")  # what benchmarks run on, no benchmarks themselves
BENCHES = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_") and path.stem not in SITES)


def main() -> int:
    failed = 0
    for name in sys.argv[1:] or BENCHES:
        print(f"== {name}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"bench.{name}"], stdout=subprocess.PIPE, text=True,
                              cwd=HERE.parent, check=False)
        print(done.stdout, flush=True)
        if done.returncode:
            failed += 1
            continue
        (HERE / "results").mkdir(exist_ok=True)
        text = json.dumps(json.loads(done.stdout), indent=2, ensure_ascii=False) + "\n"
        (HERE / "results" / f"{name}.json").write_text(text, "utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
