"""Layer 2: whether a new version is worse than the old one beside it, decided."""

from .deciding import decide
from .values import Decision, Figures, Limits, Memory, Sample, Verdict

__all__ = ["Decision", "Figures", "Limits", "Memory", "Sample", "Verdict", "decide"]
