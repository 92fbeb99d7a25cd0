"""How a caller recognises a peer by TLS."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

import msgspec

from .errors import TlsFileUnusable

MOST_AGE_S: Final = 1800.0
"""How long a caller keeps a connection, in seconds: a peer that is not trusted any more is found out by then."""
ALPN: Final = ("http/1.1",)
_system: list[ssl.SSLContext] = []


class OwnSide(Protocol):
    """What a caller shows and trusts toward peers of ours."""

    def client(self) -> ssl.SSLContext:
        """For the next connection."""
        ...

    def left_s(self) -> float:
        """How long a connection that begins now may live by our own certificate."""
        ...


class Toward(msgspec.Struct, frozen=True):
    """How one peer is recognised.

    Attributes:
        expected: Its SPIFFE name; empty where the host name in its URL counts, by the authorities of the system.
    """

    expected: str = ""
    _own: OwnSide | None = None

    def context(self) -> ssl.SSLContext:
        """For the next connection to it."""
        return _system_context() if self._own is None else self._own.client()

    def most_age_s(self) -> float:
        """How long a connection that begins now may live."""
        return MOST_AGE_S if self._own is None else self._own.left_s()


class Recognising(Protocol):
    """What a transport asks about its peers."""

    def toward(self, url: str) -> Toward:
        """How the peer at a base URL is recognised."""
        ...


def toward(url: str, peers: Mapping[str, str], own: OwnSide) -> Toward:
    """By SPIFFE name where one is known of the peer."""
    expected = peers.get(url, "")
    return Toward(expected, own if expected else None)


def client_context() -> ssl.SSLContext:
    """Trusts nothing yet. The SPIFFE name counts, which the caller compares, and not the name of the host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(list(ALPN))
    return context


class Trust:
    """Recognises the processes of a run and shows no certificate: for tools, which prove by a token who they are."""

    def __init__(self, path: Path, peers: Mapping[str, str]) -> None:
        """Raises `TlsFileUnusable`.

        Args:
            path: File of the authorities.
            peers: Base URL → SPIFFE name.
        """
        self._peers = peers
        self._context = client_context()
        try:
            self._context.load_verify_locations(path)
        except OSError as error:
            raise TlsFileUnusable(path, error.strerror or str(error)) from None

    def client(self) -> ssl.SSLContext:
        return self._context

    def left_s(self) -> float:
        return MOST_AGE_S

    def toward(self, url: str) -> Toward:
        return toward(url, self._peers, self)


def _system_context() -> ssl.SSLContext:
    """Trusts the authorities of the system, for peers that are not ours; read once, since that takes long."""
    if not _system:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(list(ALPN))
        _system.append(context)
    return _system[0]
