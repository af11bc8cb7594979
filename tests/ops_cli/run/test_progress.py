"""What Pulumi prints, counted."""

from __future__ import annotations

import pytest

from ops_cli.run.progress import LayerProgress

LINES = """
Updating (demo-tenants):
 +  kubernetes:core/v1:Namespace namespace/les-sables creating (0s)
@ updating....
 +  kubernetes:core/v1:Namespace namespace/les-sables created (0.41s)
 ~  kubernetes:core/v1:ResourceQuota resourcequota/les-sables/q updated (0.1s) [diff: ~spec]
    pulumi:pulumi:Stack estran-demo-tenants
Resources:
    + 1 created
""".splitlines()


def test_resources_done_are_counted_and_the_last_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    progress = LayerProgress("demo-tenants", verbose=False)
    with progress as tell:
        for line in LINES:
            tell(line)
    [task] = progress.bar.tasks
    assert task.completed == 2 + 1, "two objects, and the line of the sum"
    assert task.fields["last"]
    assert "Updating (demo-tenants)" not in capsys.readouterr().err


def test_verbose_repeats_pulumi(capsys: pytest.CaptureFixture[str]) -> None:
    with LayerProgress("s", verbose=True) as tell:
        tell("something [new] happened")
    assert "something [new] happened" in capsys.readouterr().err
