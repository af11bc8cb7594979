"""The folder in which a module is built follows the module: what left it is not compiled."""

from __future__ import annotations

from pathlib import Path

from toolchain.build import work_folder
from toolchain.recipes import Module


def test_a_source_that_left_the_module_leaves_the_work_folder(tmp_path: Path) -> None:
    folder = tmp_path / "modules" / "hello"
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text("module hello\n", "utf-8")
    for name in ("a.go", "b.go"):
        (folder / name).write_text("package hello\n", "utf-8")
    module = Module("hello", root=folder.parent)
    work = work_folder(module, tmp_path / "scratch")
    (work / "schema.json").write_text("{}", "utf-8")
    (folder / "b.go").unlink()

    assert work_folder(module, tmp_path / "scratch") == work
    assert sorted(path.name for path in work.iterdir()) == ["a.go", "go.mod", "schema.json"]
