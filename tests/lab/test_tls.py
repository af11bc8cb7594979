"""The lab's calls over real mutual TLS, with the lab's own certificates, to a server that stands for the API's."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from infra.inventory.site import Site
from lab.api import Api
from lab.components import Components, Layout
from lab.errors import UnreachableError
from lab.identities import Keys, prepare_keys
from lab.pki import Pair, authority
from lab.ports import PORTS


@dataclass
class Server:
    """Answers every request with `status` and `body`, and notes what it was asked."""

    port: int = 0
    status: int = 200
    body: bytes = b"{}"
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.append((request.command, request.path))
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.bodies.append(request.rfile.read(int(request.headers.get("Content-Length") or 0)))
        certificate = getattr(request.connection, "getpeercert", dict)() or {}
        self.clients.append(str([value for part in certificate.get("subject", ()) for _name, value in part]))
        request.send_response(self.status)
        request.send_header("Content-Length", str(len(self.body)))
        request.end_headers()
        request.wfile.write(self.body)

    def query(self) -> dict[str, list[str]]:
        """Return the query of the last request."""
        return parse_qs(urlsplit(self.asked[-1][1]).query)


def _serve(told: Server, pair: Pair | None, authority_file: Path | None) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.answer(self)

        def do_PATCH(self) -> None:
            told.answer(self)

        def do_DELETE(self) -> None:
            told.answer(self)

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if pair is not None and authority_file is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority_file))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(pair.certificate, pair.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    told.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


@pytest.fixture(scope="module")
def keys(demo: Site, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    made = Keys(tmp_path_factory.mktemp("lab") / "pki")
    prepare_keys(demo, made)
    return made


@pytest.fixture
def api_server(keys: Keys) -> Iterator[Server]:
    """A server with the API server's certificate, for clients of the cluster's authority only."""
    told = Server()
    server = _serve(told, keys.pair("kube-apiserver"), keys.pair("ca").certificate)
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def api(api_server: Server, keys: Keys) -> Iterator[Api]:
    made = Api(f"https://127.0.0.1:{api_server.port}", keys.pair("ca"), keys.pair("admin"))
    yield made
    made.close()


class TestApi:
    def test_apply_is_a_forced_apply_of_the_lab(self, api: Api, api_server: Server) -> None:
        api_server.body = b'{"kind": "Node"}'
        assert api.apply("/api/v1/nodes/n", {"kind": "Node"}) == {"kind": "Node"}
        method, path = api_server.asked[-1]
        assert (method, urlsplit(path).path) == ("PATCH", "/api/v1/nodes/n")
        assert api_server.query() == {"fieldManager": ["estran-lab"], "force": ["true"]}
        assert api_server.headers[-1]["content-type"] == "application/apply-patch+yaml"
        assert json.loads(api_server.bodies[-1]) == {"kind": "Node"}

    def test_it_acts_as_the_operator(self, api: Api, api_server: Server) -> None:
        api.get("/api")
        assert api_server.clients == ["['system:masters', 'estran-admin']"]

    def test_get_passes_its_selector(self, api: Api, api_server: Server) -> None:
        api_server.body = b'{"items": [1]}'
        assert api.get("/api/v1/nodes", labelSelector="estran.fr/site=demo") == {"items": [1]}
        assert api_server.query() == {"labelSelector": ["estran.fr/site=demo"]}

    def test_what_is_not_there_is_none_and_what_is_refused_is_not(self, api: Api, api_server: Server) -> None:
        api_server.status = 404
        assert api.find("/api/v1/nodes/none") is None
        with pytest.raises(UnreachableError, match="refused DELETE /api/v1/nodes/none"):
            api.delete("/api/v1/nodes/none")
        api_server.status, api_server.body = 403, b'{"message": "nodes is forbidden"}'
        with pytest.raises(UnreachableError, match="refused GET /x: nodes is forbidden"):
            api.find("/x")

    @pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"message_": 1}', b"null"])
    def test_a_refusal_without_words_gives_its_number(self, api: Api, api_server: Server, body: bytes) -> None:
        api_server.status, api_server.body = 500, body
        with pytest.raises(UnreachableError, match="refused GET /api: HTTP 500") as refusal:
            api.get("/api")
        assert refusal.value.where == f"https://127.0.0.1:{api_server.port}"
        assert "estran lab down --purge" in refusal.value.remedy

    def test_a_proxy_of_the_shell_is_not_asked(
        self, api: Api, api_server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert api.get("/api") == {}
        assert len(api_server.asked) == 1

    def test_a_server_of_another_authority_is_not_believed(
        self, api_server: Server, keys: Keys, tmp_path: Path
    ) -> None:
        api = Api(f"https://127.0.0.1:{api_server.port}", authority(tmp_path, "ca"), keys.pair("admin"))
        with pytest.raises(UnreachableError, match="does not answer"):
            api.get("/api")
        assert api_server.asked == []
        api.close()

    @pytest.mark.parametrize("identity", ["etcd-client", "front-proxy"])
    def test_who_is_signed_by_another_authority_is_no_client(
        self, api_server: Server, keys: Keys, identity: str
    ) -> None:
        """An etcd client or the aggregator's proxy must not pass for a user of the API."""
        api = Api(f"https://127.0.0.1:{api_server.port}", keys.pair("ca"), keys.pair(identity))
        with pytest.raises(UnreachableError, match="does not answer"):
            api.get("/api")
        assert api_server.asked == []
        api.close()


class TestHealth:
    @pytest.fixture
    def components(self, demo: Site, keys: Keys, api_server: Server) -> Components:
        ports = dict.fromkeys(PORTS, 9) | {"kube-apiserver": api_server.port}
        return Components(demo, Layout(keys.folder.parent), ports)

    @pytest.mark.parametrize(("status", "ready"), [(200, True), (500, False), (401, False), (403, False)])
    def test_the_api_server_is_ready_when_it_says_so(
        self, components: Components, api_server: Server, status: int, ready: bool
    ) -> None:
        api_server.status = status
        assert components.api_server().ready() is ready
        assert api_server.asked == [("GET", "/readyz")]
        assert "estran-admin" in api_server.clients[0]

    def test_etcd_is_asked_with_its_own_authority(self, demo: Site, keys: Keys) -> None:
        told = Server()
        server = _serve(told, keys.pair("etcd"), keys.pair("etcd-ca").certificate)
        ports = dict.fromkeys(PORTS, 9) | {"etcd": told.port}
        assert Components(demo, Layout(keys.folder.parent), ports).etcd().ready()
        assert told.asked == [("GET", "/health")]
        assert told.clients == ["['kube-apiserver']"]
        server.shutdown()
        server.server_close()

    def test_another_server_on_the_port_is_not_taken_for_ours(self, demo: Site, keys: Keys, tmp_path: Path) -> None:
        """Another lab's API server answers 200 as well, but under another authority."""
        other = Keys(tmp_path / "pki")
        prepare_keys(demo, other)
        told = Server()
        server = _serve(told, other.pair("kube-apiserver"), other.pair("ca").certificate)
        ports = dict.fromkeys(PORTS, 9) | {"kube-apiserver": told.port, "kube-scheduler": told.port}
        components = Components(demo, Layout(keys.folder.parent), ports)
        assert not components.api_server().ready()
        assert not components.scheduler().ready()
        assert told.asked == []
        server.shutdown()
        server.server_close()

    def test_kwok_and_the_controller_speak_plain_http_on_loopback(
        self, demo: Site, demo_file: Path, tmp_path: Path
    ) -> None:
        told = Server()
        server = _serve(told, None, None)
        components = Components(demo, Layout(tmp_path), dict.fromkeys(PORTS, told.port))
        assert components.kwok().ready()
        assert components.controller(demo_file).ready()
        told.status = 503
        assert not components.kwok().ready()
        assert {path for _method, path in told.asked} == {"/healthz"}
        server.shutdown()
        server.server_close()
