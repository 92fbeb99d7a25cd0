"""As many replicas of a process as its load needs: `scaler` measures and decides, `slots` gives it the replicas of one process."""

from .scaler import EVERY_S, Scaler
from .slots import ScaledSlots

__all__ = ["EVERY_S", "ScaledSlots", "Scaler"]
