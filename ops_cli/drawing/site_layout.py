"""Where each thing of a site stands on the drawing: feeds in rows from the grid down, zones side by side below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from infra.inventory.site import Site

ROWS = (("incomers", "gensets"), ("transformers",), ("ups", "panels"), ("pdus",))
BOX_W, BOX_H, GAP, ROW_H, MARGIN = 132, 40, 18, 92, 28
ENCLOSURE_W, UNIT_H, ZONE_PAD, ZONE_HEAD = 148, 14, 16, 62


@dataclass(frozen=True)
class Box:
    """A rectangle [px] with a title, a second line and a class of the style sheet."""

    name: str
    x: float
    y: float
    w: float
    h: float
    style: str
    note: str = ""

    @property
    def centre(self) -> float:
        return self.x + self.w / 2


@dataclass(frozen=True)
class Link:
    """A feed from one box down to another."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: str


@dataclass
class Layout:
    """Everything to draw, and the size of the sheet [px]."""

    width: float = 0
    height: float = 0
    feeds: dict[str, Box] = field(default_factory=dict)
    zones: list[Box] = field(default_factory=list)
    enclosures: dict[str, Box] = field(default_factory=dict)
    nodes: list[Box] = field(default_factory=list)
    plant: dict[str, Box] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)


def site_layout(site: Site) -> Layout:
    """Return the layout of a site; zones set the width, feeds are spread over it."""
    layout = Layout()
    top = MARGIN + 40 + len(ROWS) * ROW_H
    x = float(MARGIN)
    for zone_id in site.cooling.zones:
        x = _zone(layout, site, zone_id, x, top) + GAP
    layout.width = max(x - GAP + MARGIN, 760)
    layout.height = max(zone.y + zone.h for zone in layout.zones) + MARGIN + 34
    _level_zones(layout)
    _feeds(layout, site)
    layout.links.extend(_links(layout, site))
    return layout


def _zone(layout: Layout, site: Site, zone_id: str, x: float, y: float) -> float:
    zone = site.cooling.zones[zone_id]
    held = [name for name, enclosure in site.enclosures.all().items() if enclosure.zone == zone_id]
    machines = [name for name, machine in site.cooling.equipment().items() if machine.zones[0] == zone_id]
    inner = max(len(held), 2) * (ENCLOSURE_W + GAP) - GAP
    deepest = 0.0
    for column, name in enumerate(held):
        left = x + ZONE_PAD + column * (ENCLOSURE_W + GAP)
        deepest = max(deepest, _enclosure(layout, site, name, left, y + ZONE_HEAD))
    per_row = max(1, int((inner + GAP) // (BOX_W + GAP)))
    for index, name in enumerate(machines):
        machine = site.cooling.equipment()[name]
        layout.plant[name] = Box(
            name, x + ZONE_PAD + index % per_row * (BOX_W + GAP),
            y + ZONE_HEAD + deepest + GAP + index // per_row * (BOX_H + 10), BOX_W, BOX_H, "plant",
            f"{machine.rated_w / 1000:g} kW el / {machine.cooling_capacity_w / 1000:g} kW th")
    rows = -(-len(machines) // per_row)
    height = ZONE_HEAD + deepest + GAP + rows * (BOX_H + 10) + ZONE_PAD
    layout.zones.append(Box(zone_id, x, y, inner + 2 * ZONE_PAD, height, zone.kind, f"{zone.setpoint_c:g} °C"))
    return x + inner + 2 * ZONE_PAD


def _enclosure(layout: Layout, site: Site, name: str, x: float, y: float) -> float:
    enclosure = site.enclosures.all()[name]
    height = enclosure.height_u * UNIT_H
    style = "tank" if name in site.enclosures.tanks else "rack"
    layout.enclosures[name] = Box(name, x, y, ENCLOSURE_W, height, style, f"{enclosure.height_u} U")
    for node_id, node in site.nodes.items():
        if node.enclosure == name:
            top = y + height - (node.slot - 1 + node.height_u) * UNIT_H
            gpus = f"{node.gpu_count} GPU" if node.gpu_count else ""
            layout.nodes.append(Box(node_id, x + 5, top + 1, ENCLOSURE_W - 10, node.height_u * UNIT_H - 2,
                                    "gpu" if gpus else node.role, gpus))
    return height


def _level_zones(layout: Layout) -> None:
    tallest = max(zone.h for zone in layout.zones)
    layout.zones = [Box(z.name, z.x, z.y, z.w, tallest, z.style, z.note) for z in layout.zones]
    layout.height = layout.zones[0].y + tallest + MARGIN + 34


def _feeds(layout: Layout, site: Site) -> None:
    for row, sections in enumerate(ROWS):
        elements = [(section, name, element) for section in sections
                    for name, element in getattr(site.power, section).items()]
        pitch = (layout.width - 2 * MARGIN) / max(len(elements), 1)
        width = min(BOX_W, pitch - 8)
        for column, (section, name, element) in enumerate(elements):
            x = MARGIN + pitch * (column + 0.5) - width / 2
            feed = site.feed_of(name)
            layout.feeds[name] = Box(name, x, MARGIN + 40 + row * ROW_H, width, BOX_H,
                                     f"feed-{feed}" if feed else section, f"{element.rating_w / 1000:g} kW")


def _links(layout: Layout, site: Site) -> Iterator[Link]:
    for name, box in layout.feeds.items():
        for parent in site.power.elements()[name].fed_by:
            yield _link(layout.feeds[parent], box, box.style)
    drawn: set[tuple[str, str]] = set()
    for node in site.nodes.values():
        for outlet in node.outlets:
            for pdu in site.power.outlets[outlet].fed_by:
                if (pdu, node.enclosure) not in drawn:
                    drawn.add((pdu, node.enclosure))
                    style = f"feed-{site.feed_of(pdu)}"
                    shift = -12 if style == "feed-A" else 12
                    yield _link(layout.feeds[pdu], layout.enclosures[node.enclosure], style, shift)


def _link(upper: Box, lower: Box, style: str, shift: float = 0) -> Link:
    return Link(upper.centre, upper.y + upper.h, lower.centre + shift, lower.y, style)
