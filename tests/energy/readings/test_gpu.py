"""Boards' counters and who claims what of them: repeats that are recognised, claims that can't both be true."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.errors import MissingDataError
from energy.readings.finding import FindingKind
from energy.readings.gpu import Slice, claims_of, one_counter, slices_of_profile
from energy.readings.source import Series
from infra.inventory.compute import Gpu

BOARD = {"model": "h100", "count": 1, "memory": "80Gi", "nameplate_w": 400, "idle_w": 60}
MIG = Gpu(**BOARD, mig="1g.10gb")
COUNTER = np.array([0.0, 90_000.0, 190_000.0])


def row(values: np.ndarray, **labels: str) -> Series:
    return Series({"node": "n3", "gpu": "0", **labels}, values)


def piece(account: str, instance: str, parts: float = 1, held: tuple[float, ...] = (1, 1),
          active: tuple[float, ...] = (0, 0)) -> Slice:
    return Slice(account, instance, parts, np.array(held, dtype=float), np.array(active, dtype=float))


class TestOneCounter:
    def test_alone_it_says_nothing(self) -> None:
        values, findings = one_counter([row(COUNTER)], "n3/0")
        assert values.tolist() == COUNTER.tolist()
        assert findings == ()

    def test_pods_of_a_time_sliced_board_repeat_it(self) -> None:
        # The exporter's issue 582: each pod shows the board's whole figure. Summed, the board would count three times.
        values, findings = one_counter([row(COUNTER, pod=f"p{number}") for number in range(3)], "n3/0")
        assert values.tolist() == COUNTER.tolist()
        assert [finding.kind for finding in findings] == [FindingKind.DUPLICATE]
        assert str(findings[0]) == ("n3/0: the counter of the board comes 3 times, once for each of its sharers "
                                    "(p0, p1, p2): it counts once")

    def test_mig_instances_repeat_it(self) -> None:
        # issue 317
        values, findings = one_counter([row(COUNTER, GPU_I_ID="1"), row(COUNTER, GPU_I_ID="2")], "n3/0")
        assert values.tolist() == COUNTER.tolist()
        assert "(1, 2)" in str(findings[0])

    def test_a_pod_that_came_later_fills_no_more_than_holes(self) -> None:
        early, late = COUNTER.copy(), COUNTER.copy()
        early[2], late[0] = np.nan, np.nan
        values, _findings = one_counter([row(early, pod="a"), row(late, pod="b")], "n3/0")
        assert values.tolist() == COUNTER.tolist()

    def test_two_counters_that_differ_are_refused(self) -> None:
        # Mutation that turns this red: taking the first row without comparing.
        with pytest.raises(MissingDataError, match="2 counters claim to be board n3/0, and they differ") as refusal:
            one_counter([row(COUNTER), row(COUNTER + 1)], "n3/0")
        assert "by its UUID" in str(refusal.value)

    @given(st.integers(1, 7), st.lists(st.floats(0, 1e9), min_size=2, max_size=9))
    def test_however_often_it_comes_it_counts_once(self, times: int, counted: list[float]) -> None:
        values = np.cumsum(counted)
        found, findings = one_counter([row(values, GPU_I_ID=str(number)) for number in range(times)], "b")
        assert np.array_equal(found, values)
        assert len(findings) == (times > 1)


class TestClaims:
    def test_slices_of_one_account_add_up(self) -> None:
        found = claims_of(MIG, [piece("alpha", "1", 3, active=(450, 0)), piece("alpha", "2", 1, active=(900, 900)),
                                piece("beta", "3", 2)], "n3/0")
        assert found["alpha"].parts.tolist() == [4, 4]
        assert found["alpha"].active_s.tolist() == [3 * 450 + 900, 900]
        assert found["beta"].parts.tolist() == [2, 2]

    def test_two_tenants_on_one_slice_are_refused_naming_both(self) -> None:
        with pytest.raises(MissingDataError, match="'alpha' and 'beta' both claim slice 1 of board n3/0") as refusal:
            claims_of(MIG, [piece("beta", "1"), piece("alpha", "1")], "n3/0")
        assert "one holder at a time" in str(refusal.value)

    def test_one_may_follow_the_other_in_an_interval(self) -> None:
        found = claims_of(MIG, [piece("alpha", "1", held=(1, 0.4)), piece("beta", "1", held=(0, 0.6))], "n3/0")
        assert found["beta"].parts.tolist() == [0, 0.6]

    def test_two_pods_of_one_tenant_are_no_conflict(self) -> None:
        # a pod and the one that replaces it, both still shown for a while
        assert list(claims_of(MIG, [piece("alpha", "1"), piece("alpha", "1", held=(0, 0))], "n3/0")) == ["alpha"]

    def test_replicas_without_instance_are_anybodys(self) -> None:
        shared = Gpu(**BOARD, sharing="time-slice", replicas=4)
        assert set(claims_of(shared, [piece("alpha", ""), piece("beta", "")], "n3/0")) == {"alpha", "beta"}

    def test_more_than_seven_slices_are_refused(self) -> None:
        with pytest.raises(MissingDataError, match="8 compute slices of board n3/0 are held at once, but it has 7"):
            claims_of(MIG, [piece("alpha", "1", 4), piece("beta", "2", 4)], "n3/0")

    def test_nobody(self) -> None:
        assert claims_of(MIG, [], "n3/0") == {}


class TestProfiles:
    @pytest.mark.parametrize(("profile", "slices"), [("1g.10gb", 1), ("3g.40gb", 3), ("7g.80gb", 7)])
    def test_compute_slices(self, profile: str, slices: int) -> None:
        # a 4g profile has 4 of 7, not 7 of 7 as some tables have it
        assert slices_of_profile(profile) == slices

    @pytest.mark.parametrize("profile", ["", "g.10gb", "8g.80gb", "0g.5gb", "big"])
    def test_what_is_no_profile(self, profile: str) -> None:
        with pytest.raises(MissingDataError, match="is no MIG profile"):
            slices_of_profile(profile)
