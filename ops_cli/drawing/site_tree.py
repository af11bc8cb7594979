"""The site as trees for a terminal: what feeds what, and what stands where."""

from __future__ import annotations

from collections.abc import Callable

from rich.columns import Columns
from rich.console import RenderableType
from rich.tree import Tree

from infra.inventory.site import Site

Translate = Callable[[str], str]


def site_tree(site: Site, translate: Translate) -> RenderableType:
    """Return the two trees of a site, side by side where the terminal is wide enough."""
    return Columns([_feeds(site, translate), _zones(site, translate)], padding=(0, 4))


def _feeds(site: Site, translate: Translate) -> Tree:
    tree = Tree(f"[bold]{site.identity.name}[/bold] - {translate('feeds')}")
    children: dict[str, list[str]] = {}
    for _section, name, element in site.power.placed():
        children.setdefault(element.fed_by[0] if element.fed_by else "", []).append(name)
    fed = _fed_by_element(site)
    for root in children.get("", []):
        _branch(tree, root, children, fed, site)
    return tree


def _branch(tree: Tree, name: str, children: dict[str, list[str]], fed: dict[str, list[str]], site: Site) -> None:
    element = site.power.elements()[name]
    machines = ", ".join(fed.get(name, []))
    label = f"{name} [dim]{element.rating_w / 1000:g} kW[/dim]" + (f" -> [cyan]{machines}[/cyan]" if machines else "")
    branch = tree.add(label)
    for child in children.get(name, []):
        _branch(branch, child, children, fed, site)


def _fed_by_element(site: Site) -> dict[str, list[str]]:
    fed: dict[str, list[str]] = {}
    for name, node in site.nodes.items():
        for outlet in node.outlets:
            fed.setdefault(outlet, []).append(name)
    for name, machine in site.cooling.equipment().items():
        for element in machine.fed_by:
            fed.setdefault(element, []).append(name)
    for name, tank in site.enclosures.tanks.items():
        for element in tank.fed_by:
            fed.setdefault(element, []).append(name)
    return fed


def _zones(site: Site, translate: Translate) -> Tree:
    tree = Tree(f"[bold]{translate('cooling zones')}[/bold]")
    for zone_id, zone in site.cooling.zones.items():
        branch = tree.add(f"{zone_id} [dim]{zone.kind}, {zone.setpoint_c:g} °C[/dim]")
        for name, machine in site.cooling.equipment().items():
            if zone_id in machine.zones:
                branch.add(f"{name} [dim]{machine.cooling_capacity_w / 1000:g} kW[/dim]")
        for name, enclosure in site.enclosures.all().items():
            if enclosure.zone == zone_id:
                _enclosure(branch, name, site)
    return tree


def _enclosure(branch: Tree, name: str, site: Site) -> None:
    held = branch.add(f"[bold]{name}[/bold]")
    for node_id, node in sorted(site.nodes.items(), key=lambda item: -item[1].slot):
        if node.enclosure == name:
            gpus = f" {node.gpu_count} GPU" if node.gpu_count else ""
            held.add(f"U{node.slot} {node_id}[dim]{gpus} {node.power.nameplate_w:g} W {' '.join(node.outlets)}[/dim]")
