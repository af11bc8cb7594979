"""The documentation says what the code does: commands, codes, sections, rules, contracts, links."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from pydantic import TypeAdapter

from infra.inventory.site import Site
from ops_cli.cli import root
from ops_cli.exit_codes import ExitCode
from tenancy.manifests.policies import policies
from tenancy.rules import RULES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("[a-z]*/README.md"), *DOCS.rglob("*.md")})
TRANSLATIONS = {
    "README.md": "LISEZMOI.md",
    "docs/tenant/request-a-namespace.md": "docs/tenant/demander-un-espace.md",
    "docs/sustainability/read-the-report.md": "docs/sustainability/lire-le-rapport.md",
}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
STOPS = {"|", ">", "&&", "||", ";", "#"}


def text_of(name: str | Path) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def fences(page: str | Path, language: str) -> list[str]:
    return [body for kind, body in FENCE.findall(text_of(page)) if kind == language]


def headings(page: str) -> list[int]:
    prose = FENCE.sub("", text_of(page))
    return [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]


def all_commands(group: click.Group, parent: click.Context | None = None) -> Iterator[str]:
    context = click.Context(group, info_name=group.name, parent=parent)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{context.command_path} {name}"
        if isinstance(command, click.Group):
            yield from all_commands(command, context)


def documented_lines() -> list[tuple[str, str]]:
    """Return (page, command line) of every `estran ...` in a code block of shell or between backquotes."""
    found = []
    for page in PAGES:
        name = str(page.relative_to(ROOT))
        spans = re.findall(r"`([^`\n]+)`", FENCE.sub("", text_of(page)))
        lines = [line for body in fences(page, "sh") for line in body.splitlines()]
        for text in [*spans, *lines]:
            for command in re.findall(r"(?:^|\$\()((?:\.venv/bin/)?estran (?!\.\.\.)[^)]*)", text.strip()):
                found.append((name, command.removeprefix(".venv/bin/")))
    return found


def parse(line: str) -> None:
    """Raise click.UsageError (or AssertionError) where `line` is not a command line that Estran understands."""
    words = shlex.split(line, comments=True)[1:]
    words = words[:next((index for index, word in enumerate(words) if word in STOPS), len(words))]
    command: click.Command = root()
    context = click.Context(command, info_name="estran")
    while isinstance(command, click.Group):
        _values, words, _order = command.make_parser(context).parse_args(words)
        if not words or words == ["--help"]:
            return
        found = command.get_command(context, words[0])
        assert found is not None, f"{context.command_path} has no command {words[0]}"
        command, words = found, words[1:]
        context = click.Context(command, info_name=words[0] if words else "", parent=context)
    values, _rest, _order = command.make_parser(context).parse_args(words)
    for parameter in command.params:
        value = values.get(parameter.name or "")
        if isinstance(parameter.type, click.Choice) and isinstance(value, str):
            parameter.type.convert(value, parameter, context)


def test_every_documented_command_line_is_understood() -> None:
    wrong = []
    for page, line in documented_lines():
        try:
            parse(line)
        except (click.UsageError, AssertionError) as fault:
            wrong.append(f"{page}: {line}: {fault}")
    assert len(documented_lines()) > 60
    assert wrong == []


@pytest.mark.parametrize("line", ["estran lab fly", "estran up --colour", "estran energy report --by moon",
                                  "estran toolchain sync --from thin-air"])
def test_a_command_line_that_does_not_exist_would_be_seen(line: str) -> None:
    with pytest.raises((click.UsageError, AssertionError)):
        parse(line)


def test_every_command_is_documented() -> None:
    documented = text_of("docs/operator/commands.md")
    missing = [path for path in all_commands(root()) if f"\n## {path}\n" not in documented]
    assert missing == []


def test_the_page_of_commands_is_what_the_script_writes() -> None:
    script = "import runpy, sys; sys.stdout.write(runpy.run_path('docs/contributor/commands.py')['page']())"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == text_of("docs/operator/commands.md"), "run: python docs/contributor/commands.py"


def test_every_exit_code_is_documented_and_none_is_invented() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", text_of("docs/operator/exit-codes.md"), re.MULTILINE)
    assert rows == [(str(int(code)), code.name) for code in ExitCode]


def test_every_variable_named_in_the_docs_is_read_by_the_code() -> None:
    code = "\n".join(path.read_text("utf-8") for room in ("energy", "infra", "lab", "ops_cli", "tenancy", "toolchain")
                     for path in (ROOT / room).rglob("*.py"))
    named = {name for page in PAGES for name in re.findall(r"\bESTRAN_[A-Z_]+\b", text_of(page))}
    assert named - set(re.findall(r"\bESTRAN_[A-Z_]+\b", code)) == set()


def test_every_section_of_the_site_file_is_explained_by_an_example_that_fits() -> None:
    seen = []
    for body in fences("docs/operator/site-file.md", "yaml"):
        (section, content), = yaml.safe_load(body).items()
        shape: Any = Site.model_fields[section].annotation
        TypeAdapter(shape).validate_python(content)
        seen.append(section)
    assert seen == list(Site.model_fields)


@pytest.mark.parametrize("page", ["docs/tenant/request-a-namespace.md", "docs/tenant/demander-un-espace.md"])
def test_a_tenant_reads_of_every_rule_and_every_policy(page: str, demo: Site) -> None:
    named = set(re.findall(r"^\| `([a-z-]+)` \|", text_of(page), re.MULTILINE))
    assert named == {rule.id for rule in RULES} | {policy.name for policy in policies(demo)}


def test_the_import_table_is_that_of_the_contracts() -> None:
    page = text_of("docs/contributor/architecture.md")
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    rows = {cells[0].strip(): cells[1:] for line in page.splitlines() if line.startswith("| ")
            for cells in [line.strip("| ").split("|")]}
    for contract in contracts:
        assert contract["name"] in rows
        if contract["type"] == "layers":
            assert "\n" + "\n".join(contract["layers"]) + "\n" in page
        else:
            sources, forbidden = (re.findall(r"`([\w.]+)`", cell) for cell in rows[contract["name"]])
            assert (sources, forbidden) == (contract["source_modules"], contract["forbidden_modules"])


@pytest.mark.parametrize("english", TRANSLATIONS)
def test_both_languages_have_the_same_headings_code_and_tables(english: str) -> None:
    french = TRANSLATIONS[english]
    assert headings(english) == headings(french)
    assert fences(english, "sh") == fences(french, "sh")
    rows, lignes = (len(re.findall(r"^\|", text_of(page), re.MULTILINE)) for page in (english, french))
    assert rows == lignes


def test_every_link_leads_somewhere() -> None:
    dead = []
    for page in PAGES:
        for target in LINK.findall(text_of(page)):
            if not target.startswith(("http://", "https://", "mailto:")):
                path = (page.parent / target.partition("#")[0]).resolve()
                if not path.exists() or ROOT not in path.parents:
                    dead.append(f"{page.relative_to(ROOT)}: {target}")
    assert dead == []


def test_every_page_of_the_docs_can_be_reached() -> None:
    linked = {(page.parent / target.partition("#")[0]).resolve()
              for page in PAGES for target in LINK.findall(text_of(page))}
    lost = [str(page.relative_to(ROOT)) for page in DOCS.rglob("*.md") if page not in linked]
    assert lost == []


def test_every_room_says_what_belongs_and_what_to_copy() -> None:
    rooms = ["infra", "tenancy", "serving", "energy", "lab", "toolchain", "ops_cli", "playbooks", "charts"]
    for room in rooms:
        text = text_of(f"{room}/README.md")
        assert "belong" in text.lower()
        assert "**To " in text
        assert 8 <= len(text.splitlines()) <= 45


def test_decisions_are_numbered_once_and_listed() -> None:
    pages = sorted((DOCS / "decisions").glob("0*.md"))
    numbers = [page.name[:4] for page in pages]
    assert numbers == sorted(set(numbers))
    index = text_of("docs/decisions/README.md")
    assert [page.name for page in pages if f"({page.name})" not in index] == []
    for page in pages:
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in page.read_text("utf-8"), page.name
