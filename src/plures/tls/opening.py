"""The way to what needs the library `cryptography`, which those install that use TLS: each function raises `CryptographyMissing`."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from plures.topology import TRUSTED, PlacedTls

from .described import Described
from .errors import CryptographyMissing, TlsError
from .identity import Identity
from .names import names_of, spiffe_name
from .toward import Recognising, Trust

TOOLS: Final = "plures/tools"
"""What commands of Plures are called in certificates; no process can have this name."""
_TOOLS_LIFE: Final = timedelta(hours=1)


def open_identity(placed: PlacedTls, application: str) -> Identity:
    """The identity of a process of an application; raises `TlsError`."""
    with _needed():
        from .sources import FileSource, OwnSource
    tls, name, peers = placed.tls, spiffe_name(application, placed.process), names_of(placed.peers, application)
    if tls.authority is not None:
        return Identity(OwnSource(tls.authority, name, placed.hosts, timedelta(hours=tls.hours)), name, peers)
    return Identity(FileSource(*tls.files), name, peers)


def open_for_tools(trust: Path, application: str, peers: Mapping[str, str]) -> Recognising:
    """How a command of Plures speaks TLS with a run: with a certificate of its own where the authority is here. Raises `TlsError`.

    Args:
        trust: File of the authorities.
        peers: Base URL → SPIFFE name.
    """
    if trust.name == TRUSTED:
        with _needed():
            from .sources import OwnSource
        name = spiffe_name(application, TOOLS)
        # The authority may have been copied here without its key.
        with suppress(TlsError):
            return Identity(OwnSource(trust.parent, name, (), _TOOLS_LIFE), name, peers)
    return Trust(trust, peers)


def make_authority(folder: Path, application: str, *, replace: bool = False) -> Sequence[Described]:
    """Make the own authority; with `replace`, a new one beside those that are trusted. Raises `TlsError` or `OSError`."""
    with _needed():
        from . import authority
    authority.make_authority(folder, application, datetime.now(UTC), replace=replace)
    return describe(folder / authority.CERTIFICATE)


def issue(folder: Path, name: str, hosts: Sequence[str], hours: float, to: Path) -> Sequence[Described]:
    """Write certificate, key and trust for another machine into a folder; raises `TlsError` or `OSError`."""
    with _needed():
        from . import authority
    pair = authority.load_authority(folder).issue(name, hosts, timedelta(hours=hours), datetime.now(UTC))
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The pair last and together: a process that reads them meanwhile finds that they do not fit, and waits.
    authority.write_privately(to / TRUST, pair.trust, mode=0o644)
    authority.write_privately(to / KEY, pair.key)
    authority.write_privately(to / CERTIFICATE, pair.certificate, mode=0o644)
    return describe(to / CERTIFICATE)


CERTIFICATE, KEY, TRUST = "tls.crt", "tls.key", "ca.crt"
"""Files of an issue, named as a secret of Kubernetes has them."""


def describe(path: Path) -> Sequence[Described]:
    """What the certificates of a file say; raises `TlsError`."""
    with _needed():
        from . import describing
    return describing.describe(path)


@contextmanager
def _needed() -> Generator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] == "cryptography":
            raise CryptographyMissing(error.name) from None
        raise
