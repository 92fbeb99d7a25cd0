"""Layer 6: the composition root of one replica."""

from .edge import EdgeNotStarted
from .host import Host
from .placement import Mode, Placement
from .places import database_in, passwords_of, place_of, server_url

__all__ = ["EdgeNotStarted", "Host", "Mode", "Placement", "database_in", "passwords_of", "place_of", "server_url"]
