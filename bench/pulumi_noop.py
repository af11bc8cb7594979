"""A second `pulumi up` of 100 tenants x 3 namespaces, beside `kubectl diff` of the same manifests, on one real cluster.

Prints one JSON document. The first `up` is stated too; it writes its state once at its end: a file backend otherwise
rewrites the whole of it at each resource, which is quadratic (1,236 resources in 18 minutes on two busy cores).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.crowd import crowded_site
from infra.inventory.load import load_site
from lab import box
from toolchain.environment import engine_environment
from toolchain.paths import toolchain_dir

TENANTS, NAMESPACES = 100, 3
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="estran-bench-") as folder:
        os.environ |= {"ESTRAN_TOOLCHAIN_DIR": str(toolchain_dir()), "ESTRAN_CACHE": str(Path(folder, "cache")),
                       "ESTRAN_PROJECT_DIR": str(_project(Path(folder, "project")))}
        file = Path(folder, "crowd.yaml")
        file.write_text(crowded_site(TENANTS, NAMESPACES), "utf-8")
        site = load_site(file)
        state, _started = box.up(site)
        try:
            _estran("up", "--site", str(file), "--layer", "platform")
            with _state_written_at_the_end():
                first = _estran("up", "--site", str(file), "--layer", "tenants")
            again = _estran("up", "--site", str(file), "--layer", "tenants")
            manifests = Path(folder, "plan.yaml")
            _estran("plan", "--offline", "--site", str(file), "--layer", "tenants", "--into", str(manifests))
            environment = {**os.environ, **engine_environment(), "KUBECONFIG": str(state.kubeconfig)}
            began = time.perf_counter()
            diff = subprocess.run(["kubectl", "diff", "-f", str(manifests)], env=environment, capture_output=True,
                                  check=False)
            diff_s = time.perf_counter() - began
        finally:
            box.down(site.id, purge=True)
    objects, noop_s = again["unchanged"], again["seconds"]
    print(json.dumps({
        "benchmark": "pulumi_noop", "tenants": TENANTS, "namespaces": TENANTS * NAMESPACES,
        "resources": objects, "first_up_s": first["seconds"],
        "created_per_s": round(first["created"] / first["seconds"]),
        "noop_up_s": noop_s, "noop_changes": again["changes"], "noop_resources_per_s": round(objects / noop_s),
        "peer_kubectl_diff_s": round(diff_s, 1), "peer_kubectl_diff_exit_code": diff.returncode,
        "peer_over_noop": round(diff_s / noop_s, 2),
    }))


@contextmanager
def _state_written_at_the_end() -> Iterator[None]:
    settings = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
    os.environ |= settings
    yield
    for name in settings:
        del os.environ[name]


def _project(folder: Path) -> Path:
    """Make a Pulumi project that shares this checkout's program and keeps its stack settings to itself."""
    (folder / "infra" / "stacks").mkdir(parents=True)
    (folder / "Pulumi.yaml").symlink_to(ROOT / "Pulumi.yaml")
    (folder / "infra" / "__main__.py").symlink_to(ROOT / "infra" / "__main__.py")
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def _estran(*arguments: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-m", "ops_cli", *arguments, "--output", "json"], capture_output=True,
                          text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.stderr)
    found = json.loads(done.stdout)
    return found[0] if isinstance(found, list) else {}


if __name__ == "__main__":
    main()
