"""Downloads that go on where they stopped (HTTP Range, RFC 9110 section 14) and end whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import requests
import urllib3
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from toolchain.errors import N_, UnreachableError, writing
from toolchain.files import read_json, write_json

ATTEMPTS = 4
TIMEOUT_S = (5.0, 30.0)
CHUNK = 1 << 18
Advance = Callable[[float, float | None], None]


def _nobody(_done: float, _total: float | None) -> None:
    """Nobody watches."""


class _CutError(Exception):
    """The connection ended before the file did."""


def fetch_text(url: str) -> str:
    """Return a small text. Raises UnreachableError."""
    try:
        answer = requests.get(url, timeout=TIMEOUT_S)
        answer.raise_for_status()
    except requests.RequestException as fault:
        raise unreachable(url, fault) from fault
    return answer.text


def fetch(url: str, target: Path, advance: Advance = _nobody) -> None:
    """Download `url` to `target`, through `target`.part, which a later call continues.

    Raises UnreachableError when the host stops answering (the part is kept), StorageError when the disk is full.
    """
    retrying = Retrying(stop=stop_after_attempt(ATTEMPTS), wait=wait_exponential(multiplier=0.2, max=3), reraise=True,
                        retry=retry_if_exception_type((_CutError, requests.ConnectionError, requests.Timeout)))
    try:
        retrying(_continue, url, target, advance)
    except (_CutError, requests.RequestException) as fault:
        raise unreachable(url, fault) from fault


def forget(target: Path) -> None:
    """Remove a file that was refused, and what is left of its download."""
    for path in (target, part_of(target), _origin_of(target)):
        path.unlink(missing_ok=True)


def part_of(target: Path) -> Path:
    """Return where an unfinished download of `target` lies."""
    return target.with_name(target.name + ".part")


def unreachable(url: str, fault: Exception) -> UnreachableError:
    """Return the refusal of a host that does not answer, or not to the end."""
    return UnreachableError(
        N_("{url} can't be read: {fault}."), where=url, url=url, fault=_reason(fault),
        remedy=N_("Check the network, or set ESTRAN_MIRROR to a mirror, then run `estran toolchain sync` again: it goes"
                  " on from where it stopped. `--from build` makes the engine from its Go module instead."),
    )


def _reason(fault: Exception) -> str:
    if isinstance(fault, requests.HTTPError) and fault.response is not None:
        return f"HTTP {fault.response.status_code}"
    return str(fault) or type(fault).__name__


def _origin_of(target: Path) -> Path:
    return target.with_name(target.name + ".part.json")


def _continue(url: str, target: Path, advance: Advance) -> None:
    part = part_of(target)
    with writing(part):
        part.parent.mkdir(parents=True, exist_ok=True)
        have = part.stat().st_size if part.exists() else 0
        origin = read_json(_origin_of(target))
        headers = {"Accept-Encoding": "identity"}
        if have and origin.get("url") == url:
            headers["Range"] = f"bytes={have}-"
            if origin.get("etag"):
                headers["If-Range"] = origin["etag"]
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as answer:
            if answer.status_code != requests.codes.requested_range_not_satisfiable:
                answer.raise_for_status()
                _receive(answer, target, have if answer.status_code == requests.codes.partial_content else 0, advance)
        part.replace(target)
    with contextlib.suppress(FileNotFoundError):
        _origin_of(target).unlink()


def _receive(answer: requests.Response, target: Path, start: int, advance: Advance) -> None:
    length = answer.headers.get("Content-Length")
    total = start + int(length) if length else None
    write_json(_origin_of(target), {"url": answer.url if not answer.history else answer.history[0].url,
                                    "etag": answer.headers.get("ETag", "")})
    done = start
    with part_of(target).open("ab" if start else "wb") as file:
        try:
            # read1: what has arrived is kept even when the rest of a block never does
            while block := answer.raw.read1(CHUNK):
                file.write(block)
                done += len(block)
                advance(done, total)
        except urllib3.exceptions.HTTPError as fault:
            raise _CutError(str(fault)) from fault
    if total is not None and done < total:
        raise _CutError(f"{done} of {total} bytes")
