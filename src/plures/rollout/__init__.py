"""Layer 6: two versions of an application side by side: who cannot talk to whom, and in which order processes can be replaced."""

from .checking import Verdict, judge
from .migrating import Pending
from .talking import Change
from .values import EDGE, Concern, Conflict, Declared, Newer, Open, Outside, Place, Running, Version

__all__ = [
    "EDGE",
    "Change",
    "Concern",
    "Conflict",
    "Declared",
    "Newer",
    "Open",
    "Outside",
    "Pending",
    "Place",
    "Running",
    "Verdict",
    "Version",
    "judge",
]
