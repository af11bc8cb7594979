"""`estran`: choose the language, run the command, turn every error into a message and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from ops_cli.exit_codes import ExitCode
from ops_cli.i18n import _, chosen_language, use_language


def main(argv: Sequence[str] | None = None) -> None:
    """Run `estran` with `argv` (default: the process's own) and exit with a code of `ExitCode`."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    use_language(chosen_language(arguments))
    sys.exit(_run(arguments))


def _run(arguments: list[str]) -> int:
    from ops_cli.cli import root
    from ops_cli.errors import exit_code_of, is_refusal, message_of

    try:
        # Without its own exit, click hands back the code of `ctx.exit(code)`, or what the command returned.
        code = root().main(arguments, prog_name="estran", standalone_mode=False)
        return code if isinstance(code, int) else ExitCode.OK
    except click.ClickException as usage:
        usage.show()
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        _say(_("Interrupted. Run the same command again: it goes on from where it stopped."))
        return ExitCode.INTERRUPTED
    except OSError as fault:
        _say(_("{fault} ({path}): free some space or check the rights, then run again.").format(
            fault=fault.strerror or fault, path=fault.filename or "-"))
        return exit_code_of(fault)
    except Exception as fault:  # noqa: BLE001  # the last net: a traceback must never reach a user
        refused = exit_code_of(fault)
        if not is_refusal(fault):
            return _internal(fault)
        _say(message_of(fault))
        return refused


def _internal(fault: Exception) -> int:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="estran-", suffix=".log", delete=False) as report:
        traceback.print_exception(fault, file=report)
    _say(_("A fault of Estran itself: {fault}. Please report it with the file {report}.").format(
        fault=f"{type(fault).__name__}: {fault}", report=report.name))
    return ExitCode.INTERNAL


def _say(text: str) -> None:
    click.echo(click.style("estran: ", fg="red", bold=True) + text, err=True)


if __name__ == "__main__":
    main()
