"""Every refusal has one code and one message; nothing else reaches a user."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import NoReturn

import click
import pytest

from infra.components.errors import PlanError, UnreachableError, WrongClusterError
from infra.inventory.errors import N_, Detail, EstranError, InventoryError
from ops_cli import __main__ as program
from ops_cli.errors import exit_code_of, is_refusal, message_of
from ops_cli.exit_codes import ExitCode
from ops_cli.i18n import chosen_language, use_language
from ops_cli.run.errors import ConflictError, RefusedError


@pytest.fixture(autouse=True)
def english() -> None:
    use_language("en")


@pytest.mark.parametrize(("error", "code"), [
    (InventoryError("x"), ExitCode.INVALID_INPUT), (PlanError("x"), ExitCode.INVALID_INPUT),
    (UnreachableError("x"), ExitCode.UNREACHABLE), (WrongClusterError("x"), ExitCode.CONFLICT),
    (ConflictError("x"), ExitCode.CONFLICT), (RefusedError("x"), ExitCode.REFUSED),
    (EstranError("x"), ExitCode.INTERNAL), (ValueError("x"), ExitCode.INTERNAL),
    (KeyboardInterrupt(), ExitCode.INTERRUPTED), (OSError(errno.ENOSPC, "full"), ExitCode.STORAGE),
    (OSError(errno.EROFS, "read-only"), ExitCode.STORAGE), (OSError(errno.EPIPE, "pipe"), ExitCode.INTERNAL),
])
def test_codes(error: BaseException, code: ExitCode) -> None:
    assert exit_code_of(error) is code


def test_every_error_of_every_room_has_a_code_of_its_own() -> None:
    import energy.errors
    import lab.errors
    import tenancy.errors
    import toolchain.errors

    for module in (energy.errors, lab.errors, tenancy.errors, toolchain.errors):
        kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Exception)
                 and kind.__module__ == module.__name__ and not kind.__subclasses__()]
        assert kinds, module
        for kind in kinds:
            assert exit_code_of(kind.__new__(kind)) is not ExitCode.INTERNAL, kind


def test_a_message_has_three_parts_and_its_details() -> None:
    error = EstranError(N_("meter {meter} is silent"), where="site.yaml:3", remedy=N_("look at {meter}"), meter="m1",
                        details=[Detail("site.yaml:9", N_("also {meter}"), {"meter": "m2"})])
    assert message_of(error).splitlines() == [
        "meter m1 is silent", "where: site.yaml:3", "  site.yaml:9: also m2", "what to do: look at m1"]
    assert is_refusal(error)
    assert not is_refusal(ValueError("x"))


def run_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    """Run the program with a command that ends in `error`."""

    @click.command()
    def failing() -> NoReturn:
        raise error

    monkeypatch.setattr("ops_cli.cli.root", lambda: failing)
    with pytest.raises(SystemExit) as leaving:
        program.main([])
    assert isinstance(leaving.value.code, int)
    return leaving.value.code


def test_a_fault_of_ours_leaves_its_traceback_in_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_with(monkeypatch, ZeroDivisionError("oh")) == ExitCode.INTERNAL
    said = capsys.readouterr().err
    assert "Traceback" not in said
    report = Path(said.partition("with the file ")[2].strip().rstrip("."))
    assert "ZeroDivisionError: oh" in report.read_text("utf-8")
    report.unlink()


@pytest.mark.parametrize("code", [0, 7])
def test_a_command_may_choose_its_code(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    @click.command()
    @click.pass_context
    def leaving(ctx: click.Context) -> None:
        ctx.exit(code)

    monkeypatch.setattr("ops_cli.cli.root", lambda: leaving)
    with pytest.raises(SystemExit) as left:
        program.main([])
    assert left.value.code == code


@pytest.mark.parametrize(("error", "code", "text"), [
    (KeyboardInterrupt(), ExitCode.INTERRUPTED, "it goes on from where it stopped"),
    (OSError(errno.ENOSPC, "No space left on device", "/cache/x"), ExitCode.STORAGE, "/cache/x): free some space"),
    (InventoryError(N_("no"), where="here"), ExitCode.INVALID_INPUT, "where: here"),
])
def test_what_a_user_reads(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
                           error: BaseException, code: ExitCode, text: str) -> None:
    assert run_with(monkeypatch, error) == code
    assert text in capsys.readouterr().err


@pytest.mark.parametrize(("argv", "environ", "language"), [
    ([], {}, "en"), ([], {"LANG": "fr_FR.UTF-8"}, "fr"), ([], {"LC_ALL": "C", "LANG": "fr_FR.UTF-8"}, "en"),
    (["--lang", "en"], {"LANG": "fr_FR.UTF-8"}, "en"), (["--lang=fr"], {}, "fr"),
    ([], {"ESTRAN_LANG": "fr", "LANG": "en_US"}, "fr"), (["site", "--lang"], {}, "en"),
])
def test_language(argv: list[str], environ: dict[str, str], language: str) -> None:
    assert chosen_language(argv, environ) == language
