"""The own small authority of a deployment: two files in a folder, which issues certificates that live for hours.

ECDSA on P-256, since each TLS library of the last ten years takes it; Ed25519 is refused by some of them still.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from plures.topology import TRUSTED

from .contexts import Pair, said
from .errors import AuthorityExists, AuthorityExpired, AuthorityMissing, KeyMismatch, TlsFileUnusable
from .pairs import certificates_in, check_private, read

CERTIFICATE: Final = TRUSTED
KEY: Final = "authority.key"
_YEARS: Final = timedelta(days=3650)
# The clocks of two machines are seldom further apart.
SKEW: Final = timedelta(minutes=15)
_USES: Final = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])


class Authority(msgspec.Struct, frozen=True):
    """It issues with the first certificate of its file; those below are of earlier ones that are trusted still."""

    folder: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    trust: bytes

    def issue(self, name: str, hosts: Sequence[str], life: timedelta, now: datetime) -> Pair:
        """A new key, and a certificate for it; raises `AuthorityExpired`.

        Args:
            name: The SPIFFE name.
            hosts: Host names and addresses under which it is called.
        """
        ends = self.certificate.not_valid_after_utc
        if not self.certificate.not_valid_before_utc <= now < ends:
            begins = said(self.certificate.not_valid_before_utc)
            raise AuthorityExpired(self.folder, begins, said(ends), said(now))
        key = ec.generate_private_key(ec.SECP256R1())
        since, until = now - SKEW, min(now + life, ends)
        builder = _begun(_named(name.rpartition("/")[2]), self.certificate.subject, key, since, until)
        certificate = (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(is_authority=False), critical=True)
            .add_extension(_USES, critical=False)
            .add_extension(x509.SubjectAlternativeName([*_alternatives(name, hosts)]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .sign(self.key, SHA256())
        )
        made = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        return Pair(certificate.public_bytes(Encoding.PEM), _pem(key), self.trust, *made)


def load_authority(folder: Path) -> Authority:
    """The authority of a folder.

    Raises:
        AuthorityMissing, KeyExposed, TlsFileUnusable, KeyMismatch: It cannot be used.
    """
    for name in (CERTIFICATE, KEY):
        if not (folder / name).exists():
            raise AuthorityMissing(folder, name)
    check_private(folder / KEY)
    trust = read(folder / CERTIFICATE)
    certificate = certificates_in(trust, folder / CERTIFICATE)[0]
    try:
        key = load_pem_private_key(read(folder / KEY), None)
    except (ValueError, TypeError):
        raise TlsFileUnusable(folder / KEY, "it holds no key that can be read") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise KeyMismatch(folder / CERTIFICATE, folder / KEY)
    return Authority(folder, certificate, key, trust)


def make_authority(folder: Path, application: str, now: datetime, *, replace: bool = False) -> Authority:
    """Make an authority in a folder; with `replace`, one that issues from now on, while the earlier ones stay trusted.

    Raises:
        AuthorityExists: There is one, and it is not to be replaced.
        OSError: The folder cannot be written to.
    """
    earlier = b""
    if (folder / CERTIFICATE).exists() or (folder / KEY).exists():
        if not replace:
            raise AuthorityExists(folder)
        earlier = _still_good(folder / CERTIFICATE, now)
    key = ec.generate_private_key(ec.SECP256R1())
    made = f"{application} authority {now.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    certificate = (
        _begun(_named(made), _named(made), key, now - SKEW, now + _YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(is_authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    # It lies in the data folder, which is for this user alone.
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    write_privately(folder / KEY, _pem(key))
    write_privately(folder / CERTIFICATE, certificate.public_bytes(Encoding.PEM) + earlier, mode=0o644)
    return load_authority(folder)


def write_privately(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write a file whole or not at all; until it is whole, its owner alone can read it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        draft.chmod(mode)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _still_good(path: Path, now: datetime) -> bytes:
    """The authorities of a file that are not past their time; none where it cannot be read, for a new one must be possible then."""
    try:
        known = certificates_in(read(path), path)
    except TlsFileUnusable:
        return b""
    return b"".join(each.public_bytes(Encoding.PEM) for each in known if now < each.not_valid_after_utc)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    return builder.serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(until)


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _alternatives(name: str, hosts: Sequence[str]) -> "list[x509.GeneralName]":
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(name)]
    for host in dict.fromkeys(hosts):
        try:
            names.append(x509.IPAddress(ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return names


def _key_usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
