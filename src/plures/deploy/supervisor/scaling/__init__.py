"""As many replicas of a process as its load needs: `scaler` measures and decides, `slots` gives it the replicas of one process, `scaling` does it for all."""

from .scaler import EVERY_S, Scaler
from .scaling import Scaling
from .slots import ScaledSlots

__all__ = ["EVERY_S", "ScaledSlots", "Scaler", "Scaling"]
