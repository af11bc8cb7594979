"""What is asked of `go`, in which environment, and what is made of its answers; `go` itself is a script here."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.toolchain.publisher import LINUX
from toolchain.build import build, work_folder
from toolchain.engines import ENGINES, PULUMI_KUBERNETES
from toolchain.errors import MissingToolError, ToolchainError
from toolchain.gotool import go_version, module_folder, require_go, run_go
from toolchain.progress import Silent
from toolchain.recipes import ENGINES_MODULE, PROVIDER_PACKAGE, Module, Recipe


@pytest.fixture
def fake_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where to write the script that stands for `go`; it is first on PATH."""
    folder = tmp_path / "go-bin"
    folder.mkdir()
    (folder / "go").touch(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return folder / "go"


def _script(fake_go: Path, text: str) -> None:
    fake_go.write_text(f"#!/bin/sh\n{text}\n")


@pytest.mark.parametrize(("said", "version"), [
    ("go1.26.8", (1, 26, 8)), ("go1.27", (1, 27, 0)), ("go1.26rc1", (1, 26, 0)), ("go1.26.8 X:nodwarf5", (1, 26, 8)),
    ("devel +abc", ()), ("", ())])
def test_version_of_go(fake_go: Path, said: str, version: tuple[int, ...]) -> None:
    _script(fake_go, f"echo '{said}'")
    assert go_version() == version


def test_go_that_can_not_run_is_none(fake_go: Path) -> None:
    fake_go.write_bytes(b"\x7fELF but not really")
    assert go_version() == ()
    with pytest.raises(MissingToolError, match="it is not on PATH"):
        require_go()


@pytest.mark.parametrize(("setting", "fits"), [("auto", True), ("go1.27.0+auto", True), ("path", False),
                                               ("local", False)])
def test_an_older_go_must_be_allowed_to_fetch_its_successor(fake_go: Path, setting: str, fits: bool) -> None:
    """GOTOOLCHAIN=path looks on PATH only, so it fetches no more than `local` does (go.dev/doc/toolchain)."""
    _script(fake_go, f'case "$2" in GOVERSION) echo go1.25.1;; GOTOOLCHAIN) echo {setting};; esac')
    if fits:
        assert require_go() is None
        return
    with pytest.raises(MissingToolError, match=r"Go 1\.25\.1 is too old") as refusal:
        require_go()
    assert refusal.value.where == str(fake_go)
    assert refusal.value.figures["wanted"] == "1.26.8"


def test_build_is_static_and_follows_no_workspace_of_the_user(
    fake_go: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOWORK", "/somebody/go.work")
    monkeypatch.setenv("CGO_ENABLED", "1")
    monkeypatch.setenv("GOPROXY", "https://proxy.example")
    _script(fake_go, 'echo "$CGO_ENABLED $GOWORK $GOPROXY"; pwd')
    said: list[str] = []
    run_go(["env"], tmp_path, said.append)
    assert said == ["0 off https://proxy.example", str(tmp_path)]


def test_failure_shows_the_end_of_the_output_only(fake_go: Path, tmp_path: Path) -> None:
    _script(fake_go, 'for n in $(seq 1 40); do echo "line $n."; done; exit 2')
    with pytest.raises(ToolchainError, match=r"`go mod` failed") as refusal:
        run_go(["mod", "download"], tmp_path)
    tail = str(refusal.value.figures["tail"]).splitlines()
    assert tail == [f"line {number}." for number in range(26, 41)]
    assert "GOPROXY" in refusal.value.remedy


def test_module_folder_is_read_behind_what_go_tells_first(fake_go: Path, tmp_path: Path) -> None:
    described = json.dumps({"Path": "example.test/m", "Dir": "/mod/m@v1"}, indent=1)
    _script(fake_go, f"echo 'go: downloading example.test/m v1'\ncat <<'J'\n{described}\nJ\necho 'go: done'")
    assert module_folder("example.test/m", tmp_path) == Path("/mod/m@v1")


def test_module_that_go_does_not_describe_is_a_refusal(fake_go: Path, tmp_path: Path) -> None:
    _script(fake_go, "echo 'go: module example.test/m: not a known dependency'")
    with pytest.raises(ToolchainError, match=r"(?s)`go mod` failed.*not a known dependency"):
        module_folder("example.test/m", tmp_path)


# A `go` that knows its version, describes one module, lists one package and "builds" what it was asked for.
GO_OF_ONE_MODULE = """case "$1" in
env) [ "$2" = GOVERSION ] && echo go1.27.0;;
mod) echo '{{"Dir": "{source}"}}';;
list) echo only/package;;
build) echo "$@" >> {log}; while [ "$1" != -o ]; do shift; done; echo made > "$2$(basename "$3")";;
esac"""


@pytest.fixture
def source(fake_go: Path, tmp_path: Path) -> Path:
    """Return the folder that `go` gives for every module."""
    folder = tmp_path / "source"
    folder.mkdir()
    _script(fake_go, GO_OF_ONE_MODULE.format(source=folder, log=tmp_path / "log"))
    return folder


@pytest.fixture
def module(tmp_path: Path) -> Module:
    folder = tmp_path / "modules" / "provider"
    (folder / PROVIDER_PACKAGE).mkdir(parents=True)
    (folder / PROVIDER_PACKAGE / "main.go").write_text("package main\n")
    (folder / "go.mod").write_text("module example.test/provider\n")
    return Module("provider", (("main.version", "1.2.3"),), tmp_path / "modules")


def test_the_provider_embeds_its_schema_at_the_pinned_version(source: Path, module: Module, tmp_path: Path) -> None:
    files = source / "cmd" / "pulumi-resource-kubernetes"
    files.mkdir(parents=True)
    (files / "schema.json").write_text('{"name": "kubernetes", "version": "0.0.0"}')
    (files / "terraform-mapping.json").write_text('{"a": 1}')
    engine = ENGINES["pulumi-resource-kubernetes"]
    recipes = {engine.name: Recipe(module, PROVIDER_PACKAGE, engine.program)}
    scratch = tmp_path / "scratch"
    made = build(recipes, [engine], scratch, Silent())
    assert made[engine.name][engine.program].read_text() == "made\n"
    embedded = scratch / "modules" / "provider" / PROVIDER_PACKAGE
    assert json.loads((embedded / "schema.json").read_text()) == {"name": "kubernetes", "version": PULUMI_KUBERNETES}
    assert (embedded / "mapping.json").read_text() == '{"a": 1}'
    assert not (module.folder / PROVIDER_PACKAGE / "schema.json").exists(), "the source tree stays as it was"
    before = (embedded / "schema.json").stat().st_mtime_ns
    build(recipes, [engine], scratch, Silent())
    assert (embedded / "schema.json").stat().st_mtime_ns == before, "unchanged bytes keep Go's own cache warm"


def test_a_build_is_repeatable_and_carries_its_values(source: Path, module: Module, tmp_path: Path) -> None:
    recipes = {"kwok": Recipe(module, "./kwok", "kwok")}
    build(recipes, [ENGINES["kwok"]], tmp_path / "scratch", Silent())
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert "-mod=readonly" in line, "go.sum may not be added to"
    assert "-trimpath" in line, "no path of this machine goes into a program"
    assert "-ldflags -s -w -X main.version=1.2.3 " in line
    assert line.endswith(" ./kwok")


def test_the_python_host_comes_with_its_two_scripts(source: Path, module: Module, tmp_path: Path) -> None:
    places = {"pulumi-language-python-exec": "python/cmd", "pulumi-resource-pulumi-python": "python/dist"}
    for name, place in places.items():
        (source / place).mkdir(parents=True)
        (source / place / name).write_text(name)
    engine = ENGINES["pulumi-language-python"]
    made = build({engine.name: Recipe(module, "./host", engine.program)}, [engine], tmp_path / "scratch", Silent())
    assert set(made[engine.name]) == set(engine.files)
    for name in places:
        copy = made[engine.name][name]
        assert copy.read_text() == name
        assert copy.parent == made[engine.name][engine.program].parent
    assert (tmp_path / "scratch" / "modules" / ENGINES_MODULE.name / "go.mod").exists(), "its SDK's module, pinned"


def test_work_folder_takes_up_what_changed_and_leaves_the_rest(module: Module, tmp_path: Path) -> None:
    (module.folder / "kept.go").write_text("package a\n")
    work = work_folder(module, tmp_path / "scratch")
    dates = {path.name: path.stat().st_mtime_ns for path in work.iterdir() if path.is_file()}
    (module.folder / "go.mod").write_text("module example.test/changed\n")
    assert work_folder(module, tmp_path / "scratch") == work
    assert (work / "go.mod").read_text() == "module example.test/changed\n"
    assert (work / "kept.go").stat().st_mtime_ns == dates["kept.go"]


def test_fingerprint_sees_names_as_well_as_bytes(module: Module) -> None:
    before = module.fingerprint()
    (module.folder / "go.mod").rename(module.folder / "go.mod.old")
    assert module.fingerprint() != before
    (module.folder / "go.mod.old").rename(module.folder / "go.mod")
    assert module.fingerprint() == before
    (module.folder / "empty").mkdir()
    assert module.fingerprint() == before, "git knows no empty folder, so neither does the key"
    recipe = Recipe(module, "./kwok", "kwok")
    assert len(recipe.key(ENGINES["kwok"], LINUX)) == 64
