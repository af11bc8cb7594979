"""Progress on standard error: steps with a name, or a count of things done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ops_cli.i18n import _


@contextmanager
def step_bar(steps: int) -> Iterator[Callable[[int, str], None]]:
    """Show a bar of `steps`; give what tells it which step begins and what it does (a catalogue message)."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from ops_cli.output import talk_console

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=talk_console(), transient=True) as bar:
        task = bar.add_task(_("connecting"), total=steps)
        yield lambda step, doing: bar.update(task, completed=step, description=_(doing))


@contextmanager
def count_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar of things done out of a total, with the time left; give what tells it both."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from ops_cli.output import talk_console

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=talk_console(), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
