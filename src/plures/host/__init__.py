"""Layer 6: the composition root of one replica."""

from .edge import EdgeNotStarted
from .host import Host
from .placement import Mode, Placement

__all__ = ["EdgeNotStarted", "Host", "Mode", "Placement"]
