"""The lab on real engines: up, up again, hurt, interrupted at every step, down without a trace."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from tenacity import retry, stop_after_delay, wait_fixed

from infra.inventory.site import Site
from lab import box, processes
from lab.components import CONTROL_PLANE
from lab.errors import ConflictError, MissingToolError, UnreachableError
from lab.paths import lab_dir
from lab.pki import Subject, authority, issued
from lab.state import LabState
from lab.status import status
from toolchain.locate import engine_path
from toolchain.paths import toolchain_dir

pytestmark = pytest.mark.engine
STEPS = ("ports", "keys and certificates", "etcd and the API server", "nodes",
         "controllers, scheduler and nodes' life", "tenancy controller")


def _kubectl(kubeconfig: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = [engine_path("kubectl"), "--kubeconfig", kubeconfig, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=check, timeout=60)


def _json(kubeconfig: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_kubectl(kubeconfig, *arguments, "-o", "json").stdout)
    return found


@pytest.fixture(scope="module")
def hurt(tmp_path_factory: pytest.TempPathFactory, demo: Site) -> Iterator[LabState]:
    """One bare lab (no layers, no controller) for this file's tests, which may hurt it but leave it up."""
    patch = pytest.MonkeyPatch()
    patch.setenv("ESTRAN_TOOLCHAIN_DIR", str(toolchain_dir()))
    patch.setenv("ESTRAN_CACHE", str(tmp_path_factory.mktemp("hurt")))
    state, started = box.up(demo)
    assert started == list(CONTROL_PLANE)
    try:
        yield state
    finally:
        box.down(demo.id, purge=True)
        assert list(processes.marked(state.folder)) == []
        assert not state.folder.exists()
        patch.undo()


class TestUp:
    def test_every_component_is_healthy_and_small(self, hurt: LabState) -> None:
        found = {one.name: one for one in status(hurt)}
        assert all(found[name].running for name in CONTROL_PLANE)
        assert not found["prometheus"].running
        assert sum(one.memory_mb or 0 for one in found.values()) < 700

    def test_only_loopback_is_listened_on(self, hurt: LabState) -> None:
        for record in hurt.processes.values():
            handle = record.handle()
            assert handle is not None
            listening = [one.laddr.ip for one in handle.net_connections("inet") if one.status == psutil.CONN_LISTEN]
            assert listening
            assert set(listening) == {"127.0.0.1"}, record.name

    def test_nodes_are_ready_with_their_capacity(self, hurt: LabState, demo: Site) -> None:
        _kubectl(hurt.kubeconfig, "wait", "--for=condition=Ready", "nodes", "--all", "--timeout=30s")
        nodes = _json(hurt.kubeconfig, "get", "nodes")["items"]
        assert {node["metadata"]["name"] for node in nodes} == set(demo.nodes)
        gpus = {node["metadata"]["name"]: node["status"]["allocatable"].get("nvidia.com/gpu") for node in nodes}
        assert gpus == {"cp-1": None, "worker-1": None, "worker-2": None, "gpu-1": "4", "gpu-2": "4"}

    def test_second_up_changes_nothing(self, hurt: LabState, demo: Site) -> None:
        pids = {name: record.pid for name, record in hurt.processes.items()}
        versions = self._versions(hurt)
        state, started = box.up(demo)
        assert started == []
        assert state == hurt
        assert {name: record.pid for name, record in state.processes.items()} == pids
        assert self._versions(hurt) == versions
        assert box.pending(demo) == []

    @staticmethod
    def _versions(state: LabState) -> dict[str, str]:
        """Return when the lab last wrote each of its objects (a node's heartbeat is not the lab's doing)."""
        kinds = "nodes,persistentvolumes,storageclasses,clusterroles,clusterrolebindings"
        items = _json(state.kubeconfig, "get", kinds, "--show-managed-fields")["items"]
        return {f"{one['kind']} {one['metadata']['name']}": entry["time"] for one in items
                for entry in one["metadata"].get("managedFields", []) if entry["manager"] == "estran-lab"}

    def test_cordon_survives_another_up(self, hurt: LabState, demo: Site) -> None:
        _kubectl(hurt.kubeconfig, "cordon", "worker-1")
        box.up(demo)
        assert _json(hurt.kubeconfig, "get", "node", "worker-1")["spec"]["unschedulable"]
        _kubectl(hurt.kubeconfig, "uncordon", "worker-1")

    def test_state_says_which_cluster(self, hurt: LabState, demo: Site) -> None:
        uid = _json(hurt.kubeconfig, "get", "namespace", "kube-system")["metadata"]["uid"]
        assert hurt.cluster_uid == uid
        assert LabState.load(demo.id) == hurt
        environment = hurt.environment()
        assert environment["ESTRAN_CLUSTER_UID"] == uid
        assert environment["PULUMI_BACKEND_URL"] == f"file://{hurt.folder}/pulumi"
        passphrase = Path(environment["PULUMI_CONFIG_PASSPHRASE_FILE"])
        assert stat.S_IMODE(passphrase.stat().st_mode) == 0o600
        assert len(passphrase.read_text()) >= 32

    def test_folder_is_private(self, hurt: LabState) -> None:
        assert stat.S_IMODE(hurt.folder.stat().st_mode) == 0o700


class TestPods:
    def test_deployment_runs_on_workers_and_goes(self, hurt: LabState) -> None:
        kubeconfig = hurt.kubeconfig
        _kubectl(kubeconfig, "create", "deployment", "web", "--image=registry.demo.internal/web:1", "--replicas=4")
        _kubectl(kubeconfig, "rollout", "status", "deployment/web", "--timeout=30s")
        pods = _json(kubeconfig, "get", "pods", "-l", "app=web")["items"]
        assert {pod["spec"]["nodeName"] for pod in pods} <= {"worker-1", "worker-2"}
        assert all(pod["status"]["podIP"].startswith("10.244.") for pod in pods)
        assert len({pod["status"]["podIP"] for pod in pods}) == 4
        _kubectl(kubeconfig, "delete", "deployment", "web")
        _kubectl(kubeconfig, "wait", "--for=delete", "pods", "-l", "app=web", "--timeout=30s")

    def test_job_completes(self, hurt: LabState) -> None:
        _kubectl(hurt.kubeconfig, "create", "job", "once", "--image=registry.demo.internal/once:1")
        _kubectl(hurt.kubeconfig, "wait", "--for=condition=complete", "job/once", "--timeout=30s")
        assert _json(hurt.kubeconfig, "get", "job", "once")["status"]["succeeded"] == 1
        _kubectl(hurt.kubeconfig, "delete", "job", "once")

    def test_gpus_are_counted_by_the_real_scheduler(self, hurt: LabState) -> None:
        """Two nodes of 4 GPUs: two pods of 3 fit, a third does not."""
        for number in range(3):
            overrides = {"spec": {
                "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
                "containers": [{"name": "m", "image": "registry.demo.internal/m:1",
                                "resources": {"limits": {"nvidia.com/gpu": "3"}}}]}}
            _kubectl(hurt.kubeconfig, "run", f"model-{number}", "--image=x", f"--overrides={json.dumps(overrides)}")
        _kubectl(hurt.kubeconfig, "wait", "--for=jsonpath={.status.phase}=Running", "pod/model-0", "pod/model-1",
                 "--timeout=30s")
        places = {_json(hurt.kubeconfig, "get", "pod", f"model-{n}")["spec"]["nodeName"] for n in range(2)}
        assert places == {"gpu-1", "gpu-2"}
        _kubectl(hurt.kubeconfig, "wait", "--for=jsonpath={.status.conditions[0].reason}=Unschedulable", "pod/model-2",
                 "--timeout=30s")
        _kubectl(hurt.kubeconfig, "delete", "pods", "--all", "--wait=false")


class TestIdentities:
    def test_agent_is_its_tenant_and_no_more(self, hurt: LabState) -> None:
        agent = hurt.tenant_kubeconfig("les-sables")
        said = _json(agent, "auth", "whoami")["status"]["userInfo"]
        assert said["username"] == "les-sables-agent"
        assert "estran:les-sables" in said["groups"]
        refused = _kubectl(agent, "get", "nodes", check=False)
        assert refused.returncode != 0
        assert "les-sables-agent" in refused.stderr
        assert "forbidden" in refused.stderr.lower()

    @pytest.mark.parametrize("path", ["/api", "/readyz", "/version"])
    def test_nobody_is_refused(self, hurt: LabState, path: str) -> None:
        answer = requests.get(f"https://127.0.0.1:{hurt.ports['kube-apiserver']}{path}", timeout=10,
                              verify=str(hurt.layout.keys.pair("ca").certificate))
        assert answer.status_code == 401

    def test_certificate_of_another_authority_is_refused(self, hurt: LabState, tmp_path: Path) -> None:
        false = issued(authority(tmp_path, "ca"), tmp_path, "admin", Subject("estran-admin", "system:masters"))
        answer = requests.get(
            f"https://127.0.0.1:{hurt.ports['kube-apiserver']}/api", timeout=10,
            verify=str(hurt.layout.keys.pair("ca").certificate), cert=(str(false.certificate), str(false.key)))
        assert answer.status_code == 401

    def test_etcd_refuses_who_has_no_certificate(self, hurt: LabState) -> None:
        with pytest.raises(requests.ConnectionError):
            requests.get(f"https://127.0.0.1:{hurt.ports['etcd']}/health", timeout=10,
                         verify=str(hurt.layout.keys.pair("etcd-ca").certificate))

    def test_unknown_tenant_names_those_known(self, hurt: LabState) -> None:
        with pytest.raises(MissingToolError, match=r"no identity for the tenant atlantis; it has: .*les-sables"):
            hurt.tenant_kubeconfig("atlantis")


class TestHurt:
    @pytest.mark.parametrize("name", CONTROL_PLANE)
    def test_dead_component_is_started_again(self, hurt: LabState, demo: Site, name: str) -> None:
        victim = hurt.processes[name].handle()
        assert victim is not None
        victim.kill()
        self._gone(victim)
        assert box.pending(demo) == [name]
        state, started = box.up(demo)
        assert started == [name]
        assert state.ports == hurt.ports
        assert state.cluster_uid == hurt.cluster_uid, "the cluster is the same: nothing was lost"

    @staticmethod
    @retry(stop=stop_after_delay(20), wait=wait_fixed(0.02))
    def _gone(victim: psutil.Process) -> None:
        assert not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE

    def test_node_that_left_the_site_is_removed_and_comes_back(self, hurt: LabState, demo: Site) -> None:
        fewer = demo.model_copy(update={"nodes": {k: v for k, v in demo.nodes.items() if k != "worker-2"}})
        box.up(fewer)
        assert "worker-2" not in _kubectl(hurt.kubeconfig, "get", "nodes").stdout
        box.up(demo)
        _kubectl(hurt.kubeconfig, "wait", "--for=condition=Ready", "node/worker-2", "--timeout=30s")


class TestDown:
    def test_down_then_up_keeps_the_cluster(self, hurt: LabState, demo: Site) -> None:
        _kubectl(hurt.kubeconfig, "create", "configmap", "kept")
        assert box.down(demo.id) == list(CONTROL_PLANE)
        assert list(processes.marked(hurt.folder)) == []
        assert box.down(demo.id) == []
        state, _started = box.up(demo)
        assert state.cluster_uid == hurt.cluster_uid
        assert _kubectl(state.kubeconfig, "get", "configmap", "kept").returncode == 0

    def test_no_lab_no_state(self, own_cache: Path, demo: Site) -> None:
        with pytest.raises(MissingToolError, match="There is no lab of the site demo on this machine") as refusal:
            LabState.load(demo.id)
        assert "estran lab up" in refusal.value.remedy


class TestInterrupted:
    @pytest.mark.parametrize("step", STEPS)
    def test_at_any_step_nothing_is_left(self, own_cache: Path, demo: Site, demo_file: Path, step: str) -> None:
        def interrupt(reached: str) -> None:
            if reached == step:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            box.up(demo, box.Options(tell=interrupt, site_file=demo_file))
        assert list(processes.marked(lab_dir(demo.id))) == []

    def test_real_ctrl_c_then_the_next_run_goes_on(self, own_cache: Path, demo: Site) -> None:
        folder = lab_dir(demo.id)
        with subprocess.Popen([sys.executable, "-m", "ops_cli", "--lang", "en", "lab", "up", "--no-controller"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as command:
            _until(lambda: "kube-apiserver" in processes.running(folder))
            command.send_signal(signal.SIGINT)
            _out, errors = command.communicate(timeout=60)
        assert command.returncode == 130, errors
        assert "Interrupted. Run the same command again" in errors
        assert list(processes.marked(folder)) == []
        _state, started = box.up(demo)
        assert started == list(CONTROL_PLANE)

    def test_two_at_once_make_one_lab(self, own_cache: Path, demo: Site) -> None:
        command = [sys.executable, "-m", "ops_cli", "--lang", "en", "lab", "up", "--no-controller"]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        said = sorted(process.communicate(timeout=120)[0] for process in both)
        assert [process.returncode for process in both] == [0, 0]
        assert said == ["Nothing changed.\n", f"Started: {', '.join(CONTROL_PLANE)}\n"]


class TestRefused:
    def test_taken_port_that_was_asked_for(self, own_cache: Path, demo: Site) -> None:
        with socket.create_server(("127.0.0.1", 0)) as holder:
            port = holder.getsockname()[1]
            with pytest.raises(ConflictError, match=f"Port {port}, asked for kube-apiserver, is taken by"):
                box.up(demo, box.Options(ports={"kube-apiserver": port}))
        assert list(processes.marked(lab_dir(demo.id))) == []

    def test_component_that_dies_is_named_with_its_log(self, own_cache: Path, demo: Site) -> None:
        """The other processes of the same start must be gone too."""
        etcd = lab_dir(demo.id) / "etcd"
        etcd.parent.mkdir(parents=True)
        etcd.write_text("a file where a folder is wanted")
        with pytest.raises(UnreachableError, match=r"etcd stopped just after its start") as refusal:
            box.up(demo)
        assert refusal.value.where.endswith("logs/etcd.log")
        assert str(refusal.value.figures["tail"])
        assert list(processes.marked(lab_dir(demo.id))) == []

    def test_without_engines(
        self, own_cache: Path, demo: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("ESTRAN_TOOLCHAIN_DIR", str(tmp_path / "empty"))
        with pytest.raises(Exception, match="The engine etcd is not in the toolchain folder") as refusal:
            box.up(demo)
        assert type(refusal.value).__name__ == "MissingToolError"


@retry(stop=stop_after_delay(60), wait=wait_fixed(0.02))
def _until(condition: Callable[[], bool]) -> None:
    assert condition()
