"""Layer 4: TLS between machines: who a process is by its certificate, and how it recognises its peers.

    names          names of processes in certificates: `spiffe://<application>/<process>`
    opening        opens an identity; makes the own authority, issues for other machines, describes certificates
    toward         how a caller recognises a peer
    identity       a certificate in use, renewed while the process runs: `Identity`
    sources        where it comes from: the own authority, or files that others write
    authority      the own authority: issues certificates that live for hours
    pairs          certificate, key and trust in files, read and checked
    contexts       contexts of `ssl` made of them
    describing     what certificates say, for people; `described` is what it finds
    wire           TLS on a connection: `TlsServerProtocol`, `TlsClientProtocol`
    reasons        why a handshake fails, in words
    errors         what is wrong with keys, certificates and authorities of this machine

It knows neither HTTP nor what a peer may call.
"""

from .described import Described
from .errors import TlsError
from .identity import Identity
from .names import named_peer, names_of, spiffe_name
from .opening import CERTIFICATE, KEY, TRUST, describe, issue, make_authority, open_for_tools, open_identity
from .reasons import is_refusal, reason, wrong_name
from .toward import Recognising, Toward
from .wire import Handshakes, TlsClientProtocol, TlsServerProtocol

__all__ = [
    "CERTIFICATE",
    "KEY",
    "TRUST",
    "Described",
    "Handshakes",
    "Identity",
    "Recognising",
    "TlsClientProtocol",
    "TlsError",
    "TlsServerProtocol",
    "Toward",
    "describe",
    "is_refusal",
    "issue",
    "make_authority",
    "named_peer",
    "names_of",
    "open_for_tools",
    "open_identity",
    "reason",
    "spiffe_name",
    "wrong_name",
]
