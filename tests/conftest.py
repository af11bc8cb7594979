"""What every room's tests share: the demo site, the command line as a function, one real lab for the whole run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from infra.inventory.load import load_site
from infra.inventory.site import Site
from lab import box
from lab.state import LabState
from toolchain.paths import toolchain_dir

ROOT = Path(__file__).resolve().parent.parent
SITES = ROOT / "infra" / "sites"
Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture(scope="session")
def demo_file() -> Path:
    return SITES / "demo.yaml"


@pytest.fixture(scope="session")
def demo(demo_file: Path) -> Site:
    """The shipped demonstration site."""
    return load_site(demo_file)


@pytest.fixture(scope="session")
def estran() -> Run:
    """Run the command line as a user does, in a process of its own: `estran("site", "check")`."""
    return run_estran


def run_estran(*arguments: str, env: Mapping[str, str] | None = None, stdin: str = "") -> Done:
    environment = {**os.environ, "ESTRAN_LANG": "en", "COLUMNS": "120", "NO_COLOR": "1", **(env or {})}
    return subprocess.run([sys.executable, "-m", "ops_cli", *arguments], env=environment, input=stdin, text=True,
                          capture_output=True, timeout=300, cwd=ROOT, check=False)


@pytest.fixture(scope="session")
def isolated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache and a Pulumi project of this run's own, beside the machine's engines."""
    folder = tmp_path_factory.mktemp("estran")
    project = folder / "project"
    (project / "infra" / "stacks").mkdir(parents=True)
    (project / "Pulumi.yaml").symlink_to(ROOT / "Pulumi.yaml")
    (project / "infra" / "__main__.py").symlink_to(ROOT / "infra" / "__main__.py")
    (project / ".venv").symlink_to(sys.prefix)
    patch = pytest.MonkeyPatch()
    patch.setenv("ESTRAN_TOOLCHAIN_DIR", str(toolchain_dir()))
    patch.setenv("ESTRAN_CACHE", str(folder / "cache"))
    patch.setenv("ESTRAN_PROJECT_DIR", str(project))
    yield folder
    patch.undo()


@pytest.fixture(scope="session")
def lab(isolated: Path, demo: Site, demo_file: Path) -> Iterator[LabState]:
    """One real control plane for the whole run, every layer of the demo site up on it, its controller at work."""
    state, _started = box.up(demo, box.Options(site_file=demo_file))
    try:
        done = run_estran("up")
        assert done.returncode == 0, done.stderr
        yield state
    finally:
        box.down(demo.id, purge=True)
