"""A close as bytes: one spelling, one digest, and no key that it does not know."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from energy.ledger.manifest import GENESIS, SCHEMA, Close, Day, State

plain = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
                     lambda inner: st.lists(inner, max_size=3)
                     | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8)


def made(**changes: object) -> Close:
    values = {"site": "small", "month": "2012-03", "sequence": 1, "previous": GENESIS, "state": State.CLOSED,
              "reason": "", "method_version": "2", "software": {"numpy": "2"}, "policy": {"materiality": 0.005},
              "days": (Day(day="2012-03-01", inputs={"meters": "a"}, settled={"shares": "b"}),),
              "parts": {"site": "c"}, "facts": {"facility_j": 1}}
    return Close.model_validate({**values, **changes})


@given(st.dictionaries(st.text(max_size=6), plain, max_size=4))
def test_it_comes_back_from_its_bytes(facts: dict[str, object]) -> None:
    close = made(facts=facts)
    assert Close.model_validate_json(close.canonical()).canonical() == close.canonical()


@given(st.dictionaries(st.text(max_size=6), plain, max_size=4))
def test_the_order_of_keys_changes_no_byte(facts: dict[str, object]) -> None:
    turned = dict(reversed(list(facts.items())))
    assert made(facts=facts).canonical() == made(facts=turned).canonical()


def test_letters_are_written_as_they_are() -> None:
    assert "étalonné".encode() in made(reason="compteur étalonné").canonical()


def test_one_line_that_ends() -> None:
    assert made(reason="two\nlines").canonical().count(b"\n") == 1
    assert made().canonical().endswith(b"}\n")


@pytest.mark.parametrize("change", [
    {"state": State.RESTATED}, {"reason": "x"}, {"previous": "1" * 64}, {"sequence": 2}, {"parts": {"site": "d"}},
    {"facts": {"facility_j": 2}}, {"method_version": "3"}, {"days": ()}, {"software": {"numpy": "3"}}])
def test_each_fact_is_in_the_digest(change: dict[str, object]) -> None:
    assert made(**change).digest != made().digest


def test_it_says_its_own_shape() -> None:
    assert json.loads(made().canonical())["schema_"] == SCHEMA


@pytest.mark.parametrize("change", [{"more": 1}, {"state": "shut"}, {"days": [{"day": "2012-03-01"}]}, {"parts": None}])
def test_what_it_does_not_know_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        made(**change)


def test_it_can_not_be_changed() -> None:
    with pytest.raises(ValidationError):
        made().reason = "changed"
