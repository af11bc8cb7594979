"""The settings of a stack follow its state, whatever another lab left in the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lab.state import LabState
from ops_cli.exit_codes import ExitCode
from ops_cli.run.workspace import _settings_of_this_stack, project_dir
from tests.conftest import ROOT, run_estran


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    settings, kept = tmp_path / "project.yaml", tmp_path / "kept.yaml"
    settings.write_text("of another lab", "utf-8")
    return settings, kept


def test_kept_settings_are_put_back(files: tuple[Path, Path]) -> None:
    settings, kept = files
    kept.write_text("of this lab", "utf-8")
    _settings_of_this_stack(settings, kept)
    assert settings.read_text("utf-8") == "of this lab"


def test_a_new_state_begins_without_settings(files: tuple[Path, Path]) -> None:
    settings, kept = files
    _settings_of_this_stack(settings, kept)
    assert not settings.exists()


def test_settings_of_a_state_elsewhere_are_left_alone(files: tuple[Path, Path]) -> None:
    settings, _kept = files
    _settings_of_this_stack(settings, None)
    assert settings.read_text("utf-8") == "of another lab"


def test_the_project_is_this_checkout_unless_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ESTRAN_PROJECT_DIR", raising=False)
    assert project_dir() == ROOT
    monkeypatch.setenv("ESTRAN_PROJECT_DIR", str(tmp_path))
    assert project_dir() == tmp_path


@pytest.mark.engine
def test_up_goes_on_after_another_lab_used_the_project(lab: LabState) -> None:
    settings = Path(os.environ["ESTRAN_PROJECT_DIR"], "infra", "stacks", "Pulumi.demo-models.yaml")
    settings.write_text(f"encryptionsalt: v1:AAAAAAAAAAA=:v1:{'A' * 16}:{'A' * 30}==\n", "utf-8")
    done = run_estran("up", "--layer", "models")
    assert done.returncode == ExitCode.OK, done.stderr


@pytest.mark.engine
def test_the_cluster_of_the_first_run_is_held(lab: LabState) -> None:
    """A stack that was made for one cluster refuses another, even one that the user names."""
    import dataclasses

    from infra.components.errors import WrongClusterError
    from infra.inventory.load import load_site
    from ops_cli.run.target import target_of
    from ops_cli.run.workspace import open_stack

    file = ROOT / "infra" / "sites" / "demo.yaml"
    site = load_site(file)
    target = target_of(site)
    open_stack(site, "models", target, file)
    with pytest.raises(WrongClusterError) as refusal:
        open_stack(site, "models", dataclasses.replace(target, uid="of-another-cluster"), file)
    assert "pulumi config set --stack demo-models estran:clusterUid of-another-cluster" in str(refusal.value)
    open_stack(site, "models", target, file)
