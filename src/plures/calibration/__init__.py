"""Layer 10: what a remote call and a process cost on this machine, measured by a small application of two processes that Plures runs as any other.

pair         that application
measuring    runs it and works out the cost: `calibrate`
"""

from .errors import NotMeasured
from .measuring import calibrate

__all__ = ["NotMeasured", "calibrate"]
