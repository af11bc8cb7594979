"""The `go` program: found, checked, run in its own process group so that Ctrl-C leaves nothing of it behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from toolchain.errors import N_, MissingToolError, ToolchainError, disk_full

GO_WANTED = (1, 26, 8)
GO_THAT_FETCHES_ITS_SUCCESSOR = (1, 21, 0)
_STOP_S = 10.0
_TAIL_LINES = 15
INSTALL_GO = N_("Install Go {wanted} or newer (https://go.dev/dl/, or your distribution's package), or copy a full"
                " toolchain folder from another machine and name it in ESTRAN_TOOLCHAIN_DIR.")


def go_version(search: str | None = None) -> tuple[int, ...]:
    """Return the version of `go` on PATH; empty without one."""
    program = shutil.which("go", path=search)
    if program is None:
        return ()
    try:
        answer = subprocess.run([program, "env", "GOVERSION"], capture_output=True, text=True, check=False, timeout=30,
                                cwd="/")
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"go(\d+)\.(\d+)(?:\.(\d+))?", answer.stdout)
    return tuple(int(part or 0) for part in found.groups()) if found else ()


def require_go() -> None:
    """Raise MissingToolError unless `go` is here and new enough, or able to fetch the version it needs."""
    version = go_version()
    wanted = ".".join(map(str, GO_WANTED))
    if not version:
        raise MissingToolError(N_("Go is needed to build engines from their modules, and it is not on PATH."),
                               remedy=INSTALL_GO, wanted=wanted)
    fetches = version >= GO_THAT_FETCHES_ITS_SUCCESSOR and _setting("GOTOOLCHAIN") not in ("local", "path")
    if version < GO_WANTED and not fetches:
        raise MissingToolError(
            N_("Go {found} is too old to build the engines, which need {wanted}."), wanted=wanted,
            found=".".join(map(str, version)), where=shutil.which("go") or "", remedy=INSTALL_GO)


def _setting(name: str) -> str:
    return subprocess.run([_go(), "env", name], capture_output=True, text=True, check=False, cwd="/").stdout.strip()


def _go() -> str:
    return shutil.which("go") or "go"


def go_environment() -> dict[str, str]:
    """Return the user's environment (GOPROXY, GOFLAGS, ... are respected) with what a repeatable static build needs."""
    return {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"}


def module_folder(module: str, work: Path) -> Path:
    """Return the folder of a module's source in Go's own cache, downloaded and checked against go.sum if need be."""
    lines: list[str] = []
    run_go(["mod", "download", "-json", module], work, lines.append)
    text = "\n".join(lines)
    start = text.find("{")
    if start < 0:
        raise _failed(["mod", "download", module], lines)
    described, _end = json.JSONDecoder().raw_decode(text[start:])
    return Path(described["Dir"])


def run_go(arguments: Sequence[str], work: Path, each_line: Callable[[str], object] = str) -> None:
    """Run `go` in `work`, handing over each line it prints.

    Raises StorageError on a full disk, ToolchainError with the end of its output on any other failure. Whatever ends
    this call, Ctrl-C included, no process of this build is left.
    """
    tail: list[str] = []
    with subprocess.Popen([_go(), *arguments], cwd=work, env=go_environment(), text=True, start_new_session=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            for line in process.stdout or ():
                each_line(line.rstrip("\n"))
                tail = [*tail, line.rstrip("\n")][-_TAIL_LINES:]
            status = process.wait()
        except BaseException:
            _stop(process)
            raise
    if status != 0:
        if any("no space left on device" in line for line in tail):
            raise disk_full(work)
        raise _failed(arguments, tail)


def _stop(process: subprocess.Popen[str]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_S if number == signal.SIGTERM else None)
    if process.stdout is not None:
        process.stdout.close()


def _failed(arguments: Sequence[str], tail: Sequence[str]) -> ToolchainError:
    return ToolchainError(
        N_("`go {command}` failed. The end of its output:\n{tail}"), command=arguments[0], tail="\n".join(tail),
        remedy=N_("Is a Go module proxy reachable (GOPROXY)? Run `estran toolchain sync` again:"
                  " what was built is kept."),
    )
