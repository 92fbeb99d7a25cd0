"""Layer 6: the composition root of one replica."""

from .edge import EdgeNotStarted
from .host import Host
from .moves import MOVES, Ticket, issued
from .placement import Mode, Placement
from .places import NotPrepared, database_in, passwords_of, place_of, server_url

__all__ = [
    "MOVES",
    "EdgeNotStarted",
    "Host",
    "Mode",
    "NotPrepared",
    "Placement",
    "Ticket",
    "database_in",
    "issued",
    "passwords_of",
    "place_of",
    "server_url",
]
