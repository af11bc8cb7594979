"""What commands say on a machine that never had a lab: a clear word, a code, and nothing left behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ops_cli.exit_codes import ExitCode
from tests.conftest import Run


@pytest.fixture
def nowhere(tmp_path: Path) -> dict[str, str]:
    return {"ESTRAN_CACHE": str(tmp_path / "cache"), "KUBECONFIG": ""}


@pytest.mark.parametrize("arguments", [
    ("lab", "status"), ("lab", "env"), ("lab", "kubeconfig"), ("lab", "kubeconfig", "--tenant", "les-sables"),
    ("lab", "controller", "start"), ("up",), ("down", "--yes"), ("down", "--dry-run"), ("plan",)],
    ids=lambda arguments: " ".join(arguments))
def test_no_lab_is_a_missing_tool_with_its_cure(
    estran: Run, nowhere: dict[str, str], arguments: tuple[str, ...]
) -> None:
    """`down --dry-run` deletes nothing, so it asks nothing either: it would hang in a script."""
    done = estran(*arguments, env=nowhere)
    assert done.returncode == ExitCode.MISSING_TOOL, done.stderr
    assert "There is no lab of the site demo on this machine." in done.stderr
    assert "what to do: Run `estran lab up --site demo`." in done.stderr
    assert "Delete" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(("arguments", "said"), [
    (("lab", "down"), "Nothing was running.\n"), (("lab", "down", "--dry-run"), "Nothing was running.\n"),
    (("lab", "history", "--stop"), "Nothing ran.\n"), (("lab", "controller", "stop"), "Nothing changed.\n"),
    (("lab", "controller", "status"), "stopped\n"),
    (("lab", "controller", "start", "--dry-run"), "Would start: controller\n")])
def test_to_stop_what_never_ran_is_no_error(
    estran: Run, nowhere: dict[str, str], arguments: tuple[str, ...], said: str
) -> None:
    done = estran(*arguments, env=nowhere)
    assert (done.returncode, done.stdout) == (ExitCode.OK, said), done.stderr


def test_purge_names_its_folder_before_and_after(estran: Run, nowhere: dict[str, str]) -> None:
    folder = Path(nowhere["ESTRAN_CACHE"]) / "lab" / "demo"
    (folder / "etcd").mkdir(parents=True)
    would = estran("lab", "down", "--purge", "--dry-run", env=nowhere)
    assert would.stdout == f"Nothing was running.\nWould remove: {folder}\n"
    assert (folder / "etcd").exists()
    estran("lab", "down", env=nowhere)
    assert (folder / "etcd").exists(), "without --purge the cluster is kept"
    assert estran("lab", "down", "--purge", env=nowhere).stdout.endswith(f"Removed: {folder}\n")
    assert not folder.exists()


@pytest.mark.parametrize("answer", ["n\n", "\n", ""], ids=["no", "enter", "end of input"])
def test_down_without_a_yes_deletes_nothing(estran: Run, nowhere: dict[str, str], answer: str) -> None:
    done = estran("down", "--layer", "models", "--layer", "tenants", env=nowhere, stdin=answer)
    assert done.returncode == ExitCode.INTERRUPTED
    assert "Delete tenants, models of site 'demo', and all data in them? [y/N]" in done.stderr
    assert "no lab" not in done.stderr, "it asks before it looks for the cluster"


@pytest.mark.parametrize(("arguments", "said"), [
    (("lab", "history"), "give at least one --month YYYY-MM, or --stop"),
    (("lab", "up", "--api-port", "0"), "0 is not in the range"),
    (("lab", "up", "--api-port", "65536"), "65536 is not in the range"),
    (("lab", "controller", "restart"), "'restart' is not one of"),
    (("--lang", "de", "doctor"), "'de' is not one of"),
    (("doctor", "-o", "xml"), "'xml' is not one of"),
    (("namespace", "request", "--name", "x"), "Missing option '--tenant'")])
def test_mistakes_of_usage(estran: Run, nowhere: dict[str, str], arguments: tuple[str, ...], said: str) -> None:
    done = estran(*arguments, env=nowhere)
    assert done.returncode == ExitCode.USAGE
    assert said in done.stderr
    assert not Path(nowhere["ESTRAN_CACHE"]).exists()


@pytest.mark.parametrize("arguments", [("site", "check", "atlantis"), ("plan", "--offline", "--site", "atlantis")])
def test_a_site_that_is_not_shipped(estran: Run, nowhere: dict[str, str], arguments: tuple[str, ...]) -> None:
    done = estran(*arguments, env=nowhere)
    assert done.returncode == ExitCode.INVALID_INPUT
    assert "atlantis.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_state_names_its_file(estran: Run, nowhere: dict[str, str]) -> None:
    file = Path(nowhere["ESTRAN_CACHE"]) / "lab" / "demo" / "state.json"
    file.parent.mkdir(parents=True)
    file.write_text("{")
    done = estran("lab", "status", env=nowhere)
    assert done.returncode == ExitCode.STORAGE
    assert f"where: {file}" in done.stderr
    assert "estran lab down --purge" in done.stderr
    assert estran("lab", "down", "--purge", env=nowhere).returncode == ExitCode.OK, "and that cure works"
    assert not file.exists()


def test_output_and_site_come_from_the_environment(estran: Run, nowhere: dict[str, str]) -> None:
    chosen = nowhere | {"ESTRAN_OUTPUT": "json", "ESTRAN_SITE": "sables"}
    assert json.loads(estran("site", "show", env=chosen).stdout)["identity"]["id"] == "sables"
    said = estran("site", "show", "--site", "demo", "-o", "csv", env=chosen).stdout
    assert said.startswith("node,"), "what is typed comes before the environment"


def test_the_plan_s_csv_holds_one_line_per_change(estran: Run, nowhere: dict[str, str]) -> None:
    lines = estran("plan", "--offline", "--layer", "models", "-o", "csv", env=nowhere).stdout.splitlines()
    assert lines[0] == "change,object"
    assert len(lines) > 6
    assert all(line.startswith("added,") for line in lines[1:])
    assert estran("plan", "--offline", "--layer", "models", "-o", "csv", env=nowhere).stdout == "change,object\n"


def test_the_demonstration_lists_its_steps_and_runs_none(estran: Run, nowhere: dict[str, str], tmp_path: Path) -> None:
    done = estran("demo", "--list", "--into", str(tmp_path / "out"), env=nowhere | {"COLUMNS": "300"})
    assert done.returncode == ExitCode.OK
    assert done.stdout.index("lab up") < done.stdout.index("namespace request") < done.stdout.index("energy report")
    assert not (tmp_path / "out").exists()
    assert not Path(nowhere["ESTRAN_CACHE"]).exists()
