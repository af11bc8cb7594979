"""Certificates: whom they name, for how long, who may read their keys, and when a new one is made."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab import pki
from lab.pki import Pair, Subject, authority, issued, signing_key

AGENT = Subject("les-sables-agent", "estran:les-sables")
SERVER = Subject("kube-apiserver", hosts=("127.0.0.1", "localhost", "kubernetes.default.svc"))


def _certificate(pair: Pair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.certificate.read_bytes())


def _named(name: x509.Name, what: x509.ObjectIdentifier) -> list[str]:
    return [str(attribute.value) for attribute in name.get_attributes_for_oid(what)]


def test_client_names_its_user_and_group(tmp_path: Path) -> None:
    certificate = _certificate(issued(authority(tmp_path, "ca"), tmp_path, "agent", AGENT))
    assert _named(certificate.subject, NameOID.COMMON_NAME) == ["les-sables-agent"]
    assert _named(certificate.subject, NameOID.ORGANIZATION_NAME) == ["estran:les-sables"]
    uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses) == [ExtendedKeyUsageOID.CLIENT_AUTH], "an agent must not be able to serve"
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_server_names_its_hosts(tmp_path: Path) -> None:
    certificate = _certificate(issued(authority(tmp_path, "ca"), tmp_path, "api", SERVER))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "kubernetes.default.svc"]


def test_signed_by_its_authority_only(tmp_path: Path) -> None:
    pair = issued(authority(tmp_path, "ca"), tmp_path, "agent", AGENT)
    _certificate(pair).verify_directly_issued_by(_certificate(Pair.at(tmp_path, "ca")))
    other = _certificate(authority(tmp_path / "other", "ca"))
    with pytest.raises(InvalidSignature):
        _certificate(pair).verify_directly_issued_by(other)


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    issued(authority(tmp_path, "ca"), tmp_path, "agent", AGENT)
    signing_key(tmp_path, "tokens")
    keys = list(tmp_path.glob("*.key"))
    assert len(keys) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}


def test_second_call_keeps_everything(tmp_path: Path) -> None:
    def make() -> dict[str, bytes]:
        ca = authority(tmp_path, "ca")
        issued(ca, tmp_path, "agent", AGENT)
        issued(ca, tmp_path, "api", SERVER)
        signing_key(tmp_path, "tokens")
        return {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert make() == make()


@pytest.mark.parametrize("changed", [
    Subject("les-sables-agent", "estran:another"), Subject("other", "estran:les-sables"),
    Subject("les-sables-agent", "estran:les-sables", ("127.0.0.1",)),
])
def test_another_subject_gets_another_certificate(tmp_path: Path, changed: Subject) -> None:
    ca = authority(tmp_path, "ca")
    before = _certificate(issued(ca, tmp_path, "agent", AGENT))
    after = _certificate(issued(ca, tmp_path, "agent", changed))
    assert after.serial_number != before.serial_number
    assert after.subject == changed.x509_name()


def test_another_authority_gets_another_certificate(tmp_path: Path) -> None:
    before = _certificate(issued(authority(tmp_path, "ca"), tmp_path, "agent", AGENT))
    after = _certificate(issued(authority(tmp_path / "new", "ca"), tmp_path, "agent", AGENT))
    assert after.serial_number != before.serial_number


def test_renewed_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca = authority(tmp_path, "ca")
    monkeypatch.setattr(pki, "VALID", timedelta(days=29))
    before = _certificate(issued(ca, tmp_path, "agent", AGENT))
    monkeypatch.setattr(pki, "VALID", timedelta(days=825))
    after = _certificate(issued(ca, tmp_path, "agent", AGENT))
    assert after.serial_number != before.serial_number
    assert after.not_valid_after_utc > datetime.now(UTC) + timedelta(days=800)


def test_valid_at_once_in_spite_of_small_clock_differences(tmp_path: Path) -> None:
    certificate = _certificate(issued(authority(tmp_path, "ca"), tmp_path, "agent", AGENT))
    assert certificate.not_valid_before_utc < datetime.now(UTC)


def test_public_half_fits_the_signing_key(tmp_path: Path) -> None:
    signing_key(tmp_path, "tokens")
    private = serialization.load_pem_private_key((tmp_path / "tokens.key").read_bytes(), None)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert (tmp_path / "tokens.pub").read_bytes() == public
