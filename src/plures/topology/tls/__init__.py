"""Whether the control listener speaks TLS, and with which certificates, as plures.toml says it. Holds paths, never a key."""

from .parse_tls import PUBLIC, parse_peer, parse_tls
from .values import TRUSTED, PlacedTls, Tls

__all__ = ["PUBLIC", "TRUSTED", "PlacedTls", "Tls", "parse_peer", "parse_tls"]
