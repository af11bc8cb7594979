"""The drawing of a site: whole, well-formed, nothing on top of something else."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest

from infra.inventory.load import load_site
from ops_cli.drawing.site_layout import Box, site_layout
from ops_cli.drawing.site_svg import site_svg
from tests.conftest import SITES

NAMES = ["demo", "sables"]


def overlap(one: Box, other: Box) -> bool:
    return (one.x < other.x + other.w and other.x < one.x + one.w
            and one.y < other.y + other.h and other.y < one.y + one.h)


@pytest.mark.parametrize("name", NAMES)
def test_every_element_is_drawn(name: str) -> None:
    site = load_site(SITES / f"{name}.yaml")
    texts = {element.text for element in ElementTree.fromstring(site_svg(site, str)).iter() if element.text}
    wanted = {*site.nodes, *site.enclosures.all(), *site.cooling.zones, *site.cooling.equipment(), *site.power.pdus,
              *site.power.ups, *site.power.transformers, *site.power.incomers, *site.power.panels}
    assert wanted - texts == set()


@pytest.mark.parametrize("name", NAMES)
def test_boxes_of_one_kind_do_not_overlap(name: str) -> None:
    layout = site_layout(load_site(SITES / f"{name}.yaml"))
    for group in (layout.feeds.values(), layout.enclosures.values(), layout.nodes, layout.plant.values(), layout.zones):
        clashes = [(one.name, other.name) for one, other in itertools.combinations(group, 2) if overlap(one, other)]
        assert clashes == []


@pytest.mark.parametrize("name", NAMES)
def test_all_is_on_the_sheet(name: str) -> None:
    layout = site_layout(load_site(SITES / f"{name}.yaml"))
    boxes = [*layout.feeds.values(), *layout.enclosures.values(), *layout.nodes, *layout.plant.values(), *layout.zones]
    assert all(box.x >= 0 and box.x + box.w <= layout.width and box.y + box.h <= layout.height for box in boxes)


def test_each_node_stands_inside_its_enclosure() -> None:
    site = load_site(SITES / "demo.yaml")
    layout = site_layout(site)
    for box in layout.nodes:
        held_by = layout.enclosures[site.nodes[box.name].enclosure]
        assert held_by.y <= box.y and box.y + box.h <= held_by.y + held_by.h


def test_markup_in_a_name_stays_text() -> None:
    site = load_site(SITES / "demo.yaml")
    named = site.model_copy(update={"identity": site.identity.model_copy(update={"name": "<script>x</script>"})})
    assert "<script>" not in site_svg(named, str)


def test_words_are_translated() -> None:
    assert "[illustrative]" in site_svg(load_site(SITES / "demo.yaml"), lambda word: f"[{word}]")
