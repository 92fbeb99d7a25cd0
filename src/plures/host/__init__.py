"""Layer 6: the composition root of one replica."""

from .edge import EDGE_DEADLINE_S, EdgeNotStarted
from .host import Host
from .placement import Mode, Placement

__all__ = ["EDGE_DEADLINE_S", "EdgeNotStarted", "Host", "Mode", "Placement"]
