"""What certificates say, for people: whose they are, until when, and how to recognise them. Never a key."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from .contexts import said
from .described import Described
from .pairs import certificates_in, read


def describe(path: Path) -> tuple[Described, ...]:
    """The certificates in a file; raises `TlsFileUnusable`."""
    return tuple(_described(each) for each in certificates_in(read(path), path))


def _described(certificate: x509.Certificate) -> Described:
    try:
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = alternatives.get_values_for_type(x509.UniformResourceIdentifier)
        addresses = map(str, alternatives.get_values_for_type(x509.IPAddress))
        hosts = (*alternatives.get_values_for_type(x509.DNSName), *addresses)
    except x509.ExtensionNotFound:
        uris, hosts = [], ()
    try:
        is_authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        is_authority = False
    return Described(
        "authority" if is_authority else "certificate",
        uris[0] if uris else _common_name(certificate.subject),
        hosts,
        _common_name(certificate.issuer),
        said(certificate.not_valid_before_utc),
        said(certificate.not_valid_after_utc),
        certificate.fingerprint(SHA256()).hex(":").upper(),
    )


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()
