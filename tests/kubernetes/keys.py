"""Keys and certificates of a control plane that nothing outside of a test trusts."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

CONTEXT: Final = ssl.create_default_context()
CONTEXT.check_hostname = False
CONTEXT.verify_mode = ssl.CERT_NONE
"""Takes the certificate that an API server made for itself."""


def make_keys(folder: Path) -> None:
    """Write `sa.key` and `sa.pub`, which sign tokens; `front.crt`, and `client.crt` with `client.key`, by which the API server calls others."""
    folder.mkdir(parents=True, exist_ok=True)
    signing, front, client = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    _write_key(folder / "sa.key", signing)
    (folder / "sa.pub").write_bytes(signing.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for name, key, common, is_authority in (
        ("front", front, "front authority", True),
        ("client", client, "front", False),
    ):
        _write_key(folder / f"{name}.key", key)
        (folder / f"{name}.crt").write_bytes(_signed(key, common, front, is_authority=is_authority))


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _signed(
    key: ec.EllipticCurvePrivateKey, common: str, by: ec.EllipticCurvePrivateKey, *, is_authority: bool
) -> bytes:
    now = datetime.now(UTC)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "front authority")])
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    return built.sign(by, SHA256()).public_bytes(Encoding.PEM)
