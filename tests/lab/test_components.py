"""Flags of the control plane: loopback only, mutual TLS, no secret on a command line."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
import yaml

from infra.inventory.site import Site
from lab.components import CONTROL_PLANE, STAGES, Components, Layout
from lab.ports import choose_ports


@pytest.fixture
def components(demo: Site, tmp_path: Path) -> Components:
    return Components(demo, Layout(tmp_path), choose_ports(tmp_path, {}))


def _flags(argv: tuple[str, ...]) -> dict[str, str]:
    return dict(part.removeprefix("--").split("=", 1) for part in argv[1:])


def test_all_components_in_order(components: Components) -> None:
    assert tuple(process.name for process in components.control_plane()) == CONTROL_PLANE


def test_everything_listens_on_loopback_only(components: Components) -> None:
    listening = ("bind-address", "listen-client-urls", "listen-peer-urls", "server-address")
    for process in components.control_plane():
        found = [value for flag, value in _flags(process.argv).items() if flag in listening]
        assert found, process.name
        assert all("127.0.0.1" in value and "0.0.0.0" not in value for value in found)


def test_etcd_speaks_mutual_tls(components: Components) -> None:
    flags = _flags(components.etcd().argv)
    assert flags["client-cert-auth"] == flags["peer-client-cert-auth"] == "true"
    assert flags["listen-client-urls"].startswith("https://")
    assert flags["listen-peer-urls"].startswith("https://")


def test_nobody_without_a_certificate_reaches_the_api(components: Components) -> None:
    flags = _flags(components.api_server().argv)
    assert flags["anonymous-auth"] == "false"
    assert flags["authorization-mode"] == "Node,RBAC"
    assert flags["kubelet-preferred-address-types"] == "InternalIP,Hostname"
    assert "NodeRestriction" in flags["enable-admission-plugins"]


def test_secrets_are_named_by_file_never_by_value(components: Components) -> None:
    for process in components.control_plane():
        for flag, value in _flags(process.argv).items():
            if flag.endswith(("key-file", "keyfile", "kubeconfig")):
                assert value.startswith("/"), f"{process.name} --{flag}"
        assert not {"token", "password"} & set(_flags(process.argv))


def test_controller_is_told_where_everything_is(components: Components, demo_file: Path, tmp_path: Path) -> None:
    process = components.controller(demo_file)
    assert process.argv[1:] == ("-m", "tenancy.controller")
    assert process.env["KUBECONFIG"] == str(tmp_path / "kubeconfigs" / "controller.kubeconfig")
    assert process.env["ESTRAN_SITE_FILE"] == str(demo_file.resolve())
    assert process.env["ESTRAN_AUDIT_FILE"] == str(tmp_path / "audit.jsonl")
    assert process.env["ESTRAN_CONTROLLER_HEALTH"] == f"127.0.0.1:{components.ports['controller']}"


def test_controller_restarts_when_the_site_file_changed(components: Components, tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("identity: {id: a}\n")
    before = components.controller(file).fingerprint()
    assert components.controller(file).fingerprint() == before
    file.write_text("identity: {id: b}\n")
    assert components.controller(file).fingerprint() != before


def test_nothing_is_ready_while_nothing_runs(components: Components) -> None:
    assert not any(process.ready() for process in components.control_plane())


def test_health_is_asked_without_the_proxy(components: Components, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def get(session: requests.Session, _url: str, **_named: object) -> requests.Response:
        asked.append(session.trust_env)
        answer = requests.Response()
        answer.status_code = 200
        return answer

    monkeypatch.setattr(requests.Session, "get", get)
    assert components.kwok().ready()
    assert asked == [False]


def test_stages_cover_nodes_and_pods() -> None:
    _options, *stages = yaml.safe_load_all(STAGES.read_text())
    assert {(one["kind"], one["apiVersion"]) for one in stages} == {("Stage", "kwok.x-k8s.io/v1alpha1")}
    assert {one["spec"]["resourceRef"]["kind"] for one in stages} == {"Node", "Pod"}
