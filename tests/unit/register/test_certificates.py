"""The broker's CA: what it certifies, what it refuses, and what it leaves on disk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from hub.errors import Code, RefusedError
from hub.register.certificates import (
    Authority,
    common_name,
    issue_client,
    issue_server,
    load_authority,
    new_authority,
    new_broker_identity,
    new_client_key,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OIN = "00000099000000001000"
USER = f"p-{OIN}"
RequestKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A fresh CA."""
    return new_authority(tmp_path / "ca", NOW)


def request(key: RequestKey, *names: str, digest: hashes.SHA224 | hashes.SHA256 | None = None) -> bytes:
    """A certificate request for these common names."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names])
    chosen = None if isinstance(key, ed25519.Ed25519PrivateKey) else digest or hashes.SHA256()
    return x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, chosen).public_bytes(Encoding.PEM)


def extension(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> x509.ExtensionType:
    """One extension's value."""
    return certificate.extensions.get_extension_for_class(kind).value


def test_private_files_are_their_owners_alone(authority: Authority, tmp_path: Path) -> None:
    _, server_key = issue_server(authority, ("localhost",), tmp_path / "tls", NOW)
    new_broker_identity(OIN, tmp_path / "partner")
    for file in (authority.folder / "ca.key.pem", server_key, tmp_path / "partner" / "broker.key.pem"):
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700


def test_the_request_holds_nothing_private(tmp_path: Path) -> None:
    path = new_broker_identity(OIN, tmp_path / "partner")
    assert b"PRIVATE" not in path.read_bytes()
    assert x509.load_pem_x509_csr(path.read_bytes()).subject.rfc4514_string() == f"CN={USER}"


@pytest.mark.parametrize(
    "again", [lambda folder: new_authority(folder, NOW), lambda folder: new_client_key(USER, folder)]
)
def test_a_key_is_never_overwritten(again: Callable[[Path], object], tmp_path: Path) -> None:
    again(tmp_path / "x")
    with pytest.raises(RefusedError) as refused:
        again(tmp_path / "x")
    assert refused.value.code is Code.KEY_INVALID


def test_a_ca_is_the_same_after_loading(authority: Authority) -> None:
    assert load_authority(authority.folder).certificate == authority.certificate


def test_a_ca_key_that_others_can_read_is_refused(authority: Authority) -> None:
    (authority.folder / "ca.key.pem").chmod(0o640)
    with pytest.raises(RefusedError, match="open to others"):
        load_authority(authority.folder)


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_broken_ca_key_is_refused(content: bytes, authority: Authority) -> None:
    (authority.folder / "ca.key.pem").write_bytes(content)
    with pytest.raises(RefusedError) as refused:
        load_authority(authority.folder)
    assert refused.value.code is Code.KEY_INVALID


def test_a_missing_ca_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        load_authority(tmp_path)


def test_a_server_certificate_holds_for_its_names_only(authority: Authority, tmp_path: Path) -> None:
    certificate, _ = issue_server(authority, ("localhost", "127.0.0.1"), tmp_path / "tls", NOW)
    leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
    policy = PolicyBuilder().store(Store([authority.certificate])).time(NOW)
    policy.build_server_verifier(x509.DNSName("localhost")).verify(leaf, [])
    with pytest.raises(VerificationError):
        policy.build_server_verifier(x509.DNSName("broker.example")).verify(leaf, [])


def test_a_client_certificate_is_for_a_client_with_that_name_and_nothing_else(authority: Authority) -> None:
    pem = issue_client(authority, request(ec.generate_private_key(ec.SECP256R1()), USER), USER, NOW)
    certificate = x509.load_pem_x509_certificate(pem)
    assert common_name(certificate) == USER
    assert certificate.issuer == authority.certificate.subject
    certificate.verify_directly_issued_by(authority.certificate)
    assert extension(certificate, x509.ExtendedKeyUsage) == x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    assert extension(certificate, x509.BasicConstraints) == x509.BasicConstraints(ca=False, path_length=None)


def test_a_certificate_ends_after_397_days_and_holds_where_a_clock_is_a_little_behind(authority: Authority) -> None:
    pem = issue_client(authority, request(ec.generate_private_key(ec.SECP256R1()), USER), USER, NOW)
    certificate = x509.load_pem_x509_certificate(pem)
    assert certificate.not_valid_after_utc == NOW + timedelta(days=397)
    assert certificate.not_valid_before_utc == NOW - timedelta(minutes=5)


def test_extensions_that_a_request_asks_for_are_not_copied(authority: Authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, USER)])
    csr = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate = x509.load_pem_x509_certificate(issue_client(authority, csr.public_bytes(Encoding.PEM), USER, NOW))
    assert extension(certificate, x509.BasicConstraints) == x509.BasicConstraints(ca=False, path_length=None)
    with pytest.raises(x509.ExtensionNotFound):
        extension(certificate, x509.SubjectAlternativeName)


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 3072)])
def test_strong_keys_of_other_kinds_are_taken(key: RequestKey, authority: Authority) -> None:
    assert issue_client(authority, request(key, USER), USER, NOW)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(rsa.generate_private_key(65537, 2048), id="RSA of 2048 bits"),
        pytest.param(ec.generate_private_key(ec.SECP224R1()), id="P-224"),
        pytest.param(ec.generate_private_key(ec.SECP256K1()), id="a curve for coins"),
        pytest.param(ed25519.Ed25519PrivateKey.generate(), id="Ed25519, which not every broker takes"),
    ],
)
def test_a_weak_or_strange_key_is_refused(key: RequestKey, authority: Authority) -> None:
    with pytest.raises(RefusedError, match="P-256, P-384 or RSA"):
        issue_client(authority, request(key, USER), USER, NOW)


def test_a_request_signed_with_a_short_digest_is_refused(authority: Authority) -> None:
    weak = request(ec.generate_private_key(ec.SECP256R1()), USER, digest=hashes.SHA224())
    with pytest.raises(RefusedError, match="signature"):
        issue_client(authority, weak, USER, NOW)


@pytest.mark.parametrize("names", [(), ("hub",), (f"{USER}x",), (USER.lower() + " ",), (USER, USER), (USER, "hub")])
def test_a_request_for_another_name_is_refused(names: tuple[str, ...], authority: Authority) -> None:
    with pytest.raises(RefusedError, match="subject"):
        issue_client(authority, request(ec.generate_private_key(ec.SECP256R1()), *names), USER, NOW)


def test_a_request_with_more_than_a_name_is_refused(authority: Authority) -> None:
    subject = [
        x509.NameAttribute(NameOID.COMMON_NAME, USER),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Belastingdienst"),
    ]
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    signed = csr.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    with pytest.raises(RefusedError, match="subject"):
        issue_client(authority, signed.public_bytes(Encoding.PEM), USER, NOW)


def test_a_request_that_its_own_key_did_not_sign_is_refused(authority: Authority) -> None:
    der = bytearray(
        x509.load_pem_x509_csr(request(ec.generate_private_key(ec.SECP256R1()), USER)).public_bytes(Encoding.DER)
    )
    place = der.index(USER.encode())
    der[place + len(USER) - 1] ^= 1
    forged = x509.load_der_x509_csr(bytes(der)).public_bytes(Encoding.PEM)
    with pytest.raises(RefusedError, match="signature"):
        issue_client(authority, forged, USER, NOW)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n"],
)
def test_what_is_no_request_is_refused(content: bytes, authority: Authority) -> None:
    with pytest.raises(RefusedError, match="not readable"):
        issue_client(authority, content, USER, NOW)


def test_every_certificate_issued_is_kept_oldest_first(authority: Authority) -> None:
    for days in (2, 1, 3):
        csr = request(ec.generate_private_key(ec.SECP256R1()), USER)
        issue_client(authority, csr, USER, NOW + timedelta(days=days))
    kept = [certificate.not_valid_after_utc - NOW for certificate in authority.issued()]
    assert kept == [timedelta(days=397 + days) for days in (1, 2, 3)]
