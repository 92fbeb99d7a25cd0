"""What one replica measures and notes of its calls, and where that is kept."""

from .arriving import MOST_BYTES, Arriving
from .observing import Observing
from .usage import Usage

__all__ = ["MOST_BYTES", "Arriving", "Observing", "Usage"]
