"""Publishers' lists in the three shapes they come in, and the lock."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.checksums import ChecksumLock, matches, published
from toolchain.errors import RefusedError, SupplyChainError

A, B = "a" * 64, "b" * 64
LONG = "c" * 128


@pytest.mark.parametrize(("text", "said"), [
    (A, A),
    (f"{A}\n", A),
    (f"{B}  other.tar.gz\n{A}  etcd.tar.gz\n", A),
    (f"{A} *etcd.tar.gz", A),
    (f"{A}  ./etcd.tar.gz", A),
    (f"{LONG}  etcd.tar.gz", LONG),
    (A.upper() + "  etcd.tar.gz", A),
    (json.dumps({"assets": [{"name": "x", "digest": f"sha256:{B}"},
                            {"name": "etcd.tar.gz", "digest": f"sha256:{A}"}]}), A),
])
def test_shapes_of_lists(text: str, said: str) -> None:
    assert published(text, "etcd.tar.gz") == said


@pytest.mark.parametrize("text", [
    "", "not a list", f"{A}  etcd.tar.gz.sig", f"{A}  xetcd.tar.gz", f"{A[:-1]}  etcd.tar.gz", "{", "{}",
    '{"assets": [{"name": "etcd.tar.gz", "digest": null}]}',
    '{"assets": [{"name": "etcd.tar.gz", "digest": "md5:00"}]}',
    "<html>404</html>",
])
def test_file_that_no_list_names(text: str) -> None:
    with pytest.raises(SupplyChainError, match=r"does not name etcd\.tar\.gz") as refusal:
        published(text, "etcd.tar.gz")
    assert "--from build" in refusal.value.remedy


def test_supply_chain_refusal_exits_as_a_refusal() -> None:
    assert issubclass(SupplyChainError, RefusedError)


@given(body=st.binary(max_size=200), other=st.binary(max_size=200))
def test_only_the_same_bytes_match(tmp_path_factory: pytest.TempPathFactory, body: bytes, other: bytes) -> None:
    path = tmp_path_factory.mktemp("d") / "f"
    path.write_bytes(body)
    for algorithm in (hashlib.sha256, hashlib.sha512):
        assert matches(path, algorithm(body).hexdigest())
        assert matches(path, algorithm(other).hexdigest()) is (body == other)


def test_lock_refuses_another_digest_and_keeps_the_first(tmp_path: Path) -> None:
    lock = ChecksumLock(tmp_path / "lock.json", tmp_path / "none.json")
    lock.agree("u", A)
    lock.record("u", A)
    lock.agree("u", A)
    with pytest.raises(SupplyChainError, match=f"recorded: {A}\npublished now: {B}"):
        lock.agree("u", B)
    lock.record("u", B)
    assert lock.known("u") == A


def test_committed_lock_comes_first(tmp_path: Path) -> None:
    (tmp_path / "committed.json").write_text(json.dumps({"u": B}))
    (tmp_path / "own.json").write_text(json.dumps({"u": A}))
    lock = ChecksumLock(tmp_path / "own.json", tmp_path / "committed.json")
    assert lock.known("u") == B
    with pytest.raises(SupplyChainError):
        lock.agree("u", A)
