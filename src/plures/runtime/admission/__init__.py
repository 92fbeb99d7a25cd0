"""How much a replica takes on: what it cannot finish in time, it refuses at once, the least critical first.

    capacity   how many calls at once the event loop of the process has turns for, and who waits
    limit      how many calls of one kind at once are finished as fast as they can be
    lane       the calls of one kind
    gate       who enters a capability, or the edge
    hold       calls wait while a capability leaves the process

In process, a call belongs to a request that was admitted already: it passes no gate.
Source of the figures: docs/adr/0027-resilience.md
"""

from .capacity import Capacity
from .gate import Gate
from .hold import Hold
from .limit import AdaptiveLimit

__all__ = ["AdaptiveLimit", "Capacity", "Gate", "Hold"]
