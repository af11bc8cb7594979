"""Engines built from pinned Go modules: one `go build` for all the missing engines of one module."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain.engines import Engine
from toolchain.errors import writing
from toolchain.files import digest
from toolchain.gotool import module_folder, require_go, run_go
from toolchain.progress import Progress
from toolchain.recipes import (
    ENGINES_MODULE,
    PROVIDER_MODULE,
    PROVIDER_PACKAGE,
    PULUMI_SDK_MODULE,
    Module,
    Recipe,
)

_PYTHON_HOST_FILES = {
    "pulumi-language-python-exec": "python/cmd/pulumi-language-python-exec",
    "pulumi-resource-pulumi-python": "python/dist/pulumi-resource-pulumi-python",
}


def build(
    recipes: Mapping[str, Recipe], engines: Sequence[Engine], scratch: Path, progress: Progress
) -> dict[str, dict[str, Path]]:
    """Build `engines`, all of one module, below `scratch`; return per engine its files (name -> path).

    Raises MissingToolError without a fit Go, StorageError on a full disk, ToolchainError when the build fails.
    """
    require_go()
    chosen = {engine: recipes[engine.name] for engine in engines}
    module = next(iter(chosen.values())).module
    work = work_folder(module, scratch)
    packages = [recipe.package for recipe in chosen.values()]
    if PROVIDER_PACKAGE in packages:
        _write_embedded(work)
    with writing(scratch):
        output = Path(tempfile.mkdtemp(dir=scratch, prefix="built-"))
    _compile(module, packages, work, output, progress)
    made = {engine.name: {engine.program: output / recipe.output} for engine, recipe in chosen.items()}
    if "pulumi-language-python" in made:
        made["pulumi-language-python"].update(_python_host_files(output, scratch))
    return made


def work_folder(module: Module, scratch: Path) -> Path:
    """Return a copy of the module's folder: generated files must not land in the source tree.

    Its path is the same at each run and its files keep their bytes, so Go finds what it compiled before.
    """
    work = scratch / "modules" / module.name
    with writing(work):
        for stale in [path for path in work.rglob("*.go") if not (module.folder / path.relative_to(work)).exists()]:
            stale.unlink()
        for source in sorted(module.folder.rglob("*")):
            target = work / source.relative_to(module.folder)
            if source.is_file() and not (target.exists() and digest(target) == digest(source)):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
    return work


def _write_embedded(work: Path) -> None:
    """Write the two files that the provider embeds; its publisher generates them, so its module lacks them."""
    source = module_folder(PROVIDER_MODULE, work) / "cmd" / "pulumi-resource-kubernetes"
    schema = json.loads((source / "schema.json").read_text("utf-8"))
    schema["version"] = _pinned_provider()
    texts = {"schema.json": json.dumps(schema), "mapping.json": (source / "terraform-mapping.json").read_text("utf-8")}
    with writing(work):
        for name, text in texts.items():
            path = work / PROVIDER_PACKAGE / name
            if not path.exists() or path.read_text("utf-8") != text:
                path.write_text(text, "utf-8")


def _pinned_provider() -> str:
    return dict(ENGINES_MODULE.values)[f"{PROVIDER_MODULE}/pkg/version.Version"]


def _compile(module: Module, packages: Sequence[str], work: Path, output: Path, progress: Progress) -> None:
    """Run the build; `go build -v` prints a line per package it compiles, to be set against all that could be."""
    key = f"go build {module.name}"
    progress.begin(key, "packages", None)
    fetched = total = done = 0

    def list_or_fetch(line: str) -> None:
        nonlocal fetched, total
        if line.startswith("go: "):  # a module on its way; how many there are is not known before the end
            fetched += 1
            progress.advance(key, fetched)
        else:
            total += 1

    run_go(["list", "-mod=readonly", "-deps", *packages], work, list_or_fetch)

    def count(line: str) -> None:
        nonlocal done
        if line and " " not in line:
            done += 1
            progress.advance(key, done, total)

    progress.advance(key, 0, total)
    run_go(["build", "-v", "-mod=readonly", "-trimpath", "-ldflags", module.ldflags, "-o", f"{output}/", *packages],
           work, count)
    progress.end(key)


def _python_host_files(output: Path, scratch: Path) -> Mapping[str, Path]:
    """Return copies of the two scripts that Pulumi's Python host starts; they are in the module of its Go SDK."""
    sdk = module_folder(PULUMI_SDK_MODULE, work_folder(ENGINES_MODULE, scratch))
    copies = {name: output / name for name in _PYTHON_HOST_FILES}
    with writing(output):
        for name, place in _PYTHON_HOST_FILES.items():
            shutil.copyfile(sdk / place, copies[name])
    return copies
