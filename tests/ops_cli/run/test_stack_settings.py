"""What a stack is told, in which order layers go, and what is said when one fails."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from pulumi.automation import CommandError, ConfigValue, Stack
from pulumi.automation._cmd import CommandResult

from infra.components.errors import UnreachableError
from infra.inventory.names import LAYERS
from infra.inventory.site import Site
from lab.errors import MissingToolError
from ops_cli.errors import exit_code_of
from ops_cli.exit_codes import ExitCode
from ops_cli.run import layers
from ops_cli.run.errors import LayerError
from ops_cli.run.layers import Outcome, Request, _complaints, _preview_destroy, _refusal, down_layers, up_layers
from ops_cli.run.target import target_of
from ops_cli.run.workspace import Target, _command, _configure

PASSWORD = "estran:postgresql-password"
SOMEWHERE = Target(Path("kubeconfig"), "", "uid", {"PATH": ""})


class Settings:
    """The settings of a stack: those there, and each write."""

    def __init__(self, **present: str) -> None:
        self.config = {f"estran:{key}": ConfigValue(value) for key, value in present.items()}
        self.writes: list[dict[str, ConfigValue]] = []

    def get_all_config(self) -> dict[str, ConfigValue]:
        return dict(self.config)

    def set_all_config(self, config: dict[str, ConfigValue]) -> None:
        self.writes.append(config)
        self.config |= config


def _told(settings: Settings, wanted: dict[str, str], services: object = None) -> list[str]:
    before = len(settings.writes)
    _configure(cast(Stack, settings), wanted, services or {})
    return sorted(key for written in settings.writes[before:] for key in written)


def test_a_password_is_secret_random_and_made_once() -> None:
    one, other = Settings(), Settings()
    assert _told(one, {}, {"postgresql": object()}) == [PASSWORD]
    assert one.config[PASSWORD].secret is True
    assert len(one.config[PASSWORD].value) >= 32
    assert _told(one, {}, {"postgresql": object()}) == [], "the second run must not change the service's password"
    _told(other, {}, {"postgresql": object()})
    assert other.config[PASSWORD].value != one.config[PASSWORD].value


def test_settings_are_written_where_they_differ_only() -> None:
    settings = Settings(kubeconfig="/a", siteFile="/s")
    assert _told(settings, {"estran:kubeconfig": "/a", "estran:siteFile": "/s"}) == []
    assert settings.writes == [], "a second run leaves the file of settings alone"
    assert _told(settings, {"estran:kubeconfig": "/b", "estran:siteFile": "/s"}) == ["estran:kubeconfig"]
    assert settings.config["estran:kubeconfig"].value == "/b"
    assert not settings.config["estran:kubeconfig"].secret


def test_pulumi_is_that_of_the_environment(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho v3.224.0\n")
    program.chmod(0o755)
    found = _command(Target(Path("k"), "", "u", {"PATH": str(program.parent)}))
    assert Path(found.command) == program


class TestOrder:
    @pytest.fixture
    def went(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
        """Return the layers worked on and by which act; nothing is started."""
        found: list[tuple[str, str]] = []

        def run(_request: Request, _target: Target, layer: str, act: Any) -> Outcome:
            if layer == "broken":
                raise LayerError("broken")
            found.append((layer, act.__name__))
            return Outcome(layer)

        monkeypatch.setattr(layers, "_run", run)
        return found

    @pytest.mark.parametrize(("preview", "act"), [(False, "_up"), (True, "_preview")])
    def test_up_goes_from_the_ground(
        self, went: list[tuple[str, str]], demo: Site, demo_file: Path, preview: bool, act: str
    ) -> None:
        outcomes = up_layers(Request(demo, demo_file, LAYERS), SOMEWHERE, preview=preview)
        assert went == [("platform", act), ("tenants", act), ("models", act)]
        assert [outcome.stack for outcome in outcomes] == list(LAYERS)

    @pytest.mark.parametrize(("preview", "act"), [(False, "_destroy"), (True, "_preview_destroy")])
    def test_down_goes_from_the_top(
        self, went: list[tuple[str, str]], demo: Site, demo_file: Path, preview: bool, act: str
    ) -> None:
        down_layers(Request(demo, demo_file, LAYERS), SOMEWHERE, preview=preview)
        assert went == [("models", act), ("tenants", act), ("platform", act)]

    def test_nothing_is_built_on_a_layer_that_failed(
        self, went: list[tuple[str, str]], demo: Site, demo_file: Path
    ) -> None:
        with pytest.raises(LayerError):
            up_layers(Request(demo, demo_file, ("platform", "broken", "models")), SOMEWHERE)
        assert went == [("platform", "_up")]


class TestComplaints:
    def test_the_sum_of_resources_and_the_raw_error_stream_are_no_complaint(self) -> None:
        said = "Diagnostics:\n  error: no\nstderr: x\nnoise\nResources:\n  1 unchanged"
        assert _complaints(said) == "error: no"

    def test_without_diagnostics_the_end_of_the_output_stands_for_them(self) -> None:
        said = "the first line\n" + "x" * 1500 + "\nerror: could not load plugin\n"
        found = _complaints(said)
        assert found.endswith("error: could not load plugin")
        assert "the first line" not in found
        assert len(found) <= 1500

    @pytest.mark.parametrize("said", ["exceeded quota: q", "pods is forbidden: no"])
    def test_a_no_of_the_cluster_says_where_and_what_to_do(self, said: str) -> None:
        result = CommandResult(stdout=f"Diagnostics:\n  error: {said}\n", stderr="", code=255)
        error = _refusal(Outcome("demo-tenants"), CommandError(result))
        assert exit_code_of(error) is ExitCode.REFUSED
        assert error.where == "demo-tenants"
        assert "it goes on from where it stopped" in error.remedy

    def test_what_would_be_deleted_is_summed(self) -> None:
        class Destroyed:
            stdout = "Resources:\n    - 12 to delete\n\nResources:\n    - 3 to delete\n    2 unchanged\n"

        class OneStack:
            def destroy(self, *, on_output: object, preview_only: bool) -> Destroyed:
                assert preview_only, "a preview deletes nothing"
                return Destroyed()

        assert _preview_destroy(cast(Stack, OneStack()), print) == {"delete": 15}


class TestTarget:
    @pytest.fixture
    def cluster(self) -> Iterator[str]:
        """The address of a server that knows `kube-system`."""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = self.path == "/api/v1/namespaces/kube-system"
                body = json.dumps({"kind": "Namespace", "metadata": {"name": "kube-system", "uid": "uid-7"}}).encode()
                self.send_response(200 if known else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        server.server_close()

    @staticmethod
    def _kubeconfig(path: Path, **servers: str) -> Path:
        path.write_text(yaml.safe_dump({
            "apiVersion": "v1", "kind": "Config", "current-context": next(iter(servers)),
            "clusters": [{"name": name, "cluster": {"server": url}} for name, url in servers.items()],
            "contexts": [{"name": name, "context": {"cluster": name, "user": "me"}} for name in servers],
            "users": [{"name": "me", "user": {}}]}), "utf-8")
        return path

    def test_a_named_cluster_tells_its_own_identity(
        self, cluster: str, demo: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ESTRAN_TOOLCHAIN_DIR", str(tmp_path / "engines"))
        monkeypatch.delenv("ESTRAN_CONTEXT", raising=False)
        file = self._kubeconfig(tmp_path / "kubeconfig", here=cluster)
        target = target_of(demo, file)
        assert (target.kubeconfig, target.context, target.uid, target.kept) == (file, "", "uid-7", None)
        assert target.environment["PATH"].split(os.pathsep)[0] == str(tmp_path / "engines" / "bin")
        assert target.environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"

    def test_the_context_is_the_one_asked_for(
        self, cluster: str, demo: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = self._kubeconfig(tmp_path / "kubeconfig", dead="http://127.0.0.1:9", here=cluster)
        monkeypatch.setenv("ESTRAN_CONTEXT", "here")
        assert target_of(demo, file).context == "here"
        monkeypatch.delenv("ESTRAN_CONTEXT")
        with pytest.raises(UnreachableError, match="the API server does not answer") as refusal:
            target_of(demo, file)
        assert str(file) in refusal.value.where

    def test_neither_kubeconfig_nor_lab(self, demo: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ESTRAN_CACHE", str(tmp_path))
        with pytest.raises(MissingToolError, match="There is no lab of the site demo"):
            target_of(demo)
