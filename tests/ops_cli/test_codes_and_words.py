"""Which code a script sees for which error, and in which words a reader is told."""

from __future__ import annotations

import errno
import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

import energy.errors
import infra.components.errors
import infra.inventory.errors
import lab.errors
import tenancy.errors
import toolchain.errors
from ops_cli.cli import LazyGroup, lazy_group
from ops_cli.commands.doctor import _state
from ops_cli.commands.toolchain import sync_display
from ops_cli.commands.toolchain.engine_table import WAYS, print_engines
from ops_cli.commands.toolchain.shell_exports import print_exports
from ops_cli.commands.toolchain.sync_display import SyncDisplay
from ops_cli.demo.play import DemoError
from ops_cli.errors import exit_code_of, message_of
from ops_cli.exit_codes import ExitCode
from ops_cli.i18n import _, chosen_language, use_language
from ops_cli.output import csv_text, print_rows
from toolchain.placed import Placed, Way


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


# Written by hand from docs/operator/exit-codes.md: scripts rely on each of them.
CONTRACT = [
    (infra.inventory.errors.InventoryError, 3), (infra.components.errors.PlanError, 3),
    (infra.components.errors.UnreachableError, 5), (infra.components.errors.ConflictError, 8),
    (energy.errors.EnergyError, 3), (energy.errors.MissingDataError, 6), (energy.errors.PartialAnswerError, 6),
    (energy.errors.UnreachableError, 5), (energy.errors.ConservationError, 3),
    (lab.errors.UnreachableError, 5), (lab.errors.ConflictError, 8), (lab.errors.StorageError, 9),
    (lab.errors.MissingToolError, 7),
    (tenancy.errors.RequestError, 3), (tenancy.errors.RefusedError, 4), (tenancy.errors.UnreachableError, 5),
    (tenancy.errors.ConflictError, 8), (tenancy.errors.StorageError, 9),
    (toolchain.errors.ToolchainError, 7), (toolchain.errors.MissingToolError, 7), (toolchain.errors.RefusedError, 4),
    (toolchain.errors.SupplyChainError, 4), (toolchain.errors.UnreachableError, 5), (toolchain.errors.StorageError, 9),
    (DemoError, 10),
]


@pytest.mark.parametrize(("kind", "code"), CONTRACT, ids=lambda value: f"{value.__module__}.{value.__name__}"
                         if isinstance(value, type) else "")
def test_each_error_keeps_its_code(kind: type[Exception], code: int) -> None:
    assert exit_code_of(kind("x")) == code


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
def test_a_disk_in_the_way_is_a_matter_of_storage(number: int) -> None:
    assert exit_code_of(OSError(number, "x")) is ExitCode.STORAGE
    assert exit_code_of(OSError(errno.ECONNREFUSED, "x")) is ExitCode.INTERNAL


def test_a_message_leaves_out_what_it_does_not_have() -> None:
    assert message_of(toolchain.errors.ToolchainError("only this")) == "only this"
    assert message_of(toolchain.errors.ToolchainError("", remedy="do {x}", x="y")).splitlines() == [
        "", "what to do: do y"]


def test_every_part_of_a_message_is_translated() -> None:
    use_language("fr")
    error = toolchain.errors.MissingToolError(
        toolchain.errors.N_("The engine {name} is not in the toolchain folder."), where="ici", name="etcd",
        remedy=toolchain.errors.N_("Run `estran toolchain sync`."))
    said = message_of(error)
    assert "etcd" in said
    assert "The engine" not in said
    assert "where:" not in said
    assert "what to do:" not in said
    assert "`estran toolchain sync`" in said


@pytest.mark.parametrize(("environ", "language"), [
    ({"LC_MESSAGES": "fr_FR.UTF-8", "LANG": "en_US.UTF-8"}, "fr"),
    ({"LC_ALL": "en_US.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, "en"),
    ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "fr_CA"}, "fr"),
    ({"ESTRAN_LANG": "", "LANG": "fr_FR"}, "fr"), ({"ESTRAN_LANG": "en", "LC_ALL": "fr_FR"}, "en"),
    ({"LANG": "FR"}, "fr"), ({"LANG": "de_DE"}, "en"), ({"LANG": "C"}, "en"), ({}, "en")])
def test_the_nearest_wish_counts(environ: dict[str, str], language: str) -> None:
    """POSIX: LC_ALL before LC_MESSAGES before LANG, an empty one as if not set; ours before all of them."""
    assert chosen_language([], environ) == language


def test_the_first_option_counts_and_an_unknown_language_is_english() -> None:
    assert chosen_language(["--lang", "fr", "--lang", "en"], {}) == "fr"
    assert chosen_language(["--lang=en"], {"ESTRAN_LANG": "fr"}) == "en"
    assert chosen_language(["--lang", "de"], {"ESTRAN_LANG": "fr"}) == "en"


def test_language_can_be_changed_and_changed_back() -> None:
    use_language("fr")
    assert (_("MISSING"), _("")) == ("ABSENT", "")
    use_language("tlh")
    assert _("MISSING") == "MISSING", "without a catalogue the message itself is shown"
    assert _("") == ""


@pytest.mark.parametrize(("good", "needed", "table", "machine"), [
    (True, True, "bon", "good"), (False, True, "ABSENT", "missing"), (False, False, "conseillé", "advised")])
def test_doctor_s_words_are_french_for_people_only(good: bool, needed: bool, table: str, machine: str) -> None:
    use_language("fr")
    assert _state(good, needed, "table") == table
    assert _state(good, needed, "json") == _state(good, needed, "csv") == machine


def test_a_group_imports_the_verb_asked_for_only() -> None:
    group = lazy_group("noun", "Help.", {"good": ("ops_cli.commands.doctor", "x"), "bad": ("no.such.module", "y")})
    assert isinstance(group, LazyGroup)
    assert group.list_commands(group.make_context("noun", ["good"])) == ["good", "bad"]
    context = group.make_context("noun", ["good"])
    assert group.get_command(context, "neither") is None
    found = group.get_command(context, "good")
    assert found is not None
    assert found.name == "doctor"
    assert "bad" in group.get_help(context), "its help needs no import"


AWKWARD = {"A": "plain", "B": "two words", "C": "it's", "D": '"$HOME" `id` $(id)', "E": "a\nb", "F": ""}


def test_exports_survive_a_shell_whatever_they_hold(capfd: pytest.CaptureFixture[str]) -> None:
    """The lines are `eval`ed: a value must never be read as a command."""
    print_exports(AWKWARD)
    lines = capfd.readouterr().out
    script = lines + "".join(f'printf "%s\\0" "${name}"\n' for name in AWKWARD)
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split("\0")[:-1] == list(AWKWARD.values())


class TestSyncDisplay:
    @pytest.fixture
    def said(self, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
        text = io.StringIO()
        monkeypatch.setattr(sync_display, "talk_console", lambda: Console(file=text, width=200))
        return text

    def test_notes_are_in_the_reader_s_language_with_their_figures(self, said: io.StringIO) -> None:
        use_language("fr")
        with SyncDisplay() as display:
            display.note("No publisher of releases answers: engines are built from their Go modules.")
            display.note("{url} can't be read: {fault}.", url="https://x.example", fault="HTTP 404")
        assert "Aucun éditeur ne répond" in said.getvalue()
        assert "HTTP 404" in said.getvalue()
        assert "can't be read" not in said.getvalue()

    def test_a_task_can_be_done_twice(self, said: io.StringIO) -> None:
        """A download whose first part was bad begins again under the same name."""
        with SyncDisplay() as display:
            for _time in range(2):
                display.begin("etcd.tar.gz", "bytes", None)
                display.advance("etcd.tar.gz", 5, 10)
                [task] = display._drawing.tasks
                assert (task.description, task.percentage) == ("etcd.tar.gz", 50)
                display.end("etcd.tar.gz")
            assert display._drawing.tasks == []


def test_every_way_has_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(WAYS) == {way.value for way in Way}
    use_language("fr")
    missing = Placed("etcd", "3.6.5", Way.MISSING, None)
    print_engines([missing, Placed("kwok", "0.8.0", Way.PATH, Path("/x/kwok"))], "csv")
    assert capsys.readouterr().out.splitlines()[1:] == ["etcd,3.6.5,missing,", "kwok,0.8.0,path,/x/kwok"]


def test_figures_are_set_to_the_right_and_nothing_is_shown_for_none(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    rows = [{"name": "a", "count": 7, "note": None}, {"name": "b", "count": 1000, "note": "x"}]
    print_rows(rows, {"name": "Name", "count": "Count", "note": "Note"}, "table")
    out = capsys.readouterr().out
    assert "│     7 │" in out
    assert "│  1000 │" in out
    assert "None" not in out
    assert csv_text(rows, {"count": "Count"}) == "count\n7\n1000\n"
