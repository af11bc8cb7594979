"""Small rooms: the project's own limits, so that they are nobody's taste."""

from __future__ import annotations

import ast
import re
import statistics
import sys
import tomllib

from tests.architecture.sources import ROOMS, ROOT, functions, lines_of, modules, place

MODULE_MAX, MODULE_MEDIAN_MAX = 300, 120
FUNCTION_MAX, FUNCTION_P90_MAX = 60, 40
PARAMETERS_MAX = 7
SUPPRESSIONS_PER_THOUSAND = 1.0
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore)(?P<code>[:\[][^#]*)?(?P<reason>#.*)?$")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager", "base"}


Function = ast.FunctionDef | ast.AsyncFunctionDef


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_modules_are_short() -> None:
    sizes = {place(path): lines_of(path) for path in modules()}
    assert {name: size for name, size in sizes.items() if size > MODULE_MAX} == {}
    assert statistics.median(sizes.values()) <= MODULE_MEDIAN_MAX


def test_functions_are_short() -> None:
    sizes = {f"{place(path, function)} {function.name}": _length(function)
             for path in modules() for function in functions(path)}
    assert {name: size for name, size in sizes.items() if size > FUNCTION_MAX} == {}
    assert statistics.quantiles(sizes.values(), n=10)[8] <= FUNCTION_P90_MAX


def test_functions_take_few_parameters() -> None:
    def count(function: Function) -> int:
        arguments = function.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        return len([argument for argument in named if argument.arg not in ("self", "cls")])

    crowded = {f"{place(path, function)} {function.name}": count(function)
               for path in modules() for function in functions(path) if count(function) > PARAMETERS_MAX}
    assert crowded == {}


def test_suppressions_are_rare_and_say_why() -> None:
    lines = [(place(path), number, line) for path in modules()
             for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)]
    found = [(name, number, match) for name, number, line in lines if (match := SUPPRESSION.search(line))]
    silent = [f"{name}:{number}" for name, number, match in found if not (match["code"] and match["reason"])]
    assert silent == []
    assert 1000 * len(found) / len(lines) <= SUPPRESSIONS_PER_THOUSAND, [f"{n}:{k}" for n, k, _m in found]


def test_tests_are_at_least_as_long_as_the_code() -> None:
    folders = [folder for folder in (ROOT / "tests").iterdir() if folder.is_dir()]
    tests = {folder.name: sum(map(lines_of, folder.rglob("*.py"))) for folder in folders}
    code = {room: sum(map(lines_of, modules(room))) for room in ROOMS}
    assert sum(tests.values()) >= sum(code.values()), (tests, code)
    assert tests["energy"] >= 1.5 * code["energy"], (tests["energy"], code["energy"])


def test_no_file_is_a_drawer_for_everything() -> None:
    assert [place(path) for path in modules() if path.stem in FORBIDDEN_NAMES] == []


def test_nothing_in_infra_hides_a_module_of_the_standard_library() -> None:
    # Pulumi runs the folder infra/: what lies directly in it is imported before the standard library.
    names = {path.stem for path in (ROOT / "infra").iterdir()} - {"__init__", "__main__"}
    assert names & set(sys.stdlib_module_names) == set()


def test_the_program_of_pulumi_is_a_page() -> None:
    assert lines_of(ROOT / "infra" / "__main__.py") <= 20


def test_at_most_twelve_dependencies_each_named_in_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [re.split(r"[<>=\[ ]", dependency)[0] for dependency in project["dependencies"]]
    assert len(names) <= 12
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    extras = [re.split(r"[<>=\[ ]", name)[0] for group in project["optional-dependencies"].values() for name in group]
    assert [name for name in [*names, *extras] if f"`{name}`" not in changelog] == []
