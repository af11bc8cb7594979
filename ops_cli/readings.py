"""Options that say where readings come from and where the ledger is; each delivers what the command works with."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from infra.inventory.paths import data_dir
from ops_cli.i18n import _

if TYPE_CHECKING:
    from energy.readings.allow import Allow
    from energy.readings.source import Source
    from infra.inventory.site import Site

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(dir_okay=False, path_type=Path)
ALLOWED = ("partial", "retention", "downsampled", "estimated")


@dataclass(frozen=True)
class Readings:
    """Where readings come from, as asked on the command line."""

    url: str | None
    files: tuple[Path, ...]
    allowed: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    organisation: str | None
    token_file: Path | None
    ca_file: Path | None

    @property
    def is_named(self) -> bool:
        """True where a source was named, so that what the ledger holds is not meant."""
        return bool(self.url or self.files)

    @property
    def allow(self) -> Allow:
        from energy.readings.allow import allow

        return allow(self.allowed)

    @contextmanager
    def open(self, site: Site) -> Iterator[Source]:
        """Give the source for the time of a block. Raises MissingToolError when none is named and no lab runs."""
        source = self._source(site)
        try:
            yield source
        finally:
            source.close()

    def _source(self, site: Site) -> Any:
        from energy.readings.connection import Access
        from energy.readings.exports import Exports
        from energy.readings.prometheus import Prometheus

        if self.files:
            return Exports(self.files, site.id)
        headers = {"X-Scope-OrgID": self.organisation} if self.organisation else {}
        bearer = self.token_file.read_text("utf-8").strip() if self.token_file else None
        access = Access(headers, dict(self.parameters), None, bearer, self.ca_file)
        return Prometheus(self.url or _lab_address(site.id), access)


def _lab_address(site_id: str) -> str:
    from lab.errors import MissingToolError
    from lab.history import box

    found = box.url(site_id)
    if found is None:
        raise MissingToolError(
            _("no Prometheus is named, and the lab's does not run"), where=f"lab/{site_id}",
            remedy=_("name it with --prometheus URL, or run `estran lab history --month 2012-03` first"))
    return found


def _pair(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = [value.partition("=") for value in values]
    for name, sign, _value in pairs:
        if not (name and sign):
            raise click.BadParameter(_("write it as NAME=VALUE, for instance dedup=true"))
    return tuple((name, value) for name, _sign, value in pairs)


def readings_options(command: F) -> Callable[..., Any]:
    """Add the options of a source, and hand the command a `Readings` as its `readings` argument."""

    @click.option("--prometheus", "url", envvar="ESTRAN_PROMETHEUS", metavar="URL",
                  help=_("Where the readings are; the lab's Prometheus when nothing is named."))
    @click.option("--readings", "files", type=_FILE, multiple=True,
                  help=_("Read this CSV or Parquet export instead; may be given several times."))
    @click.option("--allow", "allowed", type=click.Choice(ALLOWED), multiple=True,
                  help=_("Let this pass and print it on the page; may be given several times."))
    @click.option("--query-parameter", "parameters", multiple=True, callback=_pair, metavar="NAME=VALUE",
                  help=_("Add this to every query: Thanos knows dedup, partial_response, max_source_resolution."))
    @click.option("--organisation", envvar="ESTRAN_ORGANISATION", metavar="ID",
                  help=_("Send this as X-Scope-OrgID, as Mimir asks."))
    @click.option("--token-file", type=_FILE, envvar="ESTRAN_TOKEN_FILE", help=_("File that holds a bearer token."))
    @click.option("--ca-file", type=_FILE, envvar="ESTRAN_CA_FILE",
                  help=_("Certificate authority (PEM) that signed the server's certificate."))
    @functools.wraps(command)
    def with_readings(*args: Any, **kwargs: Any) -> Any:
        names = ("url", "files", "allowed", "parameters", "organisation", "token_file", "ca_file")
        return command(*args, readings=Readings(**{name: kwargs.pop(name) for name in names}), **kwargs)

    return with_readings


def ledger_option(command: F) -> F:
    """Add `--ledger DIR`; the command gets the folder as its `ledger` argument."""
    return click.option(
        "--ledger", type=click.Path(file_okay=False, path_type=Path), envvar="ESTRAN_LEDGER",
        default=lambda: data_dir() / "ledger", show_default="~/.local/share/estran/ledger",
        help=_("Folder of the ledger: keep copies of it, it can't be rebuilt."))(command)
