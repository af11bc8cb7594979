"""The table of engines that `sync` and `status` print."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ops_cli.i18n import N_, _
from ops_cli.output import print_rows

if TYPE_CHECKING:
    from toolchain.placed import Placed

WAYS = {
    "path": N_("found on this machine"),
    "cache": N_("already in the cache"),
    "download": N_("downloaded, checksum good"),
    "build": N_("built from its Go module"),
    "missing": N_("missing"),
}


def print_engines(engines: Iterable[Placed], output: str) -> None:
    """Print one line per engine: its version and which way it came (the way's own word for machines)."""
    rows = [{"engine": one.name, "version": one.version, "program": str(one.program) if one.program else None,
             "way": _(WAYS[one.way]) if output == "table" else one.way.value} for one in engines]
    headings = {"engine": _("engine"), "version": _("version"), "way": _("which way")}
    print_rows(rows, headings if output == "table" else {**headings, "program": _("program")}, output)
