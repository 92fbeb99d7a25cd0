"""Certificates of all kinds for tests, good and bad."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec.structs import replace

from plures.tls import Identity
from plures.tls.authority import Authority, make_authority
from plures.tls.contexts import Pair

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@dataclass
class Fixed:
    """A source that gives what it is told to."""

    pair: Pair

    def read(self, now: datetime, current: Pair | None = None) -> Pair:
        return self.pair

    def is_due(self, pair: Pair, now: datetime) -> bool:
        return pair != self.pair


def authority(folder: Path, application: str = "shop", now: datetime = NOW) -> Authority:
    return make_authority(folder, application, now)


def pair(issuer: Authority, process: str, now: datetime = NOW, *, hosts: Sequence[str] = ("127.0.0.1",)) -> Pair:
    return issuer.issue(f"spiffe://shop/{process}", hosts, DAY, now)


def identity(made: Pair, peers: dict[str, str] | None = None) -> Identity:
    return Identity(Fixed(made), "spiffe://shop/me", peers or {})


def trusting(made: Pair, *authorities: Authority) -> Pair:
    return replace(made, trust=b"".join(each.trust for each in authorities))


def self_signed(name: str, trust: bytes) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    both = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
    return _signed(key, subject, subject, key, trust=trust, name=name, uses=both)


def for_uses(issuer: Authority, name: str, *uses: x509.ObjectIdentifier) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return _signed(issuer.key, subject, issuer.certificate.subject, key, trust=issuer.trust, name=name, uses=uses)


def written(made: Pair, folder: Path) -> tuple[Path, Path, Path]:
    """Certificate, key and trust as files."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key, trust = folder / "tls.crt", folder / "tls.key", folder / "ca.crt"
    certificate.write_bytes(made.certificate)
    key.touch(0o600)
    key.write_bytes(made.key)
    trust.write_bytes(made.trust)
    return certificate, key, trust


def _signed(
    signer: ec.EllipticCurvePrivateKey,
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    trust: bytes,
    name: str,
    uses: Sequence[x509.ObjectIdentifier],
) -> Pair:
    since, until = NOW - DAY, NOW + DAY
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"spiffe://shop/{name}")]), False)
        .add_extension(x509.ExtendedKeyUsage(list(uses)), False)
        .sign(signer, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Pair(certificate.public_bytes(Encoding.PEM), pem, trust, since, until)
