"""Progress of a sync, drawn on standard error with the time left."""

from __future__ import annotations

from types import TracebackType

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from ops_cli.i18n import _
from ops_cli.output import talk_console


class SyncDisplay:
    """A `toolchain.progress.Progress` on a terminal; use it as a context manager."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
                   TimeElapsedColumn(), TextColumn(_("left:")), TimeRemainingColumn())
        self._drawing = Progress(*columns, console=talk_console(), transient=True)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> SyncDisplay:
        self._drawing.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drawing.stop()

    def begin(self, key: str, unit: str, total: float | None) -> None:
        del unit  # the bar shows shares and time, which need none
        self._tasks[key] = self._drawing.add_task(key, total=total)

    def advance(self, key: str, done: float, total: float | None = None) -> None:
        self._drawing.update(self._tasks[key], completed=done, total=total)

    def end(self, key: str) -> None:
        self._drawing.remove_task(self._tasks.pop(key))

    def note(self, message: str, **figures: object) -> None:
        self._drawing.console.print(_(message).format(**figures))
