"""METHOD.md and the code say the same, in the same order."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

import energy
from energy.allocation import settle as settling
from energy.allocation.node_split import core_dynamic_w, split_node
from energy.method import METHOD_VERSION

ROOM = Path(energy.__path__[0])
METHOD = (ROOM / "METHOD.md").read_text("utf-8")
EXPLICIT = re.findall(r"\*\*[\d.]+\*\* ((?:`\w+\.\w+`(?:, )?)+)", METHOD)


def module_of(name: str) -> str:
    """Return the dotted name of the room's module called `name`."""
    (path,) = list(ROOM.rglob(f"{name}.py"))
    return ".".join(("energy", *path.relative_to(ROOM).with_suffix("").parts))


def quoted_functions() -> list[tuple[str, str]]:
    return [tuple(pair.strip("`").split(".")) for part in EXPLICIT for pair in part.split(", ")]


def test_the_page_names_functions() -> None:
    assert len(quoted_functions()) >= 10


@pytest.mark.parametrize(("module", "function"), quoted_functions())
def test_every_function_that_the_page_names_exists(module: str, function: str) -> None:
    assert callable(getattr(importlib.import_module(module_of(module)), function))


def test_the_page_keeps_the_order_of_the_code() -> None:
    sections = re.findall(r"^## \d+\. [^(]+\(`(energy/[^`]+)`\)", METHOD, re.MULTILINE)
    rooms = [section.split("/")[1] for section in sections if "/" in section.removeprefix("energy/")]
    first_seen = list(dict.fromkeys(rooms))
    assert first_seen == ["readings", "graph", "allocation", "carbon", "uncertainty", "closing", "ledger", "report",
                          "monitoring"]
    assert all((ROOM.parent / section).exists() for section in sections)


def test_settle_does_its_steps_in_the_order_of_the_page() -> None:
    source = inspect.getsource(settling.settle)
    steps = ["close(", "it_energy(", "split_cooling(", "base_load_j", "_losses(", "Allocation("]
    places = [source.index(step) for step in steps]
    assert places == sorted(places)
    titles = re.findall(r"^## (\d+)\. ([A-Z][\w ]+)", METHOD, re.MULTILINE)
    names = {title.strip(): int(number) for number, title in titles}
    assert names["Closure of the feeds"] < names["IT energy"] < names["Cooling"] < names["Base load"] < names["Losses"]


def test_the_version_on_the_page_is_the_codes() -> None:
    assert f"Version {METHOD_VERSION} " in METHOD


def test_equations_of_a_busy_core_are_the_pages() -> None:
    assert "core_w = (nameplate_w − Σ GPU nameplate_w − host idle_w) / cpu_cores" in METHOD
    source = inspect.getsource(core_dynamic_w)
    assert "(0.0, node.power.nameplate_w - gpus_w - host_idle_w) / node.cpu_cores" in source


def test_idle_never_exceeds_what_was_measured_as_the_page_says() -> None:
    assert "idle = min(E(n), idle_w · 900)" in METHOD
    assert "np.minimum(energy_j, joules_from_watts(powers.idle_w, SETTLEMENT_S))" in inspect.getsource(
        importlib.import_module(split_node.__module__))


@pytest.mark.parametrize("law", [f"I{number}" for number in range(1, 9)])
def test_every_law_of_the_page_has_a_test(law: str) -> None:
    assert f"**{law}**" in METHOD
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    assert f"def test_{law.lower()}_" in tests


def test_every_flag_is_on_the_page() -> None:
    from energy.quality import Quality

    assert all(f"*{flag}*" in METHOD for flag in Quality)
