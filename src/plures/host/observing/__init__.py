"""What one replica measures and notes of its calls, and where that is kept."""

from .observing import Observing
from .usage import Usage

__all__ = ["Observing", "Usage"]
