"""What the lab writes down for others to follow: keys, kubeconfigs, flags, nodes, records of processes."""

from __future__ import annotations

import base64
import os
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509

from infra.inventory.site import Site
from lab.components import Components, Layout
from lab.identities import Keys, identities_of, prepare_keys, write_kubeconfigs
from lab.interrupts import uninterrupted
from lab.kubeconfig import Entry, write_kubeconfig
from lab.nodes import node_manifests
from lab.pki import authority
from lab.ports import PORTS, choose_ports
from lab.processes import Process, Running, log_tail, running, start, stop
from lab.state import LabState
from lab.status import status


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.fixture(scope="module")
def keys(demo: Site, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    made = Keys(tmp_path_factory.mktemp("pki"))
    prepare_keys(demo, made)
    return made


class TestKeys:
    @pytest.mark.parametrize(("name", "signer"), [
        ("kube-apiserver", "ca"), ("components", "ca"), ("admin", "ca"), ("controller", "ca"),
        ("les-sables-agent", "ca"), ("etcd", "etcd-ca"), ("etcd-client", "etcd-ca"), ("front-proxy", "front-proxy-ca")])
    def test_each_certificate_comes_from_its_own_authority(self, keys: Keys, name: str, signer: str) -> None:
        found = _certificate(keys.pair(name).certificate)
        found.verify_directly_issued_by(_certificate(keys.pair(signer).certificate))
        assert not found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca

    def test_an_authority_signs_no_other_authority(self, tmp_path: Path) -> None:
        found = _certificate(authority(tmp_path, "ca").certificate).extensions
        constraints = found.get_extension_for_class(x509.BasicConstraints)
        assert constraints.critical
        assert (constraints.value.ca, constraints.value.path_length) == (True, 0)
        usage = found.get_extension_for_class(x509.KeyUsage).value
        assert usage.key_cert_sign
        assert not usage.key_encipherment

    def test_the_api_server_answers_to_every_name_a_pod_knows(self, demo: Site, keys: Keys) -> None:
        named = _certificate(keys.pair("kube-apiserver").certificate).extensions.get_extension_for_class(
            x509.SubjectAlternativeName).value
        assert demo.cluster.service_cidr == "10.96.0.0/16"
        assert [str(one) for one in named.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "10.96.0.1"]
        assert set(named.get_values_for_type(x509.DNSName)) == {
            "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
            f"kubernetes.default.svc.{demo.cluster.dns_domain}"}

    def test_who_only_acts_can_not_serve(self, demo: Site, keys: Keys) -> None:
        for name in (*identities_of(demo), "etcd-client", "front-proxy"):
            with pytest.raises(x509.ExtensionNotFound):
                _certificate(keys.pair(name).certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName)

    def test_kubeconfig_trusts_the_cluster_s_authority(self, demo: Site, keys: Keys, tmp_path: Path) -> None:
        write_kubeconfigs(demo, keys, tmp_path, 6443)
        for name in identities_of(demo):
            document = yaml.safe_load((tmp_path / f"{name}.kubeconfig").read_text())
            cluster, user = document["clusters"][0]["cluster"], document["users"][0]["user"]
            assert base64.b64decode(cluster["certificate-authority-data"]) == keys.pair("ca").certificate.read_bytes()
            assert base64.b64decode(user["client-key-data"]) == keys.pair(name).key.read_bytes()
            context = document["contexts"][0]["context"]
            assert (context["cluster"], context["user"]) == (
                document["clusters"][0]["name"], document["users"][0]["name"])

    def test_kubeconfig_follows_a_new_port(self, keys: Keys, tmp_path: Path) -> None:
        entry = Entry("c", "https://127.0.0.1:1", keys.pair("ca").certificate, "u", keys.pair("admin"), "minutes")
        path = write_kubeconfig(tmp_path / "k", entry)
        assert yaml.safe_load(path.read_text())["contexts"][0]["context"]["namespace"] == "minutes"
        write_kubeconfig(path, replace(entry, server="https://127.0.0.1:2"))
        assert yaml.safe_load(path.read_text())["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:2"


class TestFlags:
    @pytest.fixture
    def components(self, demo: Site, tmp_path: Path) -> Components:
        return Components(demo, Layout(tmp_path), {name: 20_000 + index for index, name in enumerate(PORTS)})

    @staticmethod
    def _flags(process: Process) -> dict[str, str]:
        return dict(part.removeprefix("--").split("=", 1) for part in process.argv[1:])

    def test_the_cluster_is_the_site_s(self, components: Components, demo: Site) -> None:
        api, kwok = self._flags(components.api_server()), self._flags(components.kwok())
        assert api["service-cluster-ip-range"] == demo.cluster.service_cidr
        assert api["service-account-issuer"] == f"https://kubernetes.default.svc.{demo.cluster.dns_domain}"
        assert kwok["cidr"] == demo.cluster.pod_cidr
        assert kwok["manage-all-nodes"] == "true"
        assert self._flags(components.controller_manager())["cluster-name"] == demo.cluster.name

    def test_tokens_are_signed_and_checked_by_two_halves_of_one_key(self, components: Components) -> None:
        api, manager = self._flags(components.api_server()), self._flags(components.controller_manager())
        assert api["service-account-signing-key-file"] == manager["service-account-private-key-file"]
        assert api["service-account-signing-key-file"].endswith("service-accounts.key")
        assert api["service-account-key-file"].endswith("service-accounts.pub")

    def test_the_aggregator_believes_its_own_proxy_only(self, components: Components) -> None:
        """Whoever passes for the front proxy can name any user (requestheader authentication)."""
        flags = self._flags(components.api_server())
        assert flags["requestheader-client-ca-file"].endswith("front-proxy-ca.crt")
        assert flags["requestheader-client-ca-file"] != flags["client-ca-file"]
        assert flags["requestheader-allowed-names"] == "front-proxy"

    def test_nobody_may_profile(self, components: Components) -> None:
        for process in (components.api_server(), components.controller_manager(), components.scheduler()):
            assert self._flags(process)["profiling"] == "false", process.name

    def test_each_listens_on_its_own_port(self, components: Components) -> None:
        ports = components.ports
        assert self._flags(components.etcd())["listen-client-urls"] == f"https://127.0.0.1:{ports['etcd']}"
        assert self._flags(components.etcd())["initial-cluster"] == f"lab=https://127.0.0.1:{ports['etcd-peer']}"
        assert self._flags(components.api_server())["etcd-servers"] == f"https://127.0.0.1:{ports['etcd']}"
        assert self._flags(components.scheduler())["secure-port"] == str(ports["kube-scheduler"])
        assert self._flags(components.controller_manager())["secure-port"] == str(ports["kube-controller-manager"])


def test_node_without_an_address_has_none(demo: Site) -> None:
    bare = demo.nodes["worker-1"].model_copy(update={"address": None})
    site = demo.model_copy(update={"nodes": {"worker-1": bare}})
    (manifest,) = node_manifests(site)
    assert manifest["status"]["addresses"] == [{"type": "Hostname", "address": "worker-1"}]
    assert manifest["spec"]["providerID"] == f"estran://demo/{bare.serial}"
    assert manifest["status"]["nodeInfo"]["kubeletVersion"] == f"v{demo.cluster.kubernetes_version}"


def test_a_remembered_port_yields_to_the_one_asked_for(tmp_path: Path) -> None:
    first = choose_ports(tmp_path, {})
    chosen = choose_ports(tmp_path, first, fixed={"kube-apiserver": first["etcd"]})
    assert chosen["kube-apiserver"] == first["etcd"]
    assert chosen["etcd"] != first["etcd"]
    assert len(set(chosen.values())) == len(PORTS)


class TestProcesses:
    @pytest.mark.parametrize(("change", "same"), [
        ({"argv": ("sleep", "1")}, False), ({"env": {"A": "2"}}, False), ({"env": {"B": "1"}}, False),
        ({"name": "other"}, True), ({"log": Path("other.log")}, True), ({"ready": lambda: False}, True)])
    def test_fingerprint_is_of_what_a_restart_would_change(self, change: dict[str, Any], same: bool) -> None:
        one = Process("p", ("sleep", "600"), Path("p.log"), {"A": "1"})
        assert (replace(one, **change).fingerprint() == one.fingerprint()) is same

    def test_order_of_variables_does_not_matter(self) -> None:
        one = Process("p", ("x",), Path("p.log"), {"A": "1", "B": "2"})
        assert replace(one, env={"B": "2", "A": "1"}).fingerprint() == one.fingerprint()

    def test_a_reused_pid_is_not_ours(self) -> None:
        mine = Running("me", os.getpid(), 1.0, "", "", 0)
        assert mine.handle() is None
        assert Running("gone", 4_194_304, 1.0, "", "", 0).handle() is None

    def test_tail_of_a_log(self, tmp_path: Path) -> None:
        log = tmp_path / "x.log"
        assert log_tail(log) == ""
        log.write_bytes(b"first\n" + b"x" * 20_000 + b"\n\xff\xfe\n" + b"".join(b"%d\n" % n for n in range(30)))
        assert log_tail(log).splitlines() == [str(number) for number in range(18, 30)]
        assert log_tail(log, 1) == "29"
        assert "first" not in log_tail(log, 1000), "a log of gigabytes is read at its end only"
        assert "\ufffd" in log_tail(log, 1000)

    def test_running_ones_come_oldest_first(self, tmp_path: Path) -> None:
        names = ["zebra", "ant", "monkey"]
        start([Process(name, ("sleep", "600"), tmp_path / f"{name}.log") for name in names], tmp_path)
        try:
            assert list(running(tmp_path)) == names
            found = status(LabState("demo", tmp_path, {}))
            assert [one.name for one in found if one.running] == names
        finally:
            assert stop(tmp_path) == names

    def test_log_is_for_its_owner_and_holds_both_streams(self, tmp_path: Path) -> None:
        log = tmp_path / "logs" / "p.log"
        said = Process("p", ("sh", "-c", "echo out; echo err >&2; sleep 600"), log,
                       ready=lambda: log.exists() and log.read_text().count("\n") == 2)
        start([said], tmp_path)
        try:
            assert log.read_text() == "out\nerr\n"
            assert log.stat().st_mode & 0o077 == 0
        finally:
            stop(tmp_path)


class TestInterrupts:
    def test_another_fault_leaves_as_it_is_and_ctrl_c_works_again(self) -> None:
        with pytest.raises(ValueError, match="mine"), uninterrupted():
            raise ValueError("mine")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def test_another_thread_holds_nothing_back(self) -> None:
        seen: list[object] = []

        def work() -> None:
            with uninterrupted():
                seen.append(signal.getsignal(signal.SIGINT))

        thread = threading.Thread(target=work)
        thread.start()
        thread.join(30)
        assert seen == [signal.default_int_handler]
