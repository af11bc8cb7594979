"""The reader's language: chosen once, before any help text is read."""

from __future__ import annotations

import gettext
import os
from collections.abc import Sequence
from pathlib import Path

LANGUAGES = ("fr", "en")
LOCALE_DIR = Path(__file__).parent / "locale"

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def chosen_language(argv: Sequence[str], environ: dict[str, str] | None = None) -> str:
    """Return `fr` or `en`: `--lang`, then `ESTRAN_LANG`, then the locale; English when nothing says otherwise.

    Read from `argv` before click does, because help texts are translated when a command is imported.
    """
    environ = dict(os.environ) if environ is None else environ
    wanted = _option(argv) or environ.get("ESTRAN_LANG", "")
    if not wanted:
        wanted = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return "fr" if wanted.lower().startswith("fr") else "en"


def _option(argv: Sequence[str]) -> str:
    for position, argument in enumerate(argv):
        if argument == "--lang" and position + 1 < len(argv):
            return argv[position + 1]
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return ""


def N_(message: str) -> str:
    """Mark `message` for the catalogue; it is translated when it is shown."""
    return message


def use_language(language: str) -> None:
    """Load the catalogues of `language`, ours and click's; messages missing from them stay in English."""
    global _catalogue
    # click asks gettext's global domain, and that one asks the environment.
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain("click", LOCALE_DIR)
    gettext.textdomain("click")
    _catalogue = gettext.translation("estran", LOCALE_DIR, languages=[language], fallback=True)


def _(message: str) -> str:
    """Translate `message`; the empty message is left alone (gettext would return the catalogue's header)."""
    return _catalogue.gettext(message) if message else ""
