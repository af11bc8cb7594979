"""Loading: what is accepted, and each refusal with its line and its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.inventory.errors import InventoryError
from infra.inventory.load import load_site
from infra.inventory.site import Site
from tests.conftest import SITES
from tests.infra.inventory.edits import DEMO, Data, edited, put, refusal_of


@pytest.mark.parametrize("name", ["demo", "sables"])
def test_shipped_sites_are_consistent(name: str) -> None:
    site = load_site(SITES / f"{name}.yaml")
    assert site.id == name
    assert site.identity.illustrative


def test_demo_is_what_the_issue_asks_for(demo: Site) -> None:
    roles = [node.role for node in demo.nodes.values()]
    assert (roles.count("control-plane"), roles.count("worker")) == (1, 4)
    assert sorted(name for name, node in demo.nodes.items() if node.gpu_count) == ["gpu-1", "gpu-2"]
    assert (len(demo.enclosures.racks), len(demo.enclosures.tanks)) == (1, 1)
    assert [tenant.kind for tenant in demo.tenants.values()] == ["region", "agglomeration", "commune", "commune"]
    assert demo.tenants["les-sables"].parent == "agglo"


def test_sables_is_a_quarter_of_a_megawatt() -> None:
    site = load_site(SITES / "sables.yaml")
    nameplate_w = sum(node.power.nameplate_w for node in site.nodes.values())
    assert site.identity.it_capacity_w == 250_000
    assert 0.75 * site.identity.it_capacity_w < nameplate_w <= site.identity.it_capacity_w


def test_a_loaded_site_can_not_be_changed(demo: Site) -> None:
    with pytest.raises(Exception, match="frozen"):
        demo.identity.name = "other"  # type: ignore[misc]


REFUSED = [
    (put("identity.nom", "x"), "identity.nom: unknown key; known here: id, name, operator"),
    (put("nodes.cp-1.colour", "red"), "nodes.cp-1.colour: unknown key; known here: role, enclosure, slot"),
    (put("tenants.agglo.convention.quota.ram", "8Gi"), "unknown key; known here: cpu, memory, storage, gpu"),
    (lambda data: data["nodes"]["cp-1"].pop("serial"), "nodes.cp-1.serial: this key is missing; write it"),
    (put("identity.base_load_w", "350W"), "'350W' carries a unit"),
    (put("power.ups.ups-a.rating_w", "30 kVA"), "'30 kVA' carries a unit"),
    (put("nodes.cp-1.memory", "128GB"), "'128GB' is not a size with a binary unit (Ki, Mi, Gi, Ti); "
                                        "write for instance 128Gi"),
    (put("nodes.cp-1.memory", 128), "128 is not a size with a binary unit"),
    (put("tenants.agglo.convention.quota.cpu", "4 cores"), "'4 cores' is not a CPU quantity; write for instance 4"),
    (put("identity.lau", 85194), "identity.lau: 85194 is not text; write it between quotes"),
    (put("identity.timezone", "Europe/Sables"), "'Europe/Sables' is not a time zone"),
    (put("tenants.agglo.siret", "12345678901234"), "'12345678901234' is not a SIRET"),
    (put("tenants.agglo.siret", "900"), "'900' is not a SIRET"),
    (put("identity.id", "Les Sables!"), "'Les Sables!' is not a DNS label"),
    (put("identity.id", "Les Sables!"), "write for instance 'les-sables'"),
    (put("nodes.cp-1.power.idle_w", float("inf")), "does not fit"),
    (put("nodes.cp-1.role", "master"), "'master' does not fit"),
    (put("nodes", {}), "does not fit"),
]


@pytest.mark.parametrize(("change", "text"), REFUSED, ids=[text[:40] for _change, text in REFUSED])
def test_values_that_do_not_fit_are_refused(tmp_path: Path, change: object, text: str) -> None:
    assert callable(change)
    assert text in refusal_of(tmp_path, edited(change))


def test_a_key_that_is_not_dns_safe_is_refused(tmp_path: Path) -> None:
    def rename(data: Data) -> None:
        data["tenants"]["La Dune"] = data["tenants"].pop("la-dune")

    text = refusal_of(tmp_path, edited(rename))
    assert "tenants.La Dune: 'La Dune' is not a DNS label" in text
    assert "write for instance 'la-dune'" in text


def test_every_problem_is_listed_with_its_line(tmp_path: Path) -> None:
    text = (SITES / "demo.yaml").read_text("utf-8")
    text = text.replace("base_load_w: 350", "base_load_w: 350W").replace("memory: 128Gi\n", "memory: 128GB\n")
    lines = {number for number, line in enumerate(text.splitlines(), 1) if "350W" in line or "128GB" in line}
    said = refusal_of(tmp_path, text)
    assert "problems found: 2" in said
    assert {int(line.split(":")[1]) for line in said.splitlines()[1:]} == lines


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="there is no such site file"):
        load_site(tmp_path / "none.yaml")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="there is no such site file"):
        load_site(tmp_path)


def test_ten_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    assert "more than the 2097152 that a site file may have" in refusal_of(tmp_path, "# " + "x" * 10_000_000)


def test_an_anchor_bomb_is_refused_at_its_first_anchor(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(ord('a') + n)}: &{chr(ord('a') + n)} [*{chr(ord('a') + n - 1)}, *{chr(ord('a') + n - 1)}]\n"
        for n in range(1, 25))
    said = refusal_of(tmp_path, bomb)
    assert "site.yaml:1: anchors ('&') and aliases ('*') are not read in a site file" in said
    assert "write the value out where it is used" in said


def test_nesting_without_end_is_refused(tmp_path: Path) -> None:
    assert "nested deeper" in refusal_of(tmp_path, "identity: " + "[" * 60 + "]" * 60)


def test_a_key_written_twice_is_refused(tmp_path: Path) -> None:
    said = refusal_of(tmp_path, "identity: {id: a}\npower: {}\nidentity: {id: b}\n")
    assert "site.yaml:3: the key 'identity' is written twice, first at line 1; keep one" in said


@pytest.mark.parametrize("text", ["a: [1,", "a: b: c", "\t- x", "a: 'x"])
def test_what_is_no_yaml_names_its_line(tmp_path: Path, text: str) -> None:
    said = refusal_of(tmp_path, text)
    assert "this is not YAML that can be read" in said
    assert "site.yaml:" in said


@pytest.mark.parametrize(("text", "line"), [("a: 1\nb: 2012-13-45", 2), ("a: !!int x", 1), ("a: !unknown x", 1)])
def test_values_that_yaml_itself_can_not_make(tmp_path: Path, text: str, line: int) -> None:
    said = refusal_of(tmp_path, text)
    assert f"site.yaml:{line}: " in said
    assert "is no value of its kind; put it between quotes" in said


def test_a_control_character_names_its_line(tmp_path: Path) -> None:
    assert "site.yaml:2: this is not YAML that can be read: " in refusal_of(tmp_path, "a: 1\nb: \x1f\n")


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "42"])
def test_what_is_no_map_is_refused(tmp_path: Path, text: str) -> None:
    assert "a site file is a map of keys" in refusal_of(tmp_path, text)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_bytes(b"\xff\xfe\x00id")
    with pytest.raises(InventoryError, match="not text in UTF-8"):
        load_site(file)


def test_the_demo_was_not_touched_by_edits() -> None:
    assert edited(put("identity.name", "x"))["identity"]["name"] == "x"
    assert DEMO["identity"]["name"] != "x"
