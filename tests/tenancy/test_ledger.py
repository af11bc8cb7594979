"""Holdings: one decision per request, budgets that add up whatever happens, and the same again after a restart."""

from __future__ import annotations

import resource
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.inventory.checks.quotas import committed
from infra.inventory.site import Site
from tenancy.audit import Book, Entry, verify
from tenancy.errors import StorageError
from tenancy.ledger import Ledger, decisions_of
from tests.tenancy.conftest import NOW, asked


def granted(entry: Entry) -> bool:
    return bool(entry.fact["verdict"] == "Granted")


def test_a_request_is_decided_once(demo: Site, ledger: Ledger) -> None:
    first = ledger.decide(demo, asked(), NOW)
    again = ledger.decide(demo, asked(cpu=1), NOW)

    assert again is first
    assert len(ledger.book.entries) == 1


def test_a_decision_is_written_before_it_is_given(demo: Site, ledger: Ledger) -> None:
    entry = ledger.decide(demo, asked(requested_by="les-sables-agent"), NOW)

    assert verify(ledger.book.path).last_hash == entry.hash
    assert entry.kind == "decision"
    assert entry.fact["verdict"] == "Granted"
    assert entry.fact["request"] == "tenant-les-sables/minutes-1"
    assert entry.fact["requestedBy"] == "les-sables-agent"
    assert entry.fact["quota"]["cpu"] == "4"
    assert entry.fact["examined"]["convention-budget"]["available"]["cpu"] == "12"


def test_a_refusal_holds_nothing_and_says_what_could_be_asked(demo: Site, ledger: Ledger) -> None:
    entry = ledger.decide(demo, asked(cpu=40), NOW)

    assert entry.fact["verdict"] == "Refused"
    assert entry.fact["alternative"]["quota"]["cpu"] == "12"
    assert ledger.held() == []


def test_granted_requests_use_up_the_budget(demo: Site, ledger: Ledger) -> None:
    assert granted(ledger.decide(demo, asked(name="a", cpu=8), NOW))
    assert not granted(ledger.decide(demo, asked(name="b", cpu=5), NOW))
    assert granted(ledger.decide(demo, asked(name="c", cpu=4), NOW))
    assert ledger.holdings("les-sables").granted.written()["cpu"] == "12"
    assert ledger.holdings("la-dune").count == 0


def test_a_released_namespace_gives_budget_and_name_back(demo: Site, ledger: Ledger) -> None:
    ledger.decide(demo, asked(cpu=12), NOW)
    assert not granted(ledger.decide(demo, asked(cpu=12, uid="second"), NOW))
    released = ledger.release("uid-minutes", NOW)

    assert released is not None and released.namespace == "les-sables-minutes"
    assert ledger.release("uid-minutes", NOW) is None
    assert ledger.holding_named("les-sables-minutes") is None
    assert granted(ledger.decide(demo, asked(cpu=12, uid="third"), NOW))


def test_a_restart_finds_the_same_holdings(demo: Site, tmp_path: Path) -> None:
    with Book(tmp_path / "audit.jsonl") as book:
        ledger = Ledger(book, "cluster-1")
        for name in ("a", "b", "c"):
            ledger.decide(demo, asked(name=name, cpu=2), NOW)
        ledger.decide(demo, asked(name="d", cpu=100), NOW)
        ledger.note_deletion_policy("uid-b", "Delete", NOW)
        ledger.release("uid-c", NOW)
        before = (ledger.held(), ledger.holdings("les-sables").granted)
    with Book(tmp_path / "audit.jsonl") as book:
        after = Ledger(book, "cluster-1")
        assert (after.held(), after.holdings("les-sables").granted) == before
        assert [holding.deletion_policy for holding in after.held()] == ["Retain", "Delete"]
        refused = after.decided("uid-d")
        assert refused is not None and refused.fact["verdict"] == "Refused"


def test_another_clusters_lines_do_not_count(demo: Site, book: Book) -> None:
    Ledger(book, "cluster-1").decide(demo, asked(cpu=12), NOW)
    other = Ledger(book, "cluster-2")

    assert other.held() == []
    assert granted(other.decide(demo, asked(cpu=12), NOW))


def test_a_new_book_gets_an_id_and_keeps_it(ledger: Ledger) -> None:
    first = ledger.begin(NOW)

    assert first and ledger.begin(NOW) == first
    assert len(ledger.book.entries) == 1


def test_two_books_begun_at_the_same_moment_differ(tmp_path: Path) -> None:
    with Book(tmp_path / "a") as one, Book(tmp_path / "b") as other:
        assert Ledger(one, "c").begin(NOW) != Ledger(other, "c").begin(NOW)


def test_an_adopted_namespace_counts_like_a_granted_one(demo: Site, ledger: Ledger) -> None:
    ledger.adopt(asked(cpu=12), NOW)
    ledger.adopt(asked(cpu=12), NOW)

    assert len(ledger.book.entries) == 1
    assert not granted(ledger.decide(demo, asked(name="b", cpu=1), NOW))
    decided = ledger.decided("uid-minutes")
    assert decided is not None and decided.kind == "adoption"
    assert decisions_of(ledger.book.entries) == ledger.book.entries[1:]


def test_a_deletion_policy_is_noted_once(demo: Site, ledger: Ledger) -> None:
    ledger.decide(demo, asked(), NOW)
    for _ in range(2):
        ledger.note_deletion_policy("uid-minutes", "Delete", NOW)
        ledger.note_deletion_policy("unknown", "Delete", NOW)

    assert [entry.kind for entry in ledger.book.entries] == ["decision", "deletion-policy"]


def test_a_decision_that_can_not_be_written_was_not_taken(demo: Site, tmp_path: Path) -> None:
    with Book(tmp_path / "audit.jsonl") as book:
        ledger = Ledger(book, "cluster-1")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
        try:
            with pytest.raises(StorageError, match="the book of decisions can't be written"):
                ledger.decide(demo, asked(), NOW)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, previous)
        assert ledger.held() == [] and ledger.decided("uid-minutes") is None
        assert granted(ledger.decide(demo, asked(), NOW))


def test_a_hundred_conflicting_requests_at_once_never_over_allocate(demo: Site, ledger: Ledger) -> None:
    barrier = threading.Barrier(20)

    def ask_for(number: int) -> Entry:
        if number < 20:
            barrier.wait()
        request = asked(name=f"n{number}", uid=f"u{number}", cpu=5, pods=1, services=0, volumes=0)
        return ledger.decide(demo, request, NOW)

    with ThreadPoolExecutor(20) as pool:
        entries = list(pool.map(ask_for, range(100)))

    assert sum(map(granted, entries)) == 2  # 12 cores are left: two times 5
    assert ledger.holdings("les-sables").granted.written()["cpu"] == "10"
    assert len(decisions_of(ledger.book.entries)) == 100


@settings(max_examples=50, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(("decide", "release", "again")), st.integers(0, 5),
                                st.integers(0, 9000)), max_size=30))
def test_totals_equal_the_sum_of_what_is_held(
    demo: Site, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    with Book(tmp_path_factory.mktemp("ledger") / "audit.jsonl") as book:
        ledger = Ledger(book, "c")
        for number, (step, which, cpu) in enumerate(steps):
            uid = f"u{which}" if step == "again" else f"v{number}"
            request = replace(asked(name=f"n{which}", cpu=f"{cpu}m"), uid=uid)
            if step == "release" and ledger.held():
                ledger.release(ledger.held()[which % len(ledger.held())].uid, NOW)
            else:
                ledger.decide(demo, request, NOW)
        held = [holding for holding in ledger.held() if holding.tenant == "les-sables"]
        total = ledger.holdings("les-sables")
        assert total.granted.cpu_millicores == sum(holding.quota.cpu_millicores for holding in held)
        assert total.count == len(held)
        assert set(total.names) == {holding.namespace for holding in held}
        used = committed(demo, "les-sables") + total.granted
        assert not used.shortfalls(demo.tenants["les-sables"].convention.quota)
        rebuilt = Ledger(book, "c")
        assert rebuilt.held() == ledger.held()
