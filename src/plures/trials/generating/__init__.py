"""Values of contracts that Hypothesis draws: within bounds, just outside of them, and the same in another spelling."""

from .outside import Outside, outside
from .respelled import UNKNOWN, respelled
from .types import Generator, made_of

__all__ = ["UNKNOWN", "Generator", "Outside", "made_of", "outside", "respelled"]
