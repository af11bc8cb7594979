"""Quantities and the arithmetic of budgets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from infra.inventory.quantities import format_bytes, format_cpu, parse_bytes, parse_cpu
from infra.inventory.quota import SHORT_NAMES, Quota, Shortfall
from infra.inventory.site import Site

QUOTAS = st.fixed_dictionaries({name: st.integers(0, 1 << 50) for name in SHORT_NAMES}).map(lambda q: Quota.of(**q))


@pytest.mark.parametrize(("text", "millicores"), [("4", 4000), (4, 4000), ("500m", 500), ("0.5", 500), ("1.25", 1250)])
def test_cpu(text: str, millicores: int) -> None:
    assert parse_cpu(text) == millicores


@pytest.mark.parametrize("text", ["4 cores", "-1", "", "1.2345", "0,5", True, None, "4M"])
def test_what_is_no_cpu(text: object) -> None:
    with pytest.raises(PydanticCustomError, match="is not a CPU quantity; write for instance 4 or 500m"):
        parse_cpu(text)


@pytest.mark.parametrize(("text", "size"), [("1Ki", 1024), ("8Gi", 8 << 30), ("2Ti", 2 << 40), (0, 0), ("0", 0)])
def test_bytes(text: str, size: int) -> None:
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["8GB", "8G", "8", 8, "8 GiB", "-1Gi", "1.5Gi", "", None])
def test_what_is_no_size(text: object) -> None:
    with pytest.raises(PydanticCustomError, match="is not a size with a binary unit"):
        parse_bytes(text)


@given(st.integers(0, 10**9))
def test_cpu_is_written_as_it_is_read(millicores: int) -> None:
    assert parse_cpu(format_cpu(millicores)) == millicores


@given(st.integers(0, 1 << 40))
def test_sizes_are_written_as_they_are_read(kibibytes: int) -> None:
    assert parse_bytes(format_bytes(kibibytes << 10)) == kibibytes << 10


@given(QUOTAS, QUOTAS)
def test_a_part_fits_in_the_sum(one: Quota, other: Quota) -> None:
    assert one.shortfalls(one + other) == ()


@given(QUOTAS, QUOTAS)
def test_what_is_left_and_what_was_taken_make_the_whole(whole: Quota, taken: Quota) -> None:
    if not taken.shortfalls(whole):
        assert whole.minus(taken) + taken == whole


@given(QUOTAS, QUOTAS)
def test_nothing_left_is_below_zero(one: Quota, other: Quota) -> None:
    assert all(value >= 0 for value in one.minus(other).model_dump().values())


def test_shortfalls_name_the_figures_as_kubernetes_writes_them() -> None:
    asked = Quota.model_validate({"cpu": 6, "memory": "8Gi", "storage": "20Gi"})
    available = Quota.model_validate({"cpu": "4500m", "memory": "8Gi", "storage": "10Gi"})
    assert asked.shortfalls(available) == (Shortfall("cpu", "6", "4500m"), Shortfall("storage", "20Gi", "10Gi"))


def test_a_quota_in_python_may_use_long_names() -> None:
    assert Quota.model_validate({"cpu_millicores": "4"}).written()["cpu"] == "4"


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValidationError):
        Quota.model_validate({"gpu": -1})


def test_capacity_of_the_demo(demo: Site) -> None:
    # Four workers of 64 cores: 256 cores, 15 % kept for the platform -> 217.6 cores. GPUs: 2 x 4.
    # Memory: 512 + 512 + 1024 + 1024 = 3072 Gi, x 0.85 = 2611.2 -> 2611 Gi whole.
    assert demo.capacity().cpu_millicores == 217_600
    assert demo.capacity().gpus == 8
    assert demo.capacity().written()["memory"] == "2611Gi"
