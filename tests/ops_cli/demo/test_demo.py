"""The demonstration: its steps are commands that exist, and it stops where one does not end as it must."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pytest
import yaml

from infra.inventory.site import Site
from ops_cli.cli import LazyGroup, root
from ops_cli.demo.play import DemoError, play
from ops_cli.demo.steps import POD, TENANT, Step, steps
from ops_cli.exit_codes import ExitCode


def command_of(argv: tuple[str, ...]) -> click.Command:
    command: click.Command = root()
    for word in argv:
        if not isinstance(command, LazyGroup):
            break
        found = command.get_command(click.Context(command), word)
        assert found is not None, argv
        command = found
    return command


def test_every_step_is_a_command_with_options_that_exist(tmp_path: Path) -> None:
    for step in steps("demo", tmp_path):
        if step.argv[0] == "estran":
            command = command_of(step.argv[1:])
            known = {flag for option in command.params if isinstance(option, click.Option) for flag in option.opts}
            assert {word for word in step.argv if word.startswith("--")} <= known, step.argv


def test_it_shows_the_whole_main_job(tmp_path: Path) -> None:
    said = [" ".join(step.argv[:3]) for step in steps("demo", tmp_path)]
    for wanted in ("estran toolchain sync", "estran lab up", "estran up --site", "pulumi up --stack",
                   "estran namespace request", "kubectl --namespace les-sables-minutes", "estran lab history",
                   "estran energy report"):
        assert any(line.startswith(wanted) for line in said), wanted


def test_the_tenant_acts_under_its_own_name(demo: Site, tmp_path: Path) -> None:
    assert TENANT in demo.tenants
    acting = [step for step in steps("demo", tmp_path) if step.who == "tenant"]
    assert len(acting) == 5
    assert {step.code for step in acting if step.refusal} == {ExitCode.REFUSED, 1}


def test_the_pod_comes_from_the_site_s_registry(demo: Site) -> None:
    pod = yaml.safe_load(POD.read_text("utf-8"))
    [container] = pod["spec"]["containers"]
    assert container["image"].startswith(demo.cluster.registries[0] + "/")


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_steps_are_timed_in_order(isolated: Path) -> None:
    done = list(play([Step("one", python("")), Step("two", python(""))], "none"))
    assert [step.title for step, _seconds in done] == ["one", "two"]


@pytest.mark.parametrize("step", [
    Step("ends badly", python("raise SystemExit(3)")),
    Step("is not refused", python("print('granted')"), code=0, refusal="convention-budget"),
    Step("is refused for another reason", python("print('x'); raise SystemExit(4)"), code=4, refusal="budget"),
    Step("is refused with another code", python("print('budget'); raise SystemExit(5)"), code=4, refusal="budget"),
])
def test_a_step_that_ends_otherwise_stops_the_demonstration(isolated: Path, step: Step) -> None:
    after = Step("never", python("raise AssertionError"))
    with pytest.raises(DemoError, match="this step ended with exit code"):
        list(play([step, after], "none"))


def test_a_refusal_that_is_expected_is_shown(isolated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step = Step("refused", python("print('rule: budget'); raise SystemExit(4)"), code=4, refusal="budget")
    list(play([step], "none"))
    said = capsys.readouterr().out
    assert "rule: budget" in said
    assert "refused, as it must be (exit code 4)" in said
