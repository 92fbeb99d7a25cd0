"""What is told of one certificate."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Described:
    """One certificate.

    Attributes:
        kind: "authority" or "certificate".
        name: The SPIFFE name, or the common name where it has none.
        hosts: Under which it is called.
        fingerprint: SHA-256 of the certificate, as openssl prints it.
    """

    kind: str
    name: str
    hosts: tuple[str, ...]
    issuer: str
    since: str
    until: str
    fingerprint: str
