"""Certificate, key and authorities to trust in files, read and checked."""

import stat
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from .contexts import Pair, said
from .errors import CertificateOutdated, KeyExposed, KeyMismatch, TlsFileUnusable

_GROUP: Final = 0o070
_OTHERS: Final = 0o007


def read_pair(certificate: Path, key: Path, trust: Path, now: datetime) -> Pair:
    """The pair in three files.

    Raises:
        KeyExposed, TlsFileUnusable, KeyMismatch, CertificateOutdated: It cannot be used.
    """
    check_private(key, _OTHERS)
    pem = read(certificate)
    leaf = certificates_in(pem, certificate)[0]
    key_pem, trusted = read(key), read(trust)
    certificates_in(trusted, trust)
    try:
        own = load_pem_private_key(key_pem, None)
    except (ValueError, TypeError) as error:
        raise TlsFileUnusable(key, f"it holds no key that can be read: {_first_line(error)}") from None
    if _public(own.public_key()) != _public(leaf.public_key()):
        raise KeyMismatch(certificate, key)
    since, until = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    if not since <= now < until:
        raise CertificateOutdated(certificate, said(since), said(until), said(now))
    return Pair(pem, key_pem, trusted, since, until)


def certificates_in(pem: bytes, path: Path) -> list[x509.Certificate]:
    """The certificates of a file, at least one; raises `TlsFileUnusable`."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise TlsFileUnusable(path, f"it holds no certificate that can be read: {_first_line(error)}") from None


def read(path: Path) -> bytes:
    """The bytes of a file; raises `TlsFileUnusable`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise TlsFileUnusable(path, error.strerror or str(error)) from None


def check_private(path: Path, forbidden: int = _GROUP | _OTHERS) -> None:
    """Raise `KeyExposed` where others than the owner (and, by `forbidden`, its group) may read a file."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise TlsFileUnusable(path, error.strerror or str(error)) from None
    if mode & forbidden:
        others = "each user of this machine" if mode & _OTHERS else "its group"
        raise KeyExposed(path, f"{mode:04o}", others, "0600" if forbidden & _GROUP else "0640")


def _public(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined,no-any-return]


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].partition(". See")[0] if str(error) else type(error).__name__
