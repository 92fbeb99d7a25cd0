"""TLS on a connection, between the plain transport and the protocol that answers or asks.

server_side    on an accepted connection: `TlsServerProtocol`
client_side    on one that we make: `TlsClientProtocol`
sealing        what both have in common
"""

from .client_side import TlsClientProtocol
from .server_side import MOST_HANDSHAKES, Handshakes, TlsServerProtocol

__all__ = ["MOST_HANDSHAKES", "Handshakes", "TlsClientProtocol", "TlsServerProtocol"]
