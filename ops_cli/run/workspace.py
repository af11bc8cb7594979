"""The stacks of a site, through Pulumi's Automation API: same project, same state as plain `pulumi`."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from pulumi import automation

from infra.components.errors import WrongClusterError
from infra.inventory.errors import N_
from infra.inventory.names import stack_name
from infra.inventory.paths import SITES_DIR
from infra.inventory.site import Site

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Target:
    """Where a site's layers go: cluster, context, identity, and the environment in which Pulumi runs.

    `kept` is where the settings of the stacks are kept beside their state, when that is on this machine.
    """

    kubeconfig: Path
    context: str
    uid: str
    environment: dict[str, str]
    kept: Path | None = None


def project_dir() -> Path:
    """Return the folder of Pulumi.yaml: `ESTRAN_PROJECT_DIR`, else this checkout."""
    return Path(os.environ.get("ESTRAN_PROJECT_DIR", ROOT))


def open_stack(site: Site, layer: str, target: Target, site_file: Path) -> automation.Stack:
    """Return the stack of a layer, made if it is not there, told which cluster it is for."""
    name = stack_name(site.id, layer)
    options = automation.LocalWorkspaceOptions(
        work_dir=str(project_dir()), env_vars=target.environment, pulumi_command=_command(target))
    settings = project_dir() / "infra" / "stacks" / f"Pulumi.{name}.yaml"
    kept = target.kept / settings.name if target.kept else None
    _settings_of_this_stack(settings, kept)
    stack = automation.create_or_select_stack(name, work_dir=str(project_dir()), opts=options)
    wanted = {"estran:kubeconfig": str(target.kubeconfig), "estran:clusterUid": target.uid}
    if target.context:
        wanted["estran:context"] = target.context
    if site_file.parent.resolve() != SITES_DIR:
        wanted["estran:siteFile"] = str(site_file.resolve())
    _configure(stack, wanted, site.services if layer == "platform" else {})
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(settings, kept)
    return stack


def _command(target: Target) -> automation.PulumiCommand:
    """The CLI of our toolchain: `PulumiCommand` wants the folder that holds `bin/pulumi`."""
    found = shutil.which("pulumi", path=target.environment["PATH"])
    return automation.PulumiCommand(root=str(Path(found).parent.parent) if found else None, skip_version_check=True)


def _settings_of_this_stack(settings: Path, kept: Path | None) -> None:
    """Put back the settings that belong to this state: another lab of the same site may have left its own here.

    Settings hold the salt of the passphrase, so those of another state, or of a purged lab, would only fail.
    """
    if kept and kept.exists():
        shutil.copyfile(kept, settings)
    elif kept:
        settings.unlink(missing_ok=True)


def _configure(stack: automation.Stack, wanted: dict[str, str], services: dict[str, object] | object) -> None:
    present = stack.get_all_config()
    held = present.get("estran:clusterUid")
    if held and held.value != wanted["estran:clusterUid"]:
        raise WrongClusterError(
            N_("this is another cluster: its kube-system has UID {found}, the site's has {expected}"),
            where=wanted["estran:kubeconfig"], found=wanted["estran:clusterUid"], expected=held.value,
            remedy=N_("point --kubeconfig at the site's cluster; if it was rebuilt on purpose, say so: "
                      "pulumi config set --stack {stack} estran:clusterUid {found}"), stack=stack.name)
    missing: dict[str, automation.ConfigValue] = {
        key: automation.ConfigValue(value) for key, value in wanted.items()
        if key not in present or present[key].value != value
    }
    for service_id in services if isinstance(services, dict) else ():
        key = f"estran:{service_id}-password"
        if key not in present:
            missing[key] = automation.ConfigValue(secrets.token_urlsafe(24), secret=True)
    if missing:
        stack.set_all_config(missing)
