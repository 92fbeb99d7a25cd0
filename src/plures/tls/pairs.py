"""A certificate with its key and the authorities to trust, checked, and the contexts of `ssl` that are made of them.

A context of `ssl` reads keys from files alone. Where the system has files in memory, the key is never written to a disk.
"""

import os
import ssl
import stat
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from .errors import CertificateOutdated, KeyExposed, KeyMismatch, TlsFileUnusable
from .toward import ALPN, client_context

_GROUP: Final = 0o070
_OTHERS: Final = 0o007


@dataclass(frozen=True)
class Pair:
    """What a process shows of itself, and whom it trusts.

    Attributes:
        certificate: PEM, with what stands between it and its authority.
        key: PEM.
        trust: PEM of the authorities.
        since: When the certificate begins to be good.
        until: When it ends.
    """

    certificate: bytes
    key: bytes
    trust: bytes
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Contexts:
    """How to speak TLS with a pair: as the side that is called, and as the side that calls."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def contexts_of(pair: Pair) -> Contexts:
    """The contexts for a pair. Raises `ssl.SSLError` or `OSError`."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Probes have no certificate; calls need one (`plures.deploy.serving`).
    server.verify_mode = ssl.CERT_OPTIONAL
    # A session that is taken up again would not have its certificate looked at, which may have ended since.
    server.num_tickets = 0
    server.options |= ssl.OP_NO_TICKET
    server.minimum_version = ssl.TLSVersion.TLSv1_2
    server.set_alpn_protocols(list(ALPN))
    client = client_context()
    with _as_file(pair.key + b"\n" + pair.certificate) as file:
        for context in (server, client):
            context.load_cert_chain(file)
            context.load_verify_locations(cadata=pair.trust.decode("ascii"))
    return Contexts(server, client)


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


def said(moment: datetime) -> str:
    """A moment, for messages."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


@contextmanager
def _as_file(data: bytes) -> Generator[str]:
    if hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd"):  # noqa: PTH112
        descriptor = os.memfd_create("plures-tls", os.MFD_CLOEXEC)
        try:
            os.write(descriptor, data)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    with NamedTemporaryFile(prefix="plures-tls-") as file:
        file.write(data)
        file.flush()
        yield file.name


def _public(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined,no-any-return]


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].partition(". See")[0] if str(error) else type(error).__name__
