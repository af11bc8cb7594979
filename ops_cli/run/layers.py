"""Layers up and down, in order, with progress; the outcome of each is data."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.inventory.errors import N_
from infra.inventory.names import stack_name
from infra.inventory.site import Site
from ops_cli.i18n import _
from ops_cli.output import print_rows
from ops_cli.run.errors import ConflictError, LayerError, RefusedError

if TYPE_CHECKING:
    from pulumi import automation

    from ops_cli.run.workspace import Target

_TO_DELETE = re.compile(r"- (\d+) to delete")
_LOCK_PID = re.compile(r"\(pid (\d+)\)")
_DENIED = ("ValidatingAdmissionPolicy", "exceeded quota", "is forbidden")


@dataclass
class Outcome:
    """What one layer did: counts per kind of change, and the seconds it took."""

    stack: str
    seconds: float = 0.0
    changes: dict[str, int] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        return sum(count for kind, count in self.changes.items() if kind != "same")


@dataclass(frozen=True)
class Request:
    """A site, the file it came from, and the layers to work on."""

    site: Site
    site_file: Path
    layers: Sequence[str]
    verbose: bool = False


Act = Callable[["automation.Stack", Callable[[str], None]], dict[str, int]]


def up_layers(request: Request, target: Target, *, preview: bool = False) -> list[Outcome]:
    """Bring layers up in order (or only say what would change); raises LayerError at the first that fails."""
    return [_run(request, target, layer, _preview if preview else _up) for layer in request.layers]


def down_layers(request: Request, target: Target, *, preview: bool = False) -> list[Outcome]:
    """Take layers down in reverse order (or only say what would go)."""
    act = _preview_destroy if preview else _destroy
    return [_run(request, target, layer, act) for layer in reversed(request.layers)]


def show_outcomes(outcomes: Sequence[Outcome], output: str) -> None:
    """Print one row per layer."""
    rows = [{
        "stack": outcome.stack, "created": outcome.changes.get("create", 0),
        "updated": outcome.changes.get("update", 0) + outcome.changes.get("replace", 0),
        "deleted": outcome.changes.get("delete", 0), "unchanged": outcome.changes.get("same", 0),
        "changes": outcome.changed, "seconds": round(outcome.seconds, 1),
    } for outcome in outcomes]
    print_rows(rows, {
        "stack": _("stack"), "created": _("created"), "updated": _("updated"), "deleted": _("deleted"),
        "unchanged": _("unchanged"), "changes": _("changes"), "seconds": _("seconds"),
    }, output)


def _run(request: Request, target: Target, layer: str, act: Act) -> Outcome:
    from pulumi.automation import CommandError

    from ops_cli.run.children import children_end_with_us
    from ops_cli.run.progress import LayerProgress
    from ops_cli.run.workspace import open_stack

    outcome = Outcome(stack_name(request.site.id, layer))
    started = time.monotonic()
    with (children_end_with_us() as interrupts,
          LayerProgress(outcome.stack, verbose=request.verbose) as on_output):
        try:
            stack = open_stack(request.site, layer, target, request.site_file)
            interrupts.check()
            outcome.changes = _once_more_if_the_lock_is_dead(stack, act, on_output)
        except CommandError as error:
            raise _refusal(outcome, error) from error
    outcome.seconds = time.monotonic() - started
    return outcome


def _up(stack: automation.Stack, on_output: Callable[[str], None]) -> dict[str, int]:
    return _counts(stack.up(on_output=on_output, show_secrets=False, suppress_outputs=True).summary.resource_changes)


def _preview(stack: automation.Stack, on_output: Callable[[str], None]) -> dict[str, int]:
    return _counts(stack.preview(on_output=on_output).change_summary)


def _destroy(stack: automation.Stack, on_output: Callable[[str], None]) -> dict[str, int]:
    return _counts(stack.destroy(on_output=on_output).summary.resource_changes)


def _preview_destroy(stack: automation.Stack, on_output: Callable[[str], None]) -> dict[str, int]:
    said = stack.destroy(on_output=on_output, preview_only=True).stdout
    return {"delete": sum(map(int, _TO_DELETE.findall(said)))}


def _counts(changes: Any) -> dict[str, int]:
    return {getattr(kind, "value", str(kind)): int(count) for kind, count in (changes or {}).items()}


def _once_more_if_the_lock_is_dead(
    stack: automation.Stack, act: Act, on_output: Callable[[str], None]
) -> dict[str, int]:
    """A run that was killed leaves its lock behind; it is lifted only when the process that took it is gone."""
    from pulumi.automation import ConcurrentUpdateError

    from ops_cli.run.children import is_alive

    try:
        return act(stack, on_output)
    except ConcurrentUpdateError as error:
        holders = [int(pid) for pid in _LOCK_PID.findall(str(error))]
        if not holders or any(map(is_alive, holders)):
            raise ConflictError(
                N_("another run is at work on this stack (process {pids})"), where=stack.name,
                remedy=N_("wait for it, or stop it with: pulumi cancel -s {stack}"),
                pids=", ".join(map(str, holders)) or "?", stack=stack.name) from error
        stack.cancel()
        return act(stack, on_output)


def _refusal(outcome: Outcome, error: Exception) -> LayerError:
    text = _complaints(str(error))
    kind = RefusedError if any(word in text for word in _DENIED) else LayerError
    return kind(N_("this layer did not come through: {reason}"), where=outcome.stack,
                remedy=N_("mend what is said above and run the same command again: it goes on from where it stopped"),
                reason=text)


def _complaints(output: str) -> str:
    """Return what Pulumi says under `Diagnostics:`, each line once; its last lines when it says nothing there."""
    said = output.partition("Diagnostics:")[2].partition("\nstderr:")[0].partition("\nResources:")[0] or output[-1500:]
    lines = [line.strip() for line in said.splitlines() if line.strip() and "pulumi:pulumi:Stack" not in line]
    return "\n".join(dict.fromkeys(lines))
