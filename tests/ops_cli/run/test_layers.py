"""What the outcome of a layer says, and when a lock may be lifted."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any, cast

import pytest
from pulumi.automation import CommandError, ConcurrentUpdateError, Stack
from pulumi.automation._cmd import CommandResult

from ops_cli.errors import exit_code_of
from ops_cli.exit_codes import ExitCode
from ops_cli.run.errors import ConflictError, LayerError, RefusedError
from ops_cli.run.layers import Outcome, _counts, _once_more_if_the_lock_is_dead, _refusal, show_outcomes

LOCKED = ("error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete "
          "the lock file with `pulumi cancel`.\n"
          "  file:///state/.pulumi/locks/x.json: created by me@here (pid {pid}) at now")


class FakeStack:
    """A stack whose lock is held: it counts what is asked of it."""

    name = "demo-tenants"

    def __init__(self) -> None:
        self.cancelled = 0

    def cancel(self) -> None:
        self.cancelled += 1


def locked(pid: str) -> ConcurrentUpdateError:
    return ConcurrentUpdateError(CommandResult(stdout="", stderr=LOCKED.format(pid=pid), code=255))


def once_locked(pid: str) -> Callable[[Any, Any], dict[str, int]]:
    answers: list[object] = [locked(pid), {"same": 3}]

    def act(_stack: Any, _tell: Any) -> dict[str, int]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return cast("dict[str, int]", answer)

    return act


def test_the_lock_of_a_dead_process_is_lifted() -> None:
    stack = FakeStack()
    counts = _once_more_if_the_lock_is_dead(cast(Stack, stack), once_locked("4194304"), print)
    assert (counts, stack.cancelled) == ({"same": 3}, 1)


def test_the_lock_of_a_live_process_is_respected() -> None:
    stack = FakeStack()
    with pytest.raises(ConflictError) as refusal:
        _once_more_if_the_lock_is_dead(cast(Stack, stack), once_locked(str(os.getpid())), print)
    assert stack.cancelled == 0
    assert f"another run is at work on this stack (process {os.getpid()})" in str(refusal.value)
    assert "pulumi cancel -s demo-tenants" in str(refusal.value)


def test_a_lock_of_unknown_origin_is_respected() -> None:
    stack = FakeStack()
    with pytest.raises(ConflictError):
        _once_more_if_the_lock_is_dead(cast(Stack, stack), once_locked("?"), print)
    assert stack.cancelled == 0


@pytest.mark.parametrize(("said", "kind", "code"), [
    ("Diagnostics:\n  error: ValidatingAdmissionPolicy 'estran-registry' denied", RefusedError, ExitCode.REFUSED),
    ("Diagnostics:\n  error: exceeded quota: estran-quota", RefusedError, ExitCode.REFUSED),
    ("Diagnostics:\n  error: something else", LayerError, ExitCode.LAYER),
])
def test_refusals_of_the_api_server_have_their_own_code(said: str, kind: type[LayerError], code: ExitCode) -> None:
    error = _refusal(Outcome("demo-tenants"), CommandError(CommandResult(stdout=said, stderr="", code=255)))
    assert type(error) is kind
    assert exit_code_of(error) is code
    assert said.splitlines()[1].strip() in str(error)


def test_counts_take_pulumi_s_words_or_its_enums() -> None:
    class Kind:
        value = "update"

    assert _counts({"create": 2, Kind(): "1"}) == {"create": 2, "update": 1}
    assert _counts(None) == {}


def test_unchanged_is_no_change(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome("demo-tenants", 3.14159, {"same": 76, "create": 1, "replace": 2, "delete": 3})
    assert outcome.changed == 6
    show_outcomes([outcome], "json")
    assert json.loads(capsys.readouterr().out) == [{
        "stack": "demo-tenants", "created": 1, "updated": 2, "deleted": 3, "unchanged": 76, "changes": 6,
        "seconds": 3.1}]
