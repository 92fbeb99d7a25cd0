"""Layer 5: a capability that its caller can do without. What that costs the caller when it does not answer: an answer less, never a failure."""

from .optionally import Optionally
from .outage import Outage

__all__ = ["Optionally", "Outage"]
