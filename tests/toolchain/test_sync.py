"""A sync finds, downloads and checks, or builds; what is bad is refused; what is good is never done twice."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.toolchain.publisher import Publisher, program
from toolchain.engines import ENGINES
from toolchain.errors import MissingToolError, SupplyChainError, UnreachableError
from toolchain.placed import Placed, Way
from toolchain.progress import Silent
from toolchain.sync import Options, status, sync

KUBECTL = program("Client Version: v1.35.4")
PYTHON_HOST = ENGINES["pulumi-language-python"].files


def _on_path(tmp_path: Path, **programs: str) -> str:
    folder = tmp_path / "bin-of-the-machine"
    folder.mkdir(exist_ok=True)
    for name, line in programs.items():
        path = folder / name.replace("_", "-")
        path.write_bytes(program(line))
        path.chmod(0o755)
    return str(folder)


def _one(found: list[Placed]) -> Placed:
    assert len(found) == 1
    return found[0]


class TestPath:
    def test_pinned_version_on_path_is_taken(self, tmp_path: Path) -> None:
        options = Options(tmp_path / "toolchain", (Way.PATH,), _on_path(tmp_path, kubectl="Client Version: v1.35.4"))
        found = _one(sync(options, names=["kubectl"]))
        assert (found.way, found.version) == (Way.PATH, "1.35.4")
        assert (options.root / "bin" / "kubectl").resolve() == Path(found.program or "").resolve()

    @pytest.mark.parametrize("line", ["Client Version: v1.35.3", "Client Version: v1.36.4", "no version at all"])
    def test_another_version_is_not_taken(self, tmp_path: Path, line: str) -> None:
        options = Options(tmp_path / "toolchain", (Way.PATH,), _on_path(tmp_path, kubectl=line))
        with pytest.raises(MissingToolError, match=r"Missing: kubectl 1\.35\.4"):
            sync(options, names=["kubectl"])

    def test_program_that_fails_is_not_taken(self, tmp_path: Path) -> None:
        path = Path(_on_path(tmp_path, kubectl="v1.35.4")) / "kubectl"
        path.write_text("#!/bin/sh\necho v1.35.4\nexit 1\n")
        assert _one(status(Options(tmp_path / "t", path=str(path.parent)), ["kubectl"])).way is Way.MISSING

    @pytest.mark.parametrize(
        ("version", "taken"), [("2.41.0", False), ("2.42.0", True), ("2.53.2", True), ("3.5.0", True)])
    def test_prometheus_of_any_recent_version(self, tmp_path: Path, version: str, taken: bool) -> None:
        folder = _on_path(tmp_path, prometheus=f"prometheus, version {version}+ds (branch: x)", promtool="x")
        found = _one(status(Options(tmp_path / "toolchain", path=folder), ["prometheus"]))
        assert (found.way is Way.PATH) is taken

    def test_prometheus_needs_promtool_beside_it(self, tmp_path: Path) -> None:
        folder = _on_path(tmp_path, prometheus="prometheus, version 2.42.0")
        with pytest.raises(MissingToolError, match="Missing, and neither") as refusal:
            sync(Options(tmp_path / "toolchain", (Way.PATH,), folder), names=["prometheus"])
        assert refusal.value.figures["packages"] == "prometheus"
        assert "apt-get install {packages}" in refusal.value.remedy

    def test_language_host_must_be_the_neighbour_of_the_pinned_pulumi(self, tmp_path: Path) -> None:
        hosts = {name.replace("-", "_"): "x" for name in PYTHON_HOST}
        folder = _on_path(tmp_path, pulumi="v3.224.0", **hosts)
        options = Options(tmp_path / "toolchain", path=folder)
        assert _one(status(options, ["pulumi-language-python"])).way is Way.PATH
        _on_path(tmp_path, pulumi="v3.223.0-older")
        assert _one(status(options, ["pulumi-language-python"])).way is Way.MISSING

    def test_version_is_asked_once_until_the_program_changes(self, tmp_path: Path) -> None:
        folder = Path(_on_path(tmp_path, kubectl="unused"))
        counter = tmp_path / "asked"
        text = f"#!/bin/sh\necho asked >> {counter}\necho v1.35.4\n"
        (folder / "kubectl").write_text(text)
        options = Options(tmp_path / "toolchain", (Way.PATH,), str(folder))
        for _run in range(3):
            sync(options, names=["kubectl"])
        assert counter.read_text().count("asked") == 1
        (folder / "kubectl").write_text(text + "# changed\n")
        sync(options, names=["kubectl"])
        assert counter.read_text().count("asked") == 2


class TestDownload:
    def test_good_release_is_checked_placed_and_kept(self, publisher: Publisher, download_only: Options) -> None:
        publisher.publish("kubectl", {"kubectl": KUBECTL})
        assert _one(sync(download_only, names=["kubectl"])).way is Way.DOWNLOAD
        assert (download_only.root / "bin" / "kubectl").read_bytes() == KUBECTL
        publisher.files.clear()
        asked = len(publisher.seen)
        assert _one(sync(download_only, names=["kubectl"])).way is Way.CACHE
        assert len(publisher.seen) == asked, "a full cache asks nobody"
        assert not (download_only.root / "work").exists()

    def test_archive_gives_only_what_the_engine_needs(self, publisher: Publisher, download_only: Options) -> None:
        publisher.publish("etcd", {"etcd": program("etcd Version: 3.6.5"), "etcdctl": b"x"})
        found = _one(sync(download_only, names=["etcd"]))
        assert found.program is not None
        assert sorted(path.name for path in found.program.parent.iterdir()) == ["etcd", "manifest.json"]

    def test_one_archive_serves_two_engines(self, publisher: Publisher, download_only: Options) -> None:
        files = {name: program("v3.224.0") for name in ("pulumi", *PYTHON_HOST)}
        release = publisher.publish("pulumi", files)
        sync(download_only, names=["pulumi", "pulumi-language-python"])
        assert [path for path, _range in publisher.seen].count(publisher.path(release.url)) == 1
        assert os.access(download_only.root / "bin" / "pulumi-language-python-exec", os.X_OK)

    def test_provider_becomes_a_plugin(self, publisher: Publisher, download_only: Options) -> None:
        publisher.publish("pulumi-resource-kubernetes", {"pulumi-resource-kubernetes": b"provider"})
        sync(download_only, names=["pulumi-resource-kubernetes"])
        plugin = download_only.root / "pulumi-home/plugins/resource-kubernetes-v4.27.0/pulumi-resource-kubernetes"
        assert plugin.read_bytes() == b"provider"
        assert not plugin.is_symlink()
        assert not (download_only.root / "bin" / "pulumi-resource-kubernetes").exists()

    def test_checksum_of_github_s_record(self, publisher: Publisher, download_only: Options) -> None:
        publisher.publish("kwok", {"kwok": program("kwok version v0.8.0")})
        assert _one(sync(download_only, names=["kwok"])).way is Way.DOWNLOAD

    def test_bad_file_is_refused_and_removed(self, publisher: Publisher, download_only: Options) -> None:
        release = publisher.publish("kubectl", {"kubectl": KUBECTL})
        publisher.files[publisher.path(release.url)] = KUBECTL.replace(b"echo", b"evil")
        with pytest.raises(SupplyChainError, match="kubectl is not the file its publisher describes") as refusal:
            sync(download_only, names=["kubectl"])
        assert refusal.value.where == release.url
        assert "It was removed" in refusal.value.remedy
        assert [path for path in download_only.root.rglob("kubectl*") if path.is_file()] == []

    def test_truncated_file_is_refused_and_removed(self, publisher: Publisher, download_only: Options) -> None:
        release = publisher.publish("kubectl", {"kubectl": KUBECTL})
        publisher.files[publisher.path(release.url)] = KUBECTL[:-5]
        with pytest.raises(SupplyChainError, match="its checksum differs"):
            sync(download_only, names=["kubectl"])
        assert [path for path in download_only.root.rglob("kubectl*") if path.is_file()] == []

    def test_server_that_stops_in_the_middle(self, publisher: Publisher, download_only: Options) -> None:
        body = program("Client Version: v1.35.4", bulk=200_000)
        release = publisher.publish("kubectl", {"kubectl": body})
        publisher.cut[publisher.path(release.url)] = [50_000]
        assert _one(sync(download_only, names=["kubectl"])).way is Way.DOWNLOAD
        assert (publisher.path(release.url), "bytes=50000-") in publisher.seen

    def test_bad_part_of_an_earlier_run_is_forgotten(self, publisher: Publisher, download_only: Options) -> None:
        release = publisher.publish("kubectl", {"kubectl": KUBECTL})
        part = download_only.root / "work" / "downloads" / "kubectl.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(b"rubbish")
        part.with_name("kubectl.part.json").write_text(json.dumps({"url": release.url, "etag": ""}))
        assert _one(sync(download_only, names=["kubectl"])).way is Way.DOWNLOAD

    def test_archive_without_the_program_is_refused(self, publisher: Publisher, download_only: Options) -> None:
        publisher.publish("etcd", {"etcdctl": b"x"})
        with pytest.raises(SupplyChainError, match="does not hold what etcd needs: etcd"):
            sync(download_only, names=["etcd"])

    def test_program_outside_any_list_is_refused(self, publisher: Publisher, download_only: Options) -> None:
        release = publisher.publish("etcd", {"etcd": b"x"})
        publisher.files[publisher.path(release.checksums)] = b"0" * 64 + b"  another.tar.gz\n"
        with pytest.raises(SupplyChainError, match=r"does not name etcd-v3\.6\.5-linux-amd64\.tar\.gz"):
            sync(download_only, names=["etcd"])

    def test_release_that_is_gone(self, publisher: Publisher, download_only: Options) -> None:
        del publisher
        with pytest.raises(UnreachableError, match="HTTP 404"):
            sync(download_only, names=["kubectl"])

    def test_what_came_before_a_failure_is_kept(self, publisher: Publisher, download_only: Options) -> None:
        publisher.publish("kubectl", {"kubectl": KUBECTL})
        with pytest.raises(UnreachableError):
            sync(download_only, names=["kubectl", "etcd"])
        assert _one(status(download_only, ["kubectl"])).way is Way.CACHE


class TestLock:
    def test_first_sync_records_the_checksum(self, publisher: Publisher, download_only: Options) -> None:
        publisher.publish("kubectl", {"kubectl": KUBECTL})
        sync(download_only, names=["kubectl"])
        recorded = json.loads((download_only.root / "checksums.lock.json").read_text())
        assert list(recorded) == ["https://dl.k8s.io/release/v1.35.4/bin/linux/amd64/kubectl"]
        assert {len(value) for value in recorded.values()} == {64}

    def test_changed_release_is_refused(self, publisher: Publisher, download_only: Options) -> None:
        publisher.publish("kubectl", {"kubectl": KUBECTL})
        sync(download_only, names=["kubectl"])
        self._forget_engines(download_only)
        publisher.publish("kubectl", {"kubectl": KUBECTL + b"# changed, with its published checksum\n"})
        with pytest.raises(SupplyChainError, match="is not the one recorded at its first use") as refusal:
            sync(download_only, names=["kubectl"])
        assert refusal.value.where == str(download_only.root / "checksums.lock.json")
        assert "don't use it" in refusal.value.remedy

    def test_lock_alone_will_do_when_the_list_is_gone(self, publisher: Publisher, download_only: Options) -> None:
        release = publisher.publish("kubectl", {"kubectl": KUBECTL})
        sync(download_only, names=["kubectl"])
        self._forget_engines(download_only)
        del publisher.files[publisher.path(release.checksums)]
        assert _one(sync(download_only, names=["kubectl"])).way is Way.DOWNLOAD
        self._forget_engines(download_only)
        publisher.files[publisher.path(release.url)] += b"#"
        with pytest.raises(SupplyChainError, match="its checksum differs"):
            sync(download_only, names=["kubectl"])

    @staticmethod
    def _forget_engines(options: Options) -> None:
        shutil.rmtree(options.root / "store")


class TestCache:
    def test_entry_that_lost_a_file_does_not_count(self, publisher: Publisher, download_only: Options) -> None:
        publisher.publish("kubectl", {"kubectl": KUBECTL})
        found = _one(sync(download_only, names=["kubectl"]))
        assert found.program is not None
        found.program.unlink()
        assert _one(status(download_only, ["kubectl"])).way is Way.MISSING

    def test_altered_program_does_not_count(self, publisher: Publisher, download_only: Options) -> None:
        publisher.publish("kubectl", {"kubectl": KUBECTL})
        found = _one(sync(download_only, names=["kubectl"]))
        assert found.program is not None
        found.program.write_bytes(KUBECTL.replace(b"echo", b"evil"))
        assert _one(status(download_only, ["kubectl"])).way is Way.MISSING
        assert _one(sync(download_only, names=["kubectl"])).way is Way.DOWNLOAD
        assert found.program.read_bytes() == KUBECTL

    def test_truncated_program_does_not_count_whatever_its_date(
        self, publisher: Publisher, download_only: Options
    ) -> None:
        publisher.publish("kubectl", {"kubectl": KUBECTL})
        found = _one(sync(download_only, names=["kubectl"]))
        assert found.program is not None
        date = found.program.stat().st_mtime_ns
        found.program.write_bytes(KUBECTL[:-3])
        os.utime(found.program, ns=(date, date))
        assert _one(status(download_only, ["kubectl"])).way is Way.MISSING

    def test_copied_cache_counts(self, publisher: Publisher, download_only: Options, tmp_path: Path) -> None:
        publisher.publish("kubectl", {"kubectl": KUBECTL})
        sync(download_only, names=["kubectl"])
        shutil.copytree(download_only.root, tmp_path / "elsewhere", copy_function=shutil.copyfile)
        (program_copied,) = (tmp_path / "elsewhere").rglob("store/*/kubectl")
        program_copied.chmod(0o755)
        assert _one(status(replace(download_only, root=tmp_path / "elsewhere"), ["kubectl"])).way is Way.CACHE

    def test_status_changes_nothing(self, download_only: Options) -> None:
        assert {one.way for one in status(download_only)} == {Way.MISSING}
        assert not download_only.root.exists()

    def test_two_syncs_at_once_download_once(self, publisher: Publisher, download_only: Options) -> None:
        release = publisher.publish("kubectl", {"kubectl": program("v1.35.4", bulk=3_000_000)})
        start = multiprocessing.get_context("spawn").Pool
        with start(2) as pool:
            ways = pool.map(_way_of_kubectl, [download_only, download_only])
        assert sorted(ways) == ["cache", "download"]
        assert [path for path, _range in publisher.seen].count(publisher.path(release.url)) == 1


def _way_of_kubectl(options: Options) -> str:
    return sync(options, names=["kubectl"])[0].way.value


class TestNoNetwork:
    def test_every_host_is_given_up_together(self, download_only: Options, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ESTRAN_MIRROR", "http://127.0.0.1:9")
        notes: list[str] = []

        class Listening(Silent):
            def note(self, message: str, **figures: object) -> None:
                notes.append(message.format(**figures))

        with pytest.raises(MissingToolError, match="Missing, and neither downloadable nor buildable here: pulumi"):
            sync(download_only, Listening())
        assert notes == ["No publisher of releases answers: engines are built from their Go modules."]

    def test_refusal_names_all_that_is_missing(self, download_only: Options, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ESTRAN_MIRROR", "http://127.0.0.1:9")
        with pytest.raises(MissingToolError) as refusal:
            sync(download_only, names=["etcd", "kwok"])
        assert refusal.value.figures["names"] == "etcd 3.6.5, kwok 0.8.0"
        assert "estran toolchain sync" in refusal.value.remedy
