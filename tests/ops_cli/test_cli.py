"""The command line as a whole: help, languages, exit codes, and what starts when nothing is asked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ops_cli.cli import COMMANDS, LazyGroup, root
from ops_cli.exit_codes import ExitCode
from tests.conftest import Run

GROUPS = {"site", "lab", "plan", "up", "down", "tenant", "namespace", "energy", "toolchain", "doctor", "demo"}


def every_command(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, LazyGroup):
        for name in command.commands_by_name:
            child = command.get_command(click.Context(command), name)
            assert child is not None
            found += every_command(child, (*path, name))
    return found


def test_the_groups_are_those_of_the_design() -> None:
    assert set(COMMANDS) == GROUPS


@pytest.mark.parametrize(("path", "command"), every_command(root()), ids=lambda value: " ".join(value)
                         if isinstance(value, tuple) else "")
def test_every_command_and_option_has_a_help(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help, path
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == [], path


def test_what_prints_a_result_prints_it_for_machines_too() -> None:
    talkers = {("lab", "up"), ("lab", "down"), ("lab", "env"), ("lab", "kubeconfig"), ("lab", "history"),
               ("lab", "controller"), ("toolchain", "env"), ("site", "schema"), ("demo",),
               ("energy", "rules")}  # a file of its own format
    without = {path for path, command in every_command(root())
               if not isinstance(command, LazyGroup) and "output" not in {option.name for option in command.params}}
    assert without <= talkers, without - talkers


def test_what_changes_something_has_a_dry_run() -> None:
    changing = {("up",), ("down",), ("lab", "up"), ("lab", "down"), ("toolchain", "sync"), ("namespace", "request")}
    options = {path: {option.name for option in command.params} for path, command in every_command(root())}
    assert {path for path in changing if "dry_run" not in options[path]} == set()


def test_help_imports_no_room() -> None:
    program = ("import sys; sys.argv = ['estran', '--help']\nfrom ops_cli.__main__ import main\n"
               "try: main()\nexcept SystemExit: pass\n"
               "print([m for m in ('pulumi', 'kubernetes', 'kopf', 'numpy', 'rich', 'pydantic', 'requests', 'energy',"
               " 'lab', 'tenancy', 'toolchain') if m in sys.modules], file=sys.stderr)")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_version(estran: Run) -> None:
    assert estran("--version").stdout.startswith("estran, version ")


@pytest.mark.parametrize("arguments", [("nothing",), ("site", "nothing"), ("site", "check", "--nothing"),
                                       ("plan", "--layer", "cellar")])
def test_usage(estran: Run, arguments: tuple[str, ...]) -> None:
    done = estran(*arguments)
    assert done.returncode == ExitCode.USAGE
    assert "Usage:" in done.stderr
    assert done.stdout == ""


def test_a_bad_site_file_is_one_message_with_lines(estran: Run, tmp_path: Path, demo_file: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(demo_file.read_text("utf-8").replace("base_load_w: 350", "base_load_w: 350W"), "utf-8")
    done = estran("site", "check", str(file))
    assert done.returncode == ExitCode.INVALID_INPUT
    assert f"{file}:11: identity.base_load_w: '350W' carries a unit" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_same_in_french(estran: Run, tmp_path: Path) -> None:
    done = estran("--lang", "fr", "site", "check", str(tmp_path / "rien.yaml"))
    assert done.returncode == ExitCode.INVALID_INPUT
    assert "ce fichier de site n'existe pas" in done.stderr.lower().replace("’", "'")


def test_help_in_french(estran: Run) -> None:
    assert "Commandes" in estran("--help", env={"ESTRAN_LANG": "fr"}).stdout


@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_site_check_in_each_format(estran: Run, output: str) -> None:
    done = estran("site", "check", "demo", "--output", output)
    assert done.returncode == ExitCode.OK, done.stderr
    if output == "json":
        assert {"fact": "GPUs", "value": 8} in json.loads(done.stdout)
    elif output == "csv":
        assert done.stdout.splitlines()[0] == "fact,value"
        assert "GPUs,8" in done.stdout.splitlines()
    else:
        assert "is consistent" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion(estran: Run, shell: str) -> None:
    done = estran(env={"_ESTRAN_COMPLETE": f"{shell}_source"})
    assert done.returncode == 0, done.stderr
    assert "_ESTRAN_COMPLETE" in done.stdout


def test_completion_completes(estran: Run) -> None:
    done = estran(env={"_ESTRAN_COMPLETE": "bash_complete", "COMP_WORDS": "estran si", "COMP_CWORD": "1"})
    assert "plain,site" in done.stdout
