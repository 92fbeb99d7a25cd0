"""How much a replica takes on: what it cannot finish in time, it refuses at once, the least critical first.

    pressure   whether the event loop keeps up: one for the process
    limit      how many calls at once a capability finishes as fast as it can
    gate       who enters, who waits for a moment, and who is refused

In process, a call belongs to a request that was admitted already: it passes no gate.
Source of the figures: docs/adr/0027-resilience.md
"""

from .gate import Gate
from .limit import AdaptiveLimit, Usual
from .pressure import Pressure

__all__ = ["AdaptiveLimit", "Gate", "Pressure", "Usual"]
