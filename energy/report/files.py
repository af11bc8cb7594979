"""The report as files, each replaced in one step: a reader sees the old one or the new one, never a part."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from energy.report.as_csv import as_csv
from energy.report.as_data import as_json
from energy.report.as_html import as_html
from energy.report.as_svg import as_svg
from energy.report.lines import EnergyReport
from energy.report.reader import Reader

KINDS: Mapping[str, Callable[[EnergyReport, Reader], str]] = {
    "html": as_html,
    "csv": lambda report, _reader: as_csv(report),
    "json": lambda report, _reader: as_json(report),
    "svg": as_svg,
}


def targets_in(folder: Path, report: EnergyReport) -> dict[str, Path]:
    """Return where each kind of file of the report goes in `folder`."""
    return {kind: folder / f"energy-{report.site_id}-{report.label}-by-{report.view}.{kind}" for kind in KINDS}


def write_files(report: EnergyReport, reader: Reader, targets: Mapping[str, Path]) -> list[Path]:
    """Write the kinds named in `targets` and return the paths written. Raises OSError when a folder can't be written.

    Every text is made before the first file is touched, so that a fault leaves the earlier files as they were.
    """
    texts = {path: KINDS[kind](report, reader) for kind, path in targets.items()}
    for path, text in texts.items():
        replace_file(path, text)
    return list(texts)


def replace_file(path: Path, text: str) -> None:
    """Replace a file in one step. Raises OSError when it can't be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
