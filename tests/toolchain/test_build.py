"""Builds from Go modules: one `go build` per module, kept by content, with nothing left behind when it ends early."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from tenacity import retry, stop_after_delay, wait_fixed

from tests.toolchain.publisher import LINUX, program
from toolchain.build import work_folder
from toolchain.engines import ENGINES
from toolchain.errors import MissingToolError, StorageError, ToolchainError
from toolchain.gotool import require_go, run_go
from toolchain.placed import Way
from toolchain.progress import Silent
from toolchain.recipes import RECIPES, Module, Recipe
from toolchain.sync import Options, status, sync

GO_MOD = "module example.test/hello\n\ngo 1.21\n"
MAIN = 'package main\n\nvar version = "unset"\n\nfunc main() { println("v" + version) }\n'


@pytest.fixture
def module(tmp_path: Path) -> Module:
    """Return a module of ours with two programs and no dependency."""
    for name in ("kwok", "kubectl"):
        folder = tmp_path / "modules" / "hello" / name
        folder.mkdir(parents=True)
        (folder / "main.go").write_text(MAIN)
    (tmp_path / "modules" / "hello" / "go.mod").write_text(GO_MOD)
    return Module("hello", (("main.version", "9.9.9"),), tmp_path / "modules")


@pytest.fixture
def build_only(tmp_path: Path, module: Module, empty_path: str) -> Options:
    recipes = {name: Recipe(module, f"./{name}", name) for name in ("kwok", "kubectl")}
    return Options(tmp_path / "toolchain", (Way.BUILD,), empty_path, LINUX, recipes)


def test_built_once_then_kept_by_content(build_only: Options, module: Module) -> None:
    found = sync(build_only, names=["kwok", "kubectl"])
    assert [one.way for one in found] == [Way.BUILD, Way.BUILD]
    said = subprocess.run([build_only.root / "bin" / "kwok"], capture_output=True, text=True, check=True)
    assert said.stderr == "v9.9.9\n", "the linked values reach the program"
    assert [one.way for one in sync(build_only, names=["kwok", "kubectl"])] == [Way.CACHE, Way.CACHE]
    (module.folder / "kwok" / "main.go").write_text(MAIN.replace("println", "print"))
    assert {one.way for one in status(build_only, ["kwok", "kubectl"])} == {Way.MISSING}


def test_one_build_for_all_engines_of_a_module(build_only: Options) -> None:
    begun: list[str] = []
    shares: list[tuple[float, float | None]] = []

    class Watching(Silent):
        def begin(self, key: str, unit: str, total: float | None) -> None:
            begun.append(f"{key} ({unit})")

        def advance(self, key: str, done: float, total: float | None = None) -> None:
            shares.append((done, total))

    sync(build_only, Watching(), ["kwok", "kubectl"])
    assert begun == ["go build hello (packages)"]
    assert all(total is not None and 0 <= done <= total for done, total in shares)


def test_repository_is_never_written(build_only: Options, module: Module) -> None:
    before = sorted(module.folder.rglob("*"))
    sync(build_only, names=["kwok"])
    assert sorted(module.folder.rglob("*")) == before


def test_engine_without_recipe_comes_from_the_machine_even_so(build_only: Options, tmp_path: Path) -> None:
    """`--from build` on a machine with its distribution's Prometheus must not ask to install it."""
    for name in ("prometheus", "promtool"):
        path = Path(build_only.path or "") / name
        path.write_bytes(program("prometheus, version 2.42.0+ds"))
        path.chmod(0o755)
    assert sync(build_only, names=["prometheus"])[0].way is Way.PATH


def test_error_of_the_compiler_is_shown(build_only: Options, module: Module) -> None:
    (module.folder / "kwok" / "main.go").write_text(MAIN.replace("println", "undefinedFunction"))
    with pytest.raises(ToolchainError, match=r"(?s)`go build` failed.*undefined: undefinedFunction") as refusal:
        sync(build_only, names=["kwok"])
    assert "what was built is kept" in refusal.value.remedy


def test_go_missing(build_only: Options, monkeypatch: pytest.MonkeyPatch, empty_path: str) -> None:
    monkeypatch.setenv("PATH", empty_path)
    with pytest.raises(MissingToolError, match="Go is needed to build engines") as refusal:
        sync(build_only, names=["kwok"])
    assert refusal.value.figures["wanted"] == "1.26.8"
    assert "https://go.dev/dl/" in refusal.value.remedy


@pytest.mark.parametrize(("version", "setting", "fits"), [
    ("go1.20.14", "auto", False), ("go1.21.0", "local", False),
    ("go1.21.0", "auto", True), ("go1.27.1", "local", True)])
def test_go_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, setting: str, fits: bool) -> None:
    go = tmp_path / "go"
    go.write_text(f'#!/bin/sh\ncase "$2" in GOVERSION) echo {version};; GOTOOLCHAIN) echo {setting};; esac\n')
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    if fits:
        assert require_go() is None
    else:
        with pytest.raises(MissingToolError, match=f"Go {version[2:]} is too old to build the engines, which need"):
            require_go()


def test_full_disk_during_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho 'write /x: no space left on device'\nexit 1\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(StorageError, match="No space left on the disk of the toolchain folder"):
        run_go(["build"], tmp_path)


def test_interrupt_ends_the_whole_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\nsleep 611 &\necho compiling\nsleep 612\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    def interrupt(line: str) -> None:
        assert line == "compiling"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_go(["build"], tmp_path, interrupt)
    assert _sleepers("611", "612") == []


def test_ctrl_c_at_the_keyboard_and_the_next_run_goes_on(build_only: Options, tmp_path: Path) -> None:
    """The real signal, to a real process that syncs with a `go` that takes its time."""
    slow = tmp_path / "slow"
    slow.mkdir()
    (slow / "go").write_text(
        '#!/bin/sh\n[ "$1" = env ] && { [ "$2" = GOVERSION ] && echo go1.27.0; exit; }\necho begun >&2\nsleep 613\n')
    (slow / "go").chmod(0o755)
    code = ("import sys; from pathlib import Path; from toolchain.sync import *; from toolchain.recipes import *;"
            "m = Module('hello', root=Path(sys.argv[2])); print('ready', flush=True);"
            "sync(Options(Path(sys.argv[1]), (Way.BUILD,), '/nowhere', recipes={'kwok': Recipe(m, './kwok', 'kwok')}),"
            " names=['kwok'])")
    environment = {**os.environ, "PATH": f"{slow}:/bin:/usr/bin"}
    with subprocess.Popen([sys.executable, "-c", code, str(build_only.root), str(tmp_path / "modules")], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        _wait_for_sleeper("613")
        process.send_signal(signal.SIGINT)
        _out, errors = process.communicate(timeout=30)
    assert "KeyboardInterrupt" in errors
    assert _sleepers("613") == []
    assert sync(build_only, names=["kwok"])[0].way is Way.BUILD


@retry(stop=stop_after_delay(20), wait=wait_fixed(0.05))
def _wait_for_sleeper(seconds: str) -> None:
    assert _sleepers(seconds)


def _sleepers(*seconds: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        asleep = process.info["cmdline"] and process.info["cmdline"][-2:-1] == ["sleep"]
        if asleep and process.info["cmdline"][-1] in seconds and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def test_work_folder_keeps_what_is_unchanged(module: Module, tmp_path: Path) -> None:
    work = work_folder(module, tmp_path / "scratch")
    before = (work / "go.mod").stat().st_mtime_ns
    (module.folder / "kwok" / "main.go").write_text("package main\n")
    work_folder(module, tmp_path / "scratch")
    assert (work / "go.mod").stat().st_mtime_ns == before
    assert (work / "kwok" / "main.go").read_text() == "package main\n"


def test_every_engine_but_prometheus_has_a_recipe_with_its_pin() -> None:
    assert set(RECIPES) == set(ENGINES) - {"prometheus"}
    for name, recipe in RECIPES.items():
        text = (recipe.module.folder / "go.mod").read_text()
        assert recipe.package.startswith("./") or any(
            line.split()[0] in recipe.package for line in text.splitlines() if " v" in line and "=>" not in line), name
    engines = (RECIPES["etcd"].module.folder / "go.mod").read_text()
    for pin in ("github.com/pulumi/pulumi/pkg/v3 v3.224.0", "go.etcd.io/etcd/server/v3 v3.6.5",
                "k8s.io/kubernetes v1.35.4", "github.com/pulumi/pulumi/sdk/v3 v3.224.0"):
        assert pin in engines
    assert "sigs.k8s.io/kwok v0.8.0" in (RECIPES["kwok"].module.folder / "go.mod").read_text()


def test_go_sum_pins_every_engine_module() -> None:
    for recipe in RECIPES.values():
        sums = (recipe.module.folder / "go.sum").read_text().splitlines()
        assert sums
        assert all(line.split()[2].startswith("h1:") for line in sums)


def test_key_depends_on_everything_that_could_change_the_program(module: Module) -> None:
    engine = ENGINES["kwok"]
    recipe = Recipe(module, "./kwok", "kwok")
    keys = {
        recipe.key(engine, LINUX),
        recipe.key(replace(engine, version="0.8.1"), LINUX),
        recipe.key(engine, replace(LINUX, processor="arm64")),
        replace(recipe, package="./kubectl").key(engine, LINUX),
        replace(recipe, module=replace(module, values=(("main.version", "1"),))).key(engine, LINUX),
    }
    (module.folder / "go.sum").write_text("")
    keys.add(recipe.key(engine, LINUX))
    assert len(keys) == 6
