"""Who acts in the lab, and the kubeconfig that each gets."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import yaml
from cryptography import x509

from infra.inventory.site import Site
from lab.identities import Keys, identities_of, prepare_keys, tenant_identity, write_kubeconfigs


def test_one_agent_per_tenant_in_the_tenant_s_group(demo: Site) -> None:
    found = identities_of(demo)
    for tenant_id, tenant in demo.tenants.items():
        subject = found[tenant_identity(tenant_id)]
        assert (subject.name, subject.group) == (f"{tenant_id}-agent", tenant.group)


def test_only_the_operator_is_master(demo: Site) -> None:
    masters = [name for name, subject in identities_of(demo).items() if subject.group == "system:masters"]
    assert masters == ["admin"]
    assert identities_of(demo)["controller"].group == "estran:controller"


def test_kubeconfigs_are_whole_private_and_stable(demo: Site, tmp_path: Path) -> None:
    keys = Keys(tmp_path / "pki")
    prepare_keys(demo, keys)
    write_kubeconfigs(demo, keys, tmp_path / "kubeconfigs", 6443)
    files = sorted((tmp_path / "kubeconfigs").iterdir())
    assert [path.name for path in files] == sorted(f"{name}.kubeconfig" for name in identities_of(demo))
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    before = [path.stat().st_mtime_ns for path in files]
    prepare_keys(demo, keys)
    write_kubeconfigs(demo, keys, tmp_path / "kubeconfigs", 6443)
    assert [path.stat().st_mtime_ns for path in files] == before, "a second run writes nothing"


def test_kubeconfig_holds_its_own_identity_only(demo: Site, tmp_path: Path) -> None:
    keys = Keys(tmp_path / "pki")
    prepare_keys(demo, keys)
    write_kubeconfigs(demo, keys, tmp_path, 6443)
    document = yaml.safe_load((tmp_path / "les-sables-agent.kubeconfig").read_text())
    (user,) = document["users"]
    certificate = x509.load_pem_x509_certificate(base64.b64decode(user["user"]["client-certificate-data"]))
    assert certificate.subject.rfc4514_string() == "CN=les-sables-agent,O=estran:les-sables"
    assert document["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:6443"
    assert document["current-context"] == demo.cluster.name
