"""How a Prometheus is reached: address, authentication, authority. Secrets stay in memory: no message shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from prometheus_api_client import PrometheusConnect
from urllib3.util.retry import Retry

from energy.errors import EnergyError
from infra.inventory.errors import N_

TIMEOUT_S = 60
RETRIES = 2
_SOURCE_LINE = re.compile(r" \(_ssl\.c:\d+.*")  # which line of OpenSSL's binding said so helps nobody


@dataclass(frozen=True)
class Access:
    """What a Prometheus, Thanos or Mimir asks of its callers.

    `parameters` are added to every query (Thanos: `partial_response`, `dedup`, `max_source_resolution`), `headers` to
    every request (Mimir: `X-Scope-OrgID`). `basic` is user and password (before those of the address itself);
    `ca_file` the authority that signed it.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    basic: tuple[str, str] | None = field(default=None, repr=False)
    bearer: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    remote_read: bool = True


class Connection:
    """The client library's session: connections, authentication, retries of what is safe to ask again."""

    def __init__(self, url: str, access: Access, timeout_s: int = TIMEOUT_S) -> None:
        if not url.startswith(("http://", "https://")):
            raise EnergyError(N_("'{url}' is not the address of a Prometheus"), url=url,
                              remedy=N_("write it as http://127.0.0.1:9090"))
        if access.ca_file is not None and not access.ca_file.is_file():
            raise EnergyError(N_("the file of the certificate authority is not there"), where=str(access.ca_file),
                              remedy=N_("name a PEM file that can be read"))
        self.url, named = _without_secrets(url.rstrip("/"))
        self.timeout_s = timeout_s
        self.session = _Session()
        self.session.auth = access.basic or named
        self.session.verify = str(access.ca_file) if access.ca_file else True
        # JSON is not compressed: on a local network the server's gzip is slower than the wire.
        self.session.headers.update({"Accept-Encoding": "identity", **access.headers})
        if access.bearer is not None:
            self.session.headers["Authorization"] = f"Bearer {access.bearer}"
            self.session.auth = _as_given  # else a .netrc's password would take its place
        retry = Retry(total=RETRIES, backoff_factor=0.2, status_forcelist=(429, 502, 504))
        self._client = PrometheusConnect(url=self.url, session=self.session, retry=retry, timeout=timeout_s)

    def close(self) -> None:
        """Release the connections."""
        self._client.close()


class _Session(requests.Session):
    """A session whose own authority stands before the one that the environment names (REQUESTS_CA_BUNDLE)."""

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Return the settings of one request."""
        own = verify if self.verify is True else self.verify
        return super().merge_environment_settings(url, proxies, stream, own, cert)


def _as_given(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _without_secrets(url: str) -> tuple[str, tuple[str, str] | None]:
    """Return an address that may be shown, and the user and password that stood in it."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url, None
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(), (unquote(user), unquote(password))


def reason_of(fault: requests.RequestException) -> str:
    """Return why a request failed, without the noise of the libraries below."""
    if isinstance(fault, requests.Timeout):
        return "timeout"
    inner = fault.args[0] if fault.args else fault
    said = str(getattr(inner, "reason", inner)).rsplit(": ", 1)[-1]
    return _SOURCE_LINE.sub("", said).rstrip(")>'\"")
