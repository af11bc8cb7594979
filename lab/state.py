"""What is known of a lab between two commands."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.inventory.errors import N_
from lab.components import Layout
from lab.errors import MissingToolError
from lab.identities import tenant_identity
from lab.paths import lab_dir
from lab.processes import Running, running
from lab.record import read_json, write_json, write_text

STATE_FILE = "state.json"


@dataclass(frozen=True)
class LabState:
    """One lab: where its files are, on which ports it listens, which cluster it is (UID of `kube-system`)."""

    site_id: str
    folder: Path
    ports: dict[str, int]
    cluster_uid: str = ""

    @classmethod
    def load(cls, site_id: str) -> LabState:
        """Return the lab of a site. Raises MissingToolError when it was never brought up."""
        path = lab_dir(site_id) / STATE_FILE
        if not path.exists():
            raise MissingToolError(N_("There is no lab of the site {site} on this machine."), where=str(path),
                                   site=site_id, remedy=N_("Run `estran lab up --site {site}`."))
        found = read_json(path)
        return cls(found["site_id"], Path(found["folder"]), found["ports"], found["cluster_uid"])

    def save(self) -> None:
        """Write the state; a file that already says so is left alone."""
        path = self.folder / STATE_FILE
        described = asdict(self) | {"folder": str(self.folder)}
        if not path.exists() or read_json(path) != described:
            write_json(path, described)

    @property
    def layout(self) -> Layout:
        return Layout(self.folder)

    @property
    def kubeconfig(self) -> Path:
        """The operator's kubeconfig."""
        return self.layout.kubeconfig("admin")

    @property
    def audit_file(self) -> Path:
        return self.layout.audit_file

    @property
    def pulumi_backend(self) -> Path:
        return self.folder / "pulumi"

    @property
    def passphrase_file(self) -> Path:
        return self.folder / "pulumi-passphrase"

    @property
    def processes(self) -> dict[str, Running]:
        """The live processes of the lab by name."""
        return running(self.folder)

    def tenant_kubeconfig(self, tenant_id: str) -> Path:
        """Return the kubeconfig of a tenant's agent. Raises MissingToolError when the lab has none for it."""
        path = self.layout.kubeconfig(tenant_identity(tenant_id))
        if not path.exists():
            known = sorted(found.name.removesuffix("-agent.kubeconfig") for found in
                           self.layout.kubeconfigs.glob("*-agent.kubeconfig"))
            raise MissingToolError(
                N_("The lab has no identity for the tenant {tenant}; it has: {known}."), where=str(path),
                tenant=tenant_id, known=", ".join(known),
                remedy=N_("Name one of these; for a new tenant of the site file, run `estran lab up`."))
        return path

    def environment(self) -> dict[str, str]:
        """Return what a shell needs to reach the lab, besides the engines' own environment."""
        return {
            "KUBECONFIG": str(self.kubeconfig),
            "PULUMI_BACKEND_URL": f"file://{self.pulumi_backend}",
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self.passphrase_file),
            "ESTRAN_CLUSTER_UID": self.cluster_uid,
            "ESTRAN_AUDIT_FILE": str(self.audit_file),
        }


def prepare_pulumi(state: LabState) -> None:
    """Make the folder of Pulumi's state and the random passphrase of its secrets, at their first use."""
    state.pulumi_backend.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not state.passphrase_file.exists():
        write_text(state.passphrase_file, secrets.token_urlsafe(32))
