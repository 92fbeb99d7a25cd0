"""`[tls]` → `Tls`."""

import re
from pathlib import Path
from typing import Final

from plures.topology.keys import (
    EXTERNAL,
    PEER,
    TLS_AUTHORITY,
    TLS_CERTIFICATE,
    TLS_HOURS,
    TLS_KEY,
    TLS_TRUST,
)
from plures.topology.section import Section

from . import rules
from .values import Tls

PUBLIC: Final = "public"
_FILES: Final = (TLS_CERTIFICATE, TLS_KEY, TLS_TRUST)
_SPIFFE: Final = re.compile(r"spiffe://[a-z0-9._-]+(/[A-Za-z0-9._-]+)+")
_MOST_HOURS: Final = 720


def parse_tls(section: Section, folder: Path, data: Path) -> Tls:
    """What the file says of TLS. What is wrong with it is in the section's violations.

    Args:
        folder: What a relative path is relative to.
        data: Folder of the embedded databases, where the own authority is unless told otherwise.
    """
    paths = [section.get(key) for key in _FILES]
    named = [key.name for key in _FILES if key.name in section.values]
    hours = section.get(TLS_HOURS)
    if not 1 <= hours <= _MOST_HOURS:
        section.report(rules.HOURS, TLS_HOURS.name, hours=f"{hours:g}")
    if not named:
        authority = section.get(TLS_AUTHORITY)
        return Tls(data / "tls" if authority is None else folder / authority, float(hours))
    if len(named) < len(_FILES):
        missing = ", ".join(key.name for key in _FILES if key.name not in named)
        section.report(rules.FILES, named=", ".join(named), missing=missing)
    for key in (TLS_AUTHORITY, TLS_HOURS):
        if key.name in section.values:
            section.report(rules.FILES_AND_AUTHORITY, key.name)
    certificate, key_file, trust = (None if path is None else folder / path for path in paths)
    return Tls(None, float(hours), certificate, key_file, trust)


def parse_peer(section: Section, *, has_tls: bool) -> str | None:
    """Whom the certificate of an external process must name; None where that follows from the rest.

    Args:
        has_tls: Whether the file has a table `[tls]`.
    """
    peer = section.get(PEER)
    if peer is None:
        return None
    if peer != PUBLIC and not _SPIFFE.fullmatch(peer):
        section.report(rules.PEER, PEER.name, text=peer, example="spiffe://shop/payments")
    elif not (section.get(EXTERNAL) or "").startswith("https://"):
        section.report(rules.PEER_PLAIN, PEER.name)
    elif peer != PUBLIC and not has_tls:
        section.report(rules.PEER_ALONE, PEER.name)
    return peer
