"""How a Prometheus is reached: what each option sends, over plain HTTP and TLS, and that no secret is ever told."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import certifi
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from energy.errors import EnergyError, UnreachableError
from energy.readings.connection import Access, Connection, reason_of
from energy.readings.prometheus import Prometheus
from tests.energy.readings.scripted import success
from tests.energy.readings.test_prometheus import HOUR

SECRETS = ("s3cret", "wr0ng", base64.b64encode(b"user:s3cret").decode())


class Listening:
    """A local server that answers with nothing found, and keeps the headers of each request."""

    def __init__(self, status: int = 200, context: ssl.SSLContext | None = None) -> None:
        self.headers: list[dict[str, str]] = []
        outer, (_ok, content) = self, success([])

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.headers.append(dict(self.headers))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(content if status == 200 else b"go away")

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.place = f"127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def open_door() -> Iterator[Listening]:
    server = Listening()
    yield server
    server.stop()


@pytest.fixture
def shut_door() -> Iterator[Listening]:
    server = Listening(401)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def own_authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return files of a certificate for 127.0.0.1 that nobody else signed, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "prometheus")])
    now = dt.datetime.now(dt.UTC)
    signed = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
              .serial_number(1).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
              .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
              .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
              .sign(key, hashes.SHA256()))
    folder = tmp_path_factory.mktemp("authority")
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"


def asked(url: str, access: Access | None = None) -> object:
    source = Prometheus(url, access, timeout_s=5)
    try:
        return source.on_edges("m", HOUR)
    finally:
        source.close()


class TestOptions:
    @pytest.mark.parametrize(("access", "header", "value"), [
        (Access(bearer="s3cret"), "Authorization", "Bearer s3cret"),
        (Access(basic=("user", "s3cret")), "Authorization", "Basic dXNlcjpzM2NyZXQ="),
        (Access(headers={"X-Scope-OrgID": "site"}), "X-Scope-OrgID", "site"),
        (Access(headers={"Accept-Encoding": "gzip"}), "Accept-Encoding", "gzip"),  # who asks for it gets it
        (Access(), "Accept-Encoding", "identity"),
    ])
    def test_each_goes_with_the_request(self, open_door: Listening, access: Access, header: str, value: str) -> None:
        asked(f"http://{open_door.place}", access)
        assert open_door.headers[0][header] == value

    def test_without_options_nobody_is_told_who_asks(self, open_door: Listening) -> None:
        asked(f"http://{open_door.place}")
        assert "Authorization" not in open_door.headers[0]

    # Mutation: `access.basic or named` made `access.basic` in Connection turns the first row red.
    @pytest.mark.parametrize(("written", "access", "sent"), [
        ("user:s3cret@", Access(), b"user:s3cret"),
        ("user:s%403cret@", Access(), b"user:s@3cret"),     # an @ in a password, written as addresses want it
        ("other:wr0ng@", Access(basic=("user", "s3cret")), b"user:s3cret"),
        ("user@", Access(), b"user:"),
    ])
    def test_a_user_in_the_address(self, open_door: Listening, written: str, access: Access, sent: bytes) -> None:
        source = Prometheus(f"http://{written}{open_door.place}/", access)
        source.on_edges("m", HOUR)
        source.close()
        assert open_door.headers[0]["Authorization"] == "Basic " + base64.b64encode(sent).decode()
        assert source.where == source.url == f"http://{open_door.place}"

    # Mutation: `self.session.auth = _as_given` left out turns this red: the password of ~/.netrc went in its place.
    def test_a_bearer_stands_before_a_netrc(self, open_door: Listening, tmp_path: Path,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login user password wr0ng\n", "ascii")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        asked(f"http://{open_door.place}", Access(bearer="s3cret"))
        assert open_door.headers[0]["Authorization"] == "Bearer s3cret"

    def test_an_address_below_a_path_keeps_it(self) -> None:
        assert Connection("https://user:s3cret@mimir.example/prometheus/", Access()).url == (
            "https://mimir.example/prometheus")


class TestSecrets:
    # Mutation: `_without_secrets` left out of Connection turns the last row red; `repr=False` of Access the next test.
    @pytest.mark.parametrize(("written", "access"), [
        ("", Access(bearer="s3cret")), ("", Access(basic=("user", "s3cret"))), ("user:s3cret@", Access())])
    def test_no_refusal_tells_them(self, shut_door: Listening, written: str, access: Access) -> None:
        with pytest.raises(UnreachableError, match="HTTP status 401") as refusal:
            asked(f"http://{written}{shut_door.place}", access)
        assert_untold(str(refusal.value), refusal.value.where, str(refusal.value.figures))

    def test_nor_when_nobody_listens(self) -> None:
        with pytest.raises(UnreachableError, match="does not answer") as refusal:
            asked("http://user:s3cret@127.0.0.1:9", Access(headers={"X-Key": "s3cret"}))
        assert_untold(str(refusal.value), str(refusal.value.__cause__))

    def test_nor_a_printed_access(self) -> None:
        assert_untold(repr(Access(bearer="s3cret")), repr(Access(basic=("user", "s3cret"))))


def assert_untold(*texts: str) -> None:
    assert [secret for secret in SECRETS for said in texts if secret in said] == []


class TestAuthorities:
    @pytest.fixture
    def guarded(self, own_authority: tuple[Path, Path]) -> Iterator[Listening]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*own_authority)
        server = Listening(context=context)
        yield server
        server.stop()

    def test_a_certificate_that_nobody_signed_is_refused(self, guarded: Listening) -> None:
        with pytest.raises(UnreachableError, match="Prometheus does not answer") as refusal:
            asked(f"https://{guarded.place}")
        assert "does not answer: self-signed certificate: check" in str(refusal.value)
        assert guarded.headers == []  # nothing was asked, no password was sent

    # Mutation: `session.verify` left at True, or made False, turns this or the test above red.
    def test_its_authority_s_file_opens_the_door(self, guarded: Listening, own_authority: tuple[Path, Path]) -> None:
        assert asked(f"https://{guarded.place}", Access(ca_file=own_authority[0])) == []

    # Mutation: `_Session` made a plain `requests.Session` turns this red.
    def test_it_stands_before_the_environment_s(self, guarded: Listening, own_authority: tuple[Path, Path],
                                                monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
        assert asked(f"https://{guarded.place}", Access(ca_file=own_authority[0])) == []

    def test_a_file_that_is_no_certificate(self, guarded: Listening, tmp_path: Path) -> None:
        file = tmp_path / "ca.pem"
        file.write_text("hello", "ascii")
        with pytest.raises(UnreachableError, match="does not answer"):
            asked(f"https://{guarded.place}", Access(ca_file=file))

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(EnergyError, match="the file of the certificate authority is not there") as refusal:
            Connection("https://127.0.0.1:9", Access(ca_file=tmp_path))
        assert refusal.value.where == str(tmp_path)
        assert refusal.value.remedy == "name a PEM file that can be read"


@pytest.mark.parametrize(("fault", "said"), [
    (requests.ReadTimeout("HTTPConnectionPool(host='h', port=1): Read timed out. (read timeout=60)"), "timeout"),
    (requests.ConnectTimeout("x"), "timeout"),
    (requests.ConnectionError("HTTPConnectionPool: Max retries exceeded: <obj at 0x7f>: Connection refused')"),
     "Connection refused"),
    (requests.RequestException(), ""),
])
def test_reasons_are_short(fault: requests.RequestException, said: str) -> None:
    assert reason_of(fault) == said
