"""The French catalogue: whole, in step with the code, and shown to a French reader."""

from __future__ import annotations

import ast
import os
import string
import subprocess
import sys
from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages import frontend
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "ops_cli" / "locale"
FRENCH = LOCALE / "fr" / "LC_MESSAGES" / "estran.po"
ROOMS = ("energy", "infra", "lab", "ops_cli", "serving", "tenancy", "toolchain")
MARKS = ("_", "N_")
CURE = "run `make catalogues` and translate what it adds"


class AnyFigure:
    """A figure that takes every format, so that only the name of a placeholder matters."""

    def __format__(self, spec: str) -> str:
        return "1"


def french() -> Catalog:
    with FRENCH.open("rb") as file:
        return read_po(file, locale="fr", domain="estran")


def messages() -> list[Message]:
    return [message for message in french() if message.id]


def extracted() -> set[str]:
    babel: Any = frontend  # babel ships no types for this module
    with (LOCALE / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = babel.parse_mapping_cfg(file)
    keywords = dict.fromkeys(MARKS)
    found: set[str] = set()
    for room in ROOMS:
        found |= {str(each[2]) for each in extract_from_dir(ROOT / room, methods, options, keywords=keywords)}
    return found


def placeholders(text: str) -> list[str]:
    return sorted(f"{name}:{spec}" for _text, name, spec, _conversion in string.Formatter().parse(text) if name)


def marked_arguments() -> Iterator[tuple[str, ast.expr]]:
    """Yield (place, argument) of every `_(...)` and `N_(...)` of the rooms."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[0]


def test_every_message_of_the_code_is_in_the_french_catalogue() -> None:
    missing = extracted() - {str(message.id) for message in messages()}
    assert not missing, f"{CURE}: {sorted(missing)}"


def test_the_french_catalogue_holds_nothing_that_the_code_no_longer_says() -> None:
    stale = {str(message.id) for message in messages()} - extracted()
    assert not stale, f"{CURE}: {sorted(stale)}"
    assert not french().obsolete, CURE


def test_every_message_is_translated_and_none_is_a_guess() -> None:
    assert not [message.id for message in messages() if not message.string], CURE
    assert not [message.id for message in messages() if message.fuzzy], "read the guess, then remove `fuzzy`"


def test_translations_keep_the_placeholders_of_their_message() -> None:
    differing = {message.id: message.string for message in messages()
                 if placeholders(str(message.id)) != placeholders(str(message.string))}
    assert not differing


def test_every_message_and_translation_can_be_filled() -> None:
    for message in messages():
        for text in (str(message.id), str(message.string)):
            figures = {name.split(":")[0]: AnyFigure() for name in placeholders(text)}
            filled = text.format(**figures) if figures else text
            assert not placeholders(filled), text


def test_commands_quoted_in_a_message_are_quoted_alike_in_french() -> None:
    for message in messages():
        quoted = str(message.id).split("`")[1::2]
        assert sorted(quoted) == sorted(str(message.string).split("`")[1::2]), message.id


def test_no_message_is_put_together_before_it_is_translated() -> None:
    wrong = [place for place, argument in marked_arguments()
             if isinstance(argument, ast.JoinedStr | ast.BinOp)
             or (isinstance(argument, ast.Call) and isinstance(argument.func, ast.Attribute)
                 and argument.func.attr == "format")]
    assert not wrong, f"give the catalogue a constant and fill it after: {wrong}"


def test_a_marked_message_is_a_constant() -> None:
    marks = [place for room in ROOMS for place in _marks_of_variables(ROOT / room)]
    assert not marks, f"N_() marks constants only: {marks}"


def _marks_of_variables(room: Path) -> Iterator[str]:
    for path in sorted(room.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_"
                    and not isinstance(node.args[0], ast.Constant)):
                yield f"{path.relative_to(ROOT)}:{node.lineno}"


def test_the_header_decodes_and_holds_no_date_and_no_path() -> None:
    header = FRENCH.read_text(encoding="utf-8").split("\n\n")[0]
    assert "charset=utf-8" in header
    assert "Plural-Forms: nplurals=2" in header
    assert not [word for word in ("Date", "Generated-By", "Last-Translator") if word in header]
    assert "#: " not in FRENCH.read_text(encoding="utf-8"), "places of messages change with every edit: leave them out"


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    fresh = BytesIO()
    write_mo(fresh, french())
    with FRENCH.with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    wanted = GNUTranslations(BytesIO(fresh.getvalue()))
    different = [message.id for message in messages()
                 if compiled.gettext(str(message.id)) != wanted.gettext(str(message.id))]
    assert not different, "run `make catalogues`"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ops_cli", *arguments], cwd=ROOT, text=True, capture_output=True, check=False,
        env={**os.environ, "COLUMNS": "200", **environment})


@pytest.fixture
def bad_site(tmp_path: Path) -> Path:
    text = (ROOT / "infra" / "sites" / "demo.yaml").read_text(encoding="utf-8")
    path = tmp_path / "bad.yaml"
    path.write_text(text.replace("it_capacity_w: 20000", "it_capacity_w: 20 kW\n  colour: blue"), encoding="utf-8")
    return path


@pytest.mark.parametrize("choice", ["option", "variable", "locale"])
def test_a_french_reader_is_refused_in_french(bad_site: Path, choice: str) -> None:
    before = ["--lang", "fr"] if choice == "option" else []
    variables = {"option": {}, "variable": {"ESTRAN_LANG": "fr"},
                 "locale": {"ESTRAN_LANG": "", "LC_ALL": "fr_FR.UTF-8"}}
    done = run(*before, "site", "check", str(bad_site), **variables[choice])
    assert done.returncode == 3
    assert "le fichier de site ne peut pas être utilisé ; problèmes trouvés : 2" in done.stderr
    assert "clé inconnue" in done.stderr
    assert "porte une unité" in done.stderr
    assert "unknown key" not in done.stderr


def test_an_english_reader_is_refused_in_english(bad_site: Path) -> None:
    done = run("--lang", "en", "site", "check", str(bad_site))
    assert done.returncode == 3
    assert "unknown key" in done.stderr
    assert "clé inconnue" not in done.stderr


def test_help_is_in_the_language_of_the_reader() -> None:
    assert "Demander un espace de noms" in run("--lang", "fr", "--help").stdout
    assert "Ask for a namespace" in run("--lang", "en", "--help").stdout


def test_what_click_says_is_french_too() -> None:
    helped = run("--lang", "fr", "up", "--help").stdout
    assert "Usage :" in helped
    assert "Afficher ce message et quitter." in helped
    mistaken = run("--lang", "fr", "up", "--layer", "roof")
    assert mistaken.returncode == 2
    assert "Erreur : Valeur incorrecte pour '--layer' : 'roof' n'est pas l'un de" in mistaken.stderr
    assert "Error: Invalid value" in run("--lang", "en", "up", "--layer", "roof").stderr
