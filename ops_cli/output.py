"""Results to standard output (table, JSON or CSV); talk to standard error."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

FORMATS = ("table", "json", "csv")
WHOLE_NAME_MAX = 32
Row = Mapping[str, Any]


def result_console() -> Console:
    """Return the console of results: standard output, as wide as the terminal."""
    from rich.console import Console

    return Console(file=sys.stdout, highlight=False, soft_wrap=False)


def talk_console() -> Console:
    """Return the console of progress, warnings and errors: standard error."""
    from rich.console import Console

    return Console(file=sys.stderr, highlight=False)


def print_rows(rows: Sequence[Row], headings: Mapping[str, str], output: str, title: str = "") -> None:
    """Print `rows` in the asked format; `headings` gives the columns, in order: key in the row -> title shown."""
    if output == "json":
        print_json([{key: row.get(key) for key in headings} for row in rows])
    elif output == "csv":
        sys.stdout.write(csv_text(rows, headings))
    else:
        _print_table(rows, headings, title)


def print_json(value: Any) -> None:
    """Print one JSON document, stable in order and readable."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def csv_text(rows: Sequence[Row], headings: Mapping[str, str]) -> str:
    """Return `rows` as CSV with the keys (not the translated titles) as header, for machines."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=list(headings), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(dict(row) for row in rows)
    return buffer.getvalue()


def _print_table(rows: Sequence[Row], headings: Mapping[str, str], title: str) -> None:
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", header_style="bold")
    for place, (key, heading) in enumerate(headings.items()):
        numeric = bool(rows) and all(isinstance(row.get(key), int | float | None) for row in rows)
        # A name is read and copied whole; only what follows it gives way to a narrow terminal.
        whole = place == 0 and max((len(str(row.get(key))) for row in rows), default=0) <= WHOLE_NAME_MAX
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold", no_wrap=whole)
    for row in rows:
        table.add_row(*("" if row.get(key) is None else str(row.get(key)) for key in headings))
    result_console().print(table)
