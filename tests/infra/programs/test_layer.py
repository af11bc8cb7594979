"""Which site and layer a stack is."""

from __future__ import annotations

import pytest

from infra.components.errors import PlanError
from infra.inventory.names import LAYERS
from infra.programs.layer import PROGRAMS, site_and_layer


@pytest.mark.parametrize(("stack", "found"), [
    ("demo-platform", ("demo", "platform")), ("les-sables-tenants", ("les-sables", "tenants"))])
def test_stack_names(stack: str, found: tuple[str, str]) -> None:
    assert site_and_layer(stack) == found


@pytest.mark.parametrize("stack", ["demo", "demo-", "-tenants", "demo-unknown", "demo.tenants"])
def test_other_names_are_refused_with_an_example(stack: str) -> None:
    with pytest.raises(PlanError) as refusal:
        site_and_layer(stack)
    assert str(refusal.value) == (f"{stack}: the stack's name is not <site>-<layer>: name it for instance "
                                  "demo-platform; layers: platform, tenants, models")


def test_every_layer_has_its_program() -> None:
    assert tuple(PROGRAMS) == LAYERS
