"""The lab's own certification authorities and certificates (RFC 5280); keys are readable by their owner only."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.record import write_text

VALID = timedelta(days=825)
RENEW_BEFORE = timedelta(days=30)
_CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key, in PEM files."""

    certificate: Path
    key: Path

    @classmethod
    def at(cls, folder: Path, name: str) -> Pair:
        return cls(folder / f"{name}.crt", folder / f"{name}.key")

    def present(self) -> bool:
        return self.certificate.exists() and self.key.exists()


@dataclass(frozen=True)
class Subject:
    """Whom a certificate names. For Kubernetes, `name` is the user and `group` one of its groups."""

    name: str
    group: str = ""
    hosts: tuple[str, ...] = ()

    def x509_name(self) -> x509.Name:
        attributes = [x509.NameAttribute(NameOID.COMMON_NAME, self.name)]
        if self.group:
            attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, self.group))
        return x509.Name(attributes)


def authority(folder: Path, name: str) -> Pair:
    """Return the authority `name`, made at its first use."""
    pair = Pair.at(folder, name)
    if not pair.present():
        key = ec.generate_private_key(ec.SECP256R1())
        subject = Subject(f"estran-lab-{name}").x509_name()
        usage = x509.KeyUsage(
            digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
            data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False)
        certificate = (
            _builder(subject, subject, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(key, hashes.SHA256())
        )
        _save(pair, certificate, key)
    return pair


def issued(issuer: Pair, folder: Path, name: str, subject: Subject) -> Pair:
    """Return a certificate for `subject`, good for clients and (with hosts) servers.

    The one on disk is kept unless it names another subject, another issuer or is about to end.
    """
    pair = Pair.at(folder, name)
    if not (pair.present() and _still_good(pair, issuer, subject)):
        key = ec.generate_private_key(ec.SECP256R1())
        authority_certificate = _load(issuer.certificate)
        purposes = [ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = _builder(subject.x509_name(), authority_certificate.subject, key)
        if subject.hosts:
            purposes.append(ExtendedKeyUsageOID.SERVER_AUTH)
            builder = builder.add_extension(x509.SubjectAlternativeName(_alternatives(subject.hosts)), critical=False)
        certificate = (
            builder
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
            .sign(_load_key(issuer.key), hashes.SHA256())
        )
        _save(pair, certificate, key)
    return pair


def signing_key(folder: Path, name: str) -> None:
    """Make a private key and its public half (service accounts' tokens) without certificate, at their first use."""
    private, public = folder / f"{name}.key", folder / f"{name}.pub"
    if not (private.exists() and public.exists()):
        key = ec.generate_private_key(ec.SECP256R1())
        write_text(private, _key_text(key))
        write_text(public, key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode())


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW).not_valid_after(now + VALID)
    )


def _alternatives(hosts: Sequence[str]) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return names


def _still_good(pair: Pair, issuer: Pair, subject: Subject) -> bool:
    certificate = _load(pair.certificate)
    if certificate.subject != subject.x509_name() or certificate.not_valid_after_utc - datetime.now(UTC) < RENEW_BEFORE:
        return False
    try:
        certificate.verify_directly_issued_by(_load(issuer.certificate))
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return not subject.hosts
    except (InvalidSignature, TypeError, ValueError):
        return False
    return list(named) == _alternatives(subject.hosts)


def _load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    return cast(ec.EllipticCurvePrivateKey, serialization.load_pem_private_key(path.read_bytes(), password=None))


def _key_text(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption()).decode()


def _save(pair: Pair, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    write_text(pair.key, _key_text(key))
    write_text(pair.certificate, certificate.public_bytes(serialization.Encoding.PEM).decode())
