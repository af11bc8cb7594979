"""What Pulumi is doing, on one line per layer."""

from __future__ import annotations

import re
from collections.abc import Callable

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ops_cli.output import talk_console

# A line of Pulumi's own output: ` +  kubernetes:core/v1:Namespace namespace/demo created (0.4s)`.
_DONE = re.compile(r"\s(\S+)\s(created|updated|deleted|replaced|unchanged)\b")
_UNDER_WAY = re.compile(r"\s(\S+)\s(creating|updating|deleting|replacing)\b")


class LayerProgress:
    """A line per layer that counts its resources while Pulumi works."""

    def __init__(self, stack: str, *, verbose: bool) -> None:
        self.verbose = verbose
        self.bar = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:.0f}"),
            TextColumn("{task.fields[last]}", style="dim"), TimeElapsedColumn(), console=talk_console())
        self.task = self.bar.add_task(stack, total=None, last="")

    def __enter__(self) -> Callable[[str], None]:
        self.bar.start()
        return self.on_output

    def __exit__(self, *_exception: object) -> None:
        self.bar.stop()

    def on_output(self, line: str) -> None:
        """Take one line of Pulumi's output."""
        done, under_way = _DONE.search(line), _UNDER_WAY.search(line)
        if done or under_way:
            name = (done or under_way)[1]  # type: ignore[index]  # one of the two matched
            self.bar.update(self.task, advance=1 if done else 0, last=name)
        if self.verbose and line.strip():
            self.bar.console.print(line.rstrip(), style="dim", markup=False)
