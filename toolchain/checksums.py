"""Publishers' checksums, and the lock that remembers each one from its first use on."""

from __future__ import annotations

import json
import re
from pathlib import Path

from toolchain.errors import N_, SupplyChainError
from toolchain.files import digest, read_json, write_json

COMMITTED = Path(__file__).parent / "checksums.lock.json"
_ALGORITHMS = {64: "sha256", 128: "sha512"}
_LINE = re.compile(r"^([0-9a-fA-F]{64}|[0-9a-fA-F]{128})(?:\s+\*?(?:\./)?(\S+))?\s*$")


def published(text: str, name: str) -> str:
    """Return the digest that a publisher's list gives for the file `name`.

    The list is lines "digest  name", one bare digest, or GitHub's JSON of a release.
    Raises SupplyChainError when the file is not in it.
    """
    found = _from_github(text, name) if text.lstrip().startswith("{") else _from_lines(text, name)
    if not found:
        raise SupplyChainError(
            N_("The publisher's list of checksums does not name {name}."), where=name, name=name,
            remedy=N_("The release is not as expected; nothing was installed."
                      " Use `--from build`, or ask the publisher."),
        )
    return found.lower()


def _from_lines(text: str, name: str) -> str:
    for line in text.splitlines():
        match = _LINE.match(line.strip())
        if match and match.group(2) in (None, name):
            return match.group(1)
    return ""


def _from_github(text: str, name: str) -> str:
    try:
        assets = json.loads(text).get("assets", [])
    except ValueError:
        return ""
    digests = {str(asset.get("name")): str(asset.get("digest") or "") for asset in assets}
    algorithm, _colon, value = digests.get(name, "").partition(":")
    return value if algorithm in _ALGORITHMS.values() else ""


def matches(path: Path, expected: str) -> bool:
    """Tell whether the file's digest is `expected` (SHA-256 or SHA-512, by its length)."""
    return digest(path, _ALGORITHMS[len(expected)]) == expected


class ChecksumLock:
    """Digests by the file's address at its publisher: the repository's own lock first, then this machine's."""

    def __init__(self, path: Path, committed: Path = COMMITTED) -> None:
        self._path = path
        self._committed = committed

    def known(self, key: str) -> str:
        """Return the digest recorded for `key`; empty when there is none."""
        recorded = {**read_json(self._path), **read_json(self._committed)}
        return str(recorded.get(key, ""))

    def agree(self, key: str, said: str) -> None:
        """Check what the publisher says now against the lock. Raises SupplyChainError when it differs."""
        known = self.known(key)
        if known and known != said:
            raise SupplyChainError(
                N_("The checksum of {key} is not the one recorded at its first use.\nrecorded: {known}\n"
                   "published now: {said}"),
                where=str(self._path), key=key, known=known, said=said,
                remedy=N_("Somebody changed a published release: don't use it. Ask the publisher; if the change is"
                          " meant, remove that line of the lock file yourself."),
            )

    def record(self, key: str, said: str) -> None:
        """Remember the digest of a file that was checked and found good."""
        if not self.known(key):
            write_json(self._path, {**read_json(self._path), key: said})
