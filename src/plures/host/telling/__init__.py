"""What a replica tells of itself to people and tools that ask: its contracts, what holds for their calls, and how they fare."""

from .listing import listing
from .told import Told

__all__ = ["Told", "listing"]
