"""Folders, environment and stable names of the engines."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from toolchain.engines import ENGINES, Engine, this_machine
from toolchain.environment import engine_environment
from toolchain.errors import MissingToolError, StorageError, ToolchainError, writing
from toolchain.files import link, one_at_a_time, read_json, write_json
from toolchain.locate import engine_path
from toolchain.paths import cache_dir, toolchain_dir
from toolchain.store import Store


def test_folders_follow_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ESTRAN_CACHE", "ESTRAN_TOOLCHAIN_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert cache_dir() == Path("~/.cache/estran").expanduser()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert toolchain_dir() == tmp_path / "estran" / "toolchain"
    monkeypatch.setenv("ESTRAN_CACHE", str(tmp_path / "own"))
    assert toolchain_dir() == tmp_path / "own" / "toolchain"
    monkeypatch.setenv("ESTRAN_TOOLCHAIN_DIR", str(tmp_path / "shared"))
    assert toolchain_dir() == tmp_path / "shared"
    assert cache_dir() == tmp_path / "own"


def test_environment_puts_our_engines_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ESTRAN_TOOLCHAIN_DIR", str(tmp_path))
    monkeypatch.setenv("PATH", "/usr/bin")
    environment = engine_environment()
    assert environment["PATH"] == f"{tmp_path}/bin:/usr/bin"
    assert environment["PULUMI_HOME"] == f"{tmp_path}/pulumi-home"
    assert environment["PULUMI_SKIP_UPDATE_CHECK"] == "true"
    assert environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"


@pytest.mark.parametrize("name", ["etcd", "no-such-engine"])
def test_missing_engine_names_the_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    monkeypatch.setenv("ESTRAN_TOOLCHAIN_DIR", str(tmp_path))
    with pytest.raises(MissingToolError, match=f"The engine {name} is not in the toolchain folder") as refusal:
        engine_path(name)
    assert "estran toolchain sync" in refusal.value.remedy


def _placed(root: Path, name: str, body: bytes = b"x") -> Path:
    store, engine = Store(root), ENGINES[name]
    files = {}
    for file in engine.files:
        files[file] = root / f"made-{file}"
        files[file].parent.mkdir(parents=True, exist_ok=True)
        files[file].write_bytes(body)
    program = store.place(engine, "0123456789abcdef", files)
    store.expose(engine, program)
    return program


def test_exposed_engine_has_a_stable_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ESTRAN_TOOLCHAIN_DIR", str(tmp_path))
    program = _placed(tmp_path, "prometheus")
    assert engine_path("promtool") == tmp_path / "bin" / "promtool"
    assert engine_path("prometheus").resolve() == program
    assert os.access(program, os.X_OK)


def test_new_provider_replaces_the_plugin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ESTRAN_TOOLCHAIN_DIR", str(tmp_path))
    _placed(tmp_path, "pulumi-resource-kubernetes", b"old")
    _placed(tmp_path, "pulumi-resource-kubernetes", b"newer")
    assert engine_path("pulumi-resource-kubernetes").read_bytes() == b"newer"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_full_disk_says_what_to_do(tmp_path: Path, number: int) -> None:
    with pytest.raises(StorageError, match="No space left") as refusal, writing(tmp_path):
        raise OSError(number, os.strerror(number))
    assert refusal.value.where == str(tmp_path)
    assert "ESTRAN_TOOLCHAIN_DIR" in refusal.value.remedy


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_forbidden_folder_says_which(tmp_path: Path, number: int) -> None:
    with pytest.raises(StorageError, match="can't be written") as refusal, writing(tmp_path):
        raise OSError(number, os.strerror(number), "/some/where")
    assert refusal.value.where == "/some/where"


def test_other_faults_pass(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError), writing(tmp_path):
        raise TimeoutError


def test_full_disk_while_placing_leaves_no_half_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("toolchain.store.shutil.move", full)
    with pytest.raises(StorageError, match="No space left"):
        _placed(tmp_path, "etcd")
    assert Store(tmp_path).find(ENGINES["etcd"], "0123456789abcdef") is None
    assert [path.name for path in (tmp_path / "store").iterdir()] == []


def test_json_is_whole_or_absent(tmp_path: Path) -> None:
    assert read_json(tmp_path / "none") == {}
    (tmp_path / "bad").write_text("{")
    assert read_json(tmp_path / "bad") == {}
    (tmp_path / "list").write_text("[]")
    assert read_json(tmp_path / "list") == {}
    write_json(tmp_path / "good", {"a": 1})
    assert read_json(tmp_path / "good") == {"a": 1}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_link_is_replaced_in_one_step(tmp_path: Path) -> None:
    for target in ("a", "b", "b"):
        (tmp_path / target).write_text(target)
        link(tmp_path / target, tmp_path / "name")
        assert (tmp_path / "name").read_text() == target


def test_lock_is_free_again(tmp_path: Path) -> None:
    waited: list[bool] = []
    for _time in range(2):
        with one_at_a_time(tmp_path / "lock", lambda: waited.append(True)):
            pass
    assert waited == []


def test_unknown_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolchain.engines.platform.machine", lambda: "riscv64")
    with pytest.raises(MissingToolError, match="No engine is published for linux on riscv64"):
        this_machine()


def test_refusal_reads_as_one_line() -> None:
    refusal = ToolchainError("{x} is wrong.", where="file", remedy="Write {y}.", x="a", y="b")
    assert str(refusal) == "file: a is wrong.: Write b."


@pytest.mark.parametrize(("version", "fits"), [("1.35.4", True), ("1.35.5", False), ("", False)])
def test_pin_is_exact(version: str, fits: bool) -> None:
    assert Engine("x", "1.35.4", ("x",)).accepts(version) is fits
