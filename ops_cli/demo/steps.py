"""What the demonstration does: each step is a command that a person could type, and the exit code it must end with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from infra.inventory.names import LAYERS, namespace_name, stack_name
from ops_cli.exit_codes import ExitCode
from ops_cli.i18n import N_

MONTH = "2012-03"
TENANT, ASKED = "les-sables", "minutes"
OTHER = namespace_name("la-dune", "etat-civil")
REQUEST = ("estran", "namespace", "request", "--tenant", TENANT, "--memory", "8Gi", "--storage", "20Gi")
POD = Path(__file__).parent / "pod.yaml"
Who = Literal["operator", "tenant"]


@dataclass(frozen=True)
class Step:
    """A command, who types it, why, and how it must end (`refusal`: words that its refusal must hold)."""

    title: str
    argv: tuple[str, ...]
    who: Who = "operator"
    code: int = ExitCode.OK
    refusal: str = ""
    environment: dict[str, str] = field(default_factory=dict)


def steps(site_id: str, into: Path) -> list[Step]:
    """Return the steps for a site; files go into the folder `into`."""
    namespace = namespace_name(TENANT, ASKED)
    return [
        Step(N_("The engines, at their pinned versions"), ("estran", "toolchain", "sync")),
        Step(N_("The site file is consistent"), ("estran", "site", "check", site_id)),
        Step(N_("The site, drawn"), ("estran", "site", "show", "--site", site_id, "--svg", str(into / "site.svg"))),
        Step(N_("A real control plane on this machine"), ("estran", "lab", "up", "--site", site_id)),
        Step(N_("The layers: platform, tenants, models"), ("estran", "up", "--site", site_id)),
        *(Step(N_("The same layer by plain Pulumi: nothing is left to change"), (
            "pulumi", "up", "--stack", stack_name(site_id, layer), "--yes", "--non-interactive", "--color=never",
            "--suppress-progress", "--skip-preview", "--expect-no-changes")) for layer in LAYERS),
        Step(N_("A commune asks for a namespace, and gets it"),
             (*REQUEST, "--name", ASKED, "--cpu", "4", "--why", "comptes rendus"), "tenant"),
        Step(N_("A request over the convention is refused, with what could be asked instead"),
             (*REQUEST, "--name", "archives", "--cpu", "40", "--why", "archives"), "tenant", ExitCode.REFUSED,
             "convention-budget"),
        Step(N_("The commune runs a pod in its namespace"),
             ("kubectl", "--namespace", namespace, "apply", "-f", str(POD)), "tenant"),
        Step(N_("The scheduler places it, and it runs"),
             ("kubectl", "--namespace", namespace, "wait", "--for=condition=Ready", "pod/minutes", "--timeout=60s"),
             "tenant"),
        Step(N_("It is refused in another's namespace"),
             ("kubectl", "--namespace", OTHER, "apply", "-f", str(POD)), "tenant", 1, "forbidden"),
        Step(N_("A month of the site's meters in a real Prometheus"),
             ("estran", "lab", "history", "--site", site_id, "--month", MONTH)),
        Step(N_("Who used each kilowatt-hour of that month"),
             ("estran", "energy", "report", "--site", site_id, "--month", MONTH, "--by", "tenant",
              "--into", str(into / "energy"))),
    ]
