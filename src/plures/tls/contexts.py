"""A certificate with its key and the authorities to trust, and the contexts of `ssl` that are made of them.

A context of `ssl` reads keys from files alone. Where the system has files in memory, the key is never written to a disk.
"""

import os
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from tempfile import NamedTemporaryFile

import msgspec

from .toward import ALPN, client_context


class Pair(msgspec.Struct, frozen=True):
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


class Contexts(msgspec.Struct, frozen=True):
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


def said(moment: datetime) -> str:
    """A moment, for messages."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


@contextmanager
def _as_file(data: bytes) -> Generator[str]:
    if hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd"):  # noqa: PTH112 - it stands beside os.memfd_create
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
