"""The broker's own small certificate authority: it certifies connections, never messages.

PKIoverheid carries the OIN in serialNumber and not in the CN, and the broker takes its user from the CN, so the broker
has a CA of its own (wire.md 2). Private keys are made where they are used: this module signs requests and writes a
partner's key only on the partner's own machine. No key made here can open or sign a message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.errors import Code, RefusedError
from hub.register.pemfiles import check_absent, make_folder, write_private, write_public

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397
CLIENT_DAYS = 397
RSA_BITS_MIN = 3072
CLOCK_ALLOWANCE = timedelta(minutes=5)  # a certificate made now must work where the clock runs behind

AUTHORITY_NAME = "schuldhub broker CA"
CA_CERTIFICATE = "ca.crt.pem"
CA_KEY = "ca.key.pem"
SERVER_CERTIFICATE = "server.crt.pem"
SERVER_KEY = "server.key.pem"
CLIENT_CERTIFICATE = "broker.crt.pem"
CLIENT_KEY = "broker.key.pem"
CLIENT_REQUEST = "broker.csr.pem"


@dataclass(frozen=True)
class Authority:
    """The CA of one broker: its certificate, its key and the folder (0700) where both and all it issued are kept."""

    folder: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> bytes:
        """The public certificate that clients and broker trust."""
        return self.certificate.public_bytes(Encoding.PEM)

    def issued(self) -> list[x509.Certificate]:
        """Every certificate this CA issued, oldest first."""
        found = [_load_certificate(path) for path in (self.folder / "issued").glob("*.crt.pem")]
        return sorted(found, key=lambda certificate: (certificate.not_valid_before_utc, certificate.serial_number))


def new_authority(folder: Path, now: datetime) -> Authority:
    """Make a CA in `folder`, valid ten years; refuses to replace one that is there (`key_invalid`)."""
    check_absent(folder, CA_KEY, CA_CERTIFICATE)
    make_folder(folder, tighten=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(AUTHORITY_NAME)
    certificate = (
        _builder(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(folder / CA_KEY, _private_pem(key))
    write_public(folder / CA_CERTIFICATE, certificate.public_bytes(Encoding.PEM))
    return Authority(folder, certificate, key)


def load_authority(folder: Path) -> Authority:
    """The CA that `new_authority` made in `folder`; `key_invalid` when it is missing, unreadable or open to others."""
    path = folder / CA_KEY
    try:
        if path.stat().st_mode & 0o077:
            raise RefusedError(Code.KEY_INVALID, f"{path} is open to others")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise RefusedError(Code.KEY_INVALID, str(path)) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise RefusedError(Code.KEY_INVALID, str(path))
    return Authority(folder, _load_certificate(folder / CA_CERTIFICATE), key)


def issue_server(authority: Authority, names: tuple[str, ...], folder: Path, now: datetime) -> tuple[Path, Path]:
    """Make the broker's own key and certificate for these host names and addresses, in place of earlier ones.

    Returns:
        The paths of the certificate and of the key (0600) in `folder`.
    """
    make_folder(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _leaf(
        authority,
        _name(names[0]),
        key.public_key(),
        now,
        SERVER_DAYS,
        usage=ExtendedKeyUsageOID.SERVER_AUTH,
        alternatives=x509.SubjectAlternativeName([_general_name(name) for name in names]),
    )
    write_private(folder / SERVER_KEY, _private_pem(key))
    write_public(folder / SERVER_CERTIFICATE, certificate.public_bytes(Encoding.PEM))
    return folder / SERVER_CERTIFICATE, folder / SERVER_KEY


def issue_client(authority: Authority, request: bytes, user: str, now: datetime) -> bytes:
    """The client certificate (PEM) for a request (PEM) whose CN is `user`; nothing else of the request is copied.

    Refuses with `key_invalid` a request that is malformed, not signed by its own key, for another CN, with more in its
    subject than the CN, or with a weak key.
    """
    key = checked_request_key(request, user)
    certificate = _leaf(authority, _name(user), key, now, CLIENT_DAYS, usage=ExtendedKeyUsageOID.CLIENT_AUTH)
    return certificate.public_bytes(Encoding.PEM)


def checked_request_key(request: bytes, user: str) -> CertificateIssuerPublicKeyTypes:
    """The public key of a request that passes every check of `issue_client`."""
    try:
        csr = x509.load_pem_x509_csr(request)
        key = csr.public_key()
        proven = csr.is_signature_valid
        digest = csr.signature_hash_algorithm
        subject = [(attribute.oid, attribute.value) for attribute in csr.subject]
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        raise RefusedError(Code.KEY_INVALID, "certificate request: not readable") from None
    if not proven or (digest is not None and digest.digest_size < hashes.SHA256.digest_size):
        raise RefusedError(Code.KEY_INVALID, "certificate request: signature")
    if subject != [(NameOID.COMMON_NAME, user)]:
        raise RefusedError(Code.KEY_INVALID, f"certificate request: subject is not CN={user} alone")
    match key:
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1() | ec.SECP384R1()):
            return key
        case rsa.RSAPublicKey() if key.key_size >= RSA_BITS_MIN:
            return key
        case _:
            raise RefusedError(Code.KEY_INVALID, "certificate request: key is not P-256, P-384 or RSA of 3072 bits")


def new_client_key(user: str, folder: Path) -> Path:
    """Make a key and a request with CN `user` in `folder`, on the machine that will use them.

    Returns:
        The path of the request, the only one of the two files that may leave the machine.

    Raises:
        RefusedError: `key_invalid`; never is a key overwritten.
    """
    check_absent(folder, CLIENT_KEY, CLIENT_REQUEST)
    make_folder(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    csr = x509.CertificateSigningRequestBuilder().subject_name(_name(user)).sign(key, hashes.SHA256())
    write_private(folder / CLIENT_KEY, _private_pem(key))
    write_public(folder / CLIENT_REQUEST, csr.public_bytes(Encoding.PEM))
    return folder / CLIENT_REQUEST


def new_broker_identity(oin: str, folder: Path) -> Path:
    """`new_client_key` for the partner with this OIN: its broker user is `p-<OIN>` (wire.md 2)."""
    return new_client_key(f"p-{oin}", folder)


def common_name(certificate: x509.Certificate) -> str:
    """The CN of a certificate that this CA issued."""
    value = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    return value if isinstance(value, str) else value.decode("ascii", "replace")


def _leaf(
    authority: Authority,
    subject: x509.Name,
    key: CertificateIssuerPublicKeyTypes,
    now: datetime,
    days: int,
    *,
    usage: x509.ObjectIdentifier,
    alternatives: x509.SubjectAlternativeName | None = None,
) -> x509.Certificate:
    """Sign a certificate that can do one thing, and keep a copy in the CA's folder."""
    builder = (
        _builder(subject, authority.certificate.subject, key, now, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
    )
    if alternatives is not None:
        builder = builder.add_extension(alternatives, critical=False)
    certificate = builder.sign(authority.key, hashes.SHA256())
    kept = authority.folder / "issued"
    make_folder(kept)
    write_public(kept / f"{certificate.serial_number:040x}.crt.pem", certificate.public_bytes(Encoding.PEM))
    return certificate


def _builder(
    subject: x509.Name, issuer: x509.Name, key: CertificateIssuerPublicKeyTypes, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_ALLOWANCE)
        .not_valid_after(now + timedelta(days=days))
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _load_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        raise RefusedError(Code.KEY_INVALID, str(path)) from None
