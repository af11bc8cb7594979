"""Plays steps: shows each command before it runs, and stops at the first that does not end as it must."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from infra.inventory.errors import EstranError
from ops_cli.demo.steps import TENANT, Step
from ops_cli.i18n import N_, _
from ops_cli.output import result_console
from ops_cli.run.workspace import project_dir


class DemoError(EstranError):
    """A step of the demonstration did not end as it must."""


def play(steps: list[Step], site_id: str) -> Iterator[tuple[Step, float]]:
    """Run each step in order and yield it with its seconds; raises DemoError at the first that ends otherwise."""
    console = result_console()
    for number, step in enumerate(steps, 1):
        console.rule(f"[bold]{number}/{len(steps)}[/bold] {_(step.title)}", align="left")
        who = f"[dim]({TENANT})[/dim] " if step.who == "tenant" else ""
        console.print(f"{who}$ {shlex.join(_shown(step.argv))}", style="cyan", soft_wrap=True, highlight=False)
        started = time.monotonic()
        _run(step, site_id)
        yield step, time.monotonic() - started


def _shown(argv: tuple[str, ...]) -> list[str]:
    return [os.path.relpath(part) if part.startswith(os.sep) else part for part in argv]


def _run(step: Step, site_id: str) -> None:
    argv = (sys.executable, "-m", "ops_cli", *step.argv[1:]) if step.argv[0] == "estran" else step.argv
    expected_refusal = bool(step.refusal)
    done = subprocess.run(argv, env=_environment(step, site_id), cwd=project_dir(), check=False, text=True,
                          stdin=subprocess.DEVNULL, capture_output=expected_refusal)
    answer = (done.stdout or "") + (done.stderr or "")
    if expected_refusal:
        sys.stdout.write(answer)
        sys.stdout.flush()
    if done.returncode != step.code or step.refusal not in answer:
        raise DemoError(N_("this step ended with exit code {found}, not {expected}"), where=shlex.join(step.argv),
                        remedy=N_("read what it said above; 'estran doctor' says what this machine lacks"),
                        found=done.returncode, expected=int(step.code))
    if expected_refusal:
        said = _("refused, as it must be (exit code {code})").format(code=done.returncode)
        result_console().print(said, style="green")


def _environment(step: Step, site_id: str) -> dict[str, str]:
    from lab.paths import lab_dir
    from lab.state import LabState
    from toolchain.environment import engine_environment

    environment = {**os.environ, **engine_environment(), "PYTHONWARNINGS": "ignore"}
    if (lab_dir(site_id) / "state.json").exists():
        lab = LabState.load(site_id)
        environment |= lab.environment()
        if step.who == "tenant":
            environment["KUBECONFIG"] = str(lab.tenant_kubeconfig(TENANT))
            for secret in ("PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_BACKEND_URL"):
                environment.pop(secret, None)
    return environment


def where_to_look(site_id: str, into: Path) -> list[tuple[str, str]]:
    """Return (what, where) of everything that the demonstration leaves to look at."""
    return [
        (_("the site, drawn"), os.path.relpath(into / "site.svg")),
        (_("the energy report"), ", ".join(sorted(os.path.relpath(path) for path in (into / "energy").iterdir()))),
        (_("the cluster"), 'eval "$(.venv/bin/estran lab env)"; kubectl get ns,quota,netpol -A'),
        (_("the resources"), "pulumi stack -s " + f"{site_id}-tenants"),
        (_("stop everything"), "make clean"),
    ]
