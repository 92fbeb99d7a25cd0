"""Layer 3: who calls which version of which contract, counted and kept, and whether a version may be removed.

`tallies` is what one process counts, `file` keeps it over restarts for all processes of a machine, `removal` judges. It knows no call and
no application: hosts count, and commands ask.
"""

from .file import KEPT_IN, Counted, Span, UsageFile, UsageUnreadable, Used, merged
from .removal import Candidate, Obstacle, obstacles
from .tallies import CallerKind, Tallies, Use

__all__ = [
    "KEPT_IN",
    "CallerKind",
    "Candidate",
    "Counted",
    "Obstacle",
    "Span",
    "Tallies",
    "UsageFile",
    "UsageUnreadable",
    "Use",
    "Used",
    "merged",
    "obstacles",
]
