"""Archives give what was asked for and nothing else; downloads under way stop when they are told to."""

from __future__ import annotations

import io
import tarfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.toolchain.publisher import LINUX, Publisher, program
from toolchain import store
from toolchain.checksums import ChecksumLock, published
from toolchain.download import fetch_text, part_of
from toolchain.engines import ENGINES
from toolchain.errors import MissingToolError, SupplyChainError, UnreachableError
from toolchain.files import link, one_at_a_time, write_json
from toolchain.obtain import Obtainer, StoppedError
from toolchain.placed import Way
from toolchain.progress import Silent
from toolchain.releases import release_of
from toolchain.store import Store, unpack
from toolchain.sync import Options, status, sync

ETCD = ENGINES["etcd"]


def _archive(path: Path, *members: tarfile.TarInfo, body: bytes = b"etcd") -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for member in members:
            member.size = len(body) if member.isfile() else 0
            tar.addfile(member, io.BytesIO(body) if member.isfile() else None)
    return path


def _special(kind: bytes, target: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo("release/etcd")
    member.type, member.linkname = kind, target
    return member


@pytest.mark.parametrize("name", ["etcd", "./etcd", "a/b/c/etcd", "../../etcd", "/etcd"])
def test_a_program_lands_in_its_folder_wherever_its_name_points(tmp_path: Path, name: str) -> None:
    into = tmp_path / "deep" / "into"
    into.mkdir(parents=True)
    found = unpack(_archive(tmp_path / "a.tar.gz", tarfile.TarInfo(name)), ETCD, into)
    assert found == {"etcd": into / "etcd"}
    assert (into / "etcd").read_bytes() == b"etcd"
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["a.tar.gz", "etcd"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_a_link_or_a_device_is_no_program(tmp_path: Path, kind: bytes) -> None:
    """A link could name another member, or a file of this machine, that no checksum stands for."""
    other = tarfile.TarInfo("release/other")
    with pytest.raises(SupplyChainError, match="does not hold what etcd needs: etcd"):
        unpack(_archive(tmp_path / "a.tar.gz", other, _special(kind, "release/other")), ETCD, tmp_path)
    assert not (tmp_path / "etcd").exists()


def test_a_member_larger_than_any_engine_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_FILE_LIMIT_BYTES", 1000)
    small = _archive(tmp_path / "small.tar.gz", tarfile.TarInfo("etcd"), body=b"x" * 999)
    assert unpack(small, ETCD, tmp_path)["etcd"].stat().st_size == 999
    large = _archive(tmp_path / "large.tar.gz", tarfile.TarInfo("etcd"), body=b"x" * 1000)
    with pytest.raises(SupplyChainError, match=r"large\.tar\.gz does not hold"):
        unpack(large, ETCD, tmp_path)


@pytest.mark.parametrize(("kept", "instead"), [(0.5, b""), (0, b"no archive"), (0, b"")],
                         ids=["truncated", "text", "empty"])
def test_what_is_no_archive_is_refused(tmp_path: Path, kept: float, instead: bytes) -> None:
    good = _archive(tmp_path / "a.tar.gz", tarfile.TarInfo("etcd"), body=bytes(range(256)) * 400)
    whole = good.read_bytes()
    good.write_bytes(whole[:int(len(whole) * kept)] + instead)
    with pytest.raises(SupplyChainError, match="does not hold what etcd needs") as refusal:
        unpack(good, ETCD, tmp_path)
    assert refusal.value.where == str(good)
    assert "--from build" in refusal.value.remedy


def test_stopped_download_keeps_its_part(publisher: Publisher, tmp_path: Path) -> None:
    release = publisher.publish("kubectl", {"kubectl": program("v1.35.4", bulk=2_000_000)})
    obtainer = Obtainer(tmp_path, ChecksumLock(tmp_path / "lock.json"), Silent())
    obtainer.stopping.set()
    with pytest.raises(StoppedError):
        obtainer.obtain(ENGINES["kubectl"], release)
    assert part_of(tmp_path / "downloads" / "kubectl").stat().st_size > 0
    assert not (tmp_path / "downloads" / "kubectl").exists()
    assert not (tmp_path / "lock.json").exists(), "nothing was checked, so nothing is recorded"


def test_a_good_file_of_an_earlier_run_is_not_fetched_again(publisher: Publisher, tmp_path: Path) -> None:
    release = publisher.publish("kubectl", {"kubectl": program("v1.35.4")})
    obtainer = Obtainer(tmp_path, ChecksumLock(tmp_path / "lock.json"), Silent())
    first = obtainer.obtain(ENGINES["kubectl"], release)
    second = obtainer.obtain(ENGINES["kubectl"], release)
    assert first["kubectl"] != second["kubectl"], "each gets a copy of its own, to be moved away"
    assert [path for path, _range in publisher.seen].count(publisher.path(release.url)) == 1


def test_release_that_is_gone_falls_back_to_a_build_with_a_note(
    publisher: Publisher, download_only: Options, monkeypatch: pytest.MonkeyPatch, empty_path: str
) -> None:
    notes: list[str] = []

    class Listening(Silent):
        def note(self, message: str, **figures: object) -> None:
            notes.append(message.format(**figures))

    monkeypatch.setenv("PATH", empty_path)
    with pytest.raises(MissingToolError, match="Go is needed to build engines"):
        sync(replace(download_only, ways=(Way.DOWNLOAD, Way.BUILD)), Listening(), ["kwok"])
    assert len(notes) == 1
    assert "HTTP 404" in notes[0]
    assert publisher.seen, "the publisher was asked first"


def test_text_that_is_not_there_names_its_address(publisher: Publisher) -> None:
    publisher.files["/sums"] = b"text"
    assert fetch_text(f"{publisher.url}/sums") == "text"
    with pytest.raises(UnreachableError, match="HTTP 404") as refusal:
        fetch_text(f"{publisher.url}/none")
    assert refusal.value.where == f"{publisher.url}/none"
    assert "ESTRAN_MIRROR" in refusal.value.remedy


def test_who_waits_is_told_once_and_gets_the_lock(tmp_path: Path) -> None:
    told, order = threading.Event(), []

    def second() -> None:
        with one_at_a_time(tmp_path / "lock", told.set):
            order.append("second")

    thread = threading.Thread(target=second)
    with one_at_a_time(tmp_path / "lock", lambda: order.append("never")):
        thread.start()
        assert told.wait(30), "the second one says that it waits"
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]


def test_link_that_is_already_right_is_left(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("x")
    link(tmp_path / "target", tmp_path / "sub" / "name")
    before = (tmp_path / "sub" / "name").lstat()
    link(tmp_path / "target", tmp_path / "sub" / "name")
    assert (tmp_path / "sub" / "name").lstat().st_ino == before.st_ino


def test_entry_of_another_disk_is_copied_with_its_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`os.link` across file systems fails (EXDEV): the provider is copied then, once."""
    made = tmp_path / "made"
    made.write_bytes(b"provider")
    engine, kept = ENGINES["pulumi-resource-kubernetes"], Store(tmp_path / "t")
    placed = kept.place(engine, "0" * 64, {engine.program: made})

    def across(*_names: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(store.os, "link", across)
    kept.expose(engine, placed)
    plugin = kept.exposed(engine, engine.program)
    assert plugin is not None
    assert plugin.read_bytes() == b"provider"
    before = plugin.stat().st_ino
    assert before != placed.stat().st_ino
    kept.expose(engine, placed)
    assert plugin.stat().st_ino == before, "a copy that kept its date is not made again"


@pytest.mark.parametrize("manifest", [{}, {"files": {}}, {"files": {"etcd": {"size": 1, "mtime_ns": 0, "sha256": ""}}}])
def test_entry_without_a_true_description_does_not_count(tmp_path: Path, manifest: dict[str, object]) -> None:
    made = tmp_path / "made"
    made.write_bytes(b"etcd")
    kept = Store(tmp_path)
    placed = kept.place(ETCD, "k" * 64, {"etcd": made})
    assert kept.find(ETCD, "k" * 64) == placed
    write_json(placed.parent / store.MANIFEST, manifest)
    assert kept.find(ETCD, "k" * 64) is None


def test_entries_of_two_versions_lie_side_by_side(tmp_path: Path) -> None:
    names = {Store(tmp_path).entry(ETCD, key).name for key in ("a" * 64, "b" * 64)}
    assert names == {f"etcd-{ETCD.version}-{'a' * 16}", f"etcd-{ETCD.version}-{'b' * 16}"}


def test_download_of_one_way_does_not_serve_another(publisher: Publisher, download_only: Options) -> None:
    publisher.publish("kubectl", {"kubectl": program("Client Version: v1.35.4")})
    sync(download_only, names=["kubectl"])
    assert [one.way for one in status(replace(download_only, ways=(Way.BUILD,)), ["kubectl"])] == [Way.MISSING]
    assert [one.way for one in status(download_only, ["kubectl"])] == [Way.CACHE]


@pytest.mark.parametrize("name", [*ENGINES])
def test_each_list_of_checksums_is_of_the_same_version(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv("ESTRAN_MIRROR", raising=False)
    release = release_of(ENGINES[name], LINUX)
    assert release is not None
    assert ENGINES[name].version in release.checksums
    digest = "d" * 64
    assert published(f"{'e' * 64}  x-{release.name}\n{digest}  {release.name}\n", release.name) == digest
