"""Layer 4: what would change if the application ran in another topology, from what was measured of it.

    present      what runs: the processes that wrote last, and their figures since all of them were there
    replay       one request once more, with calls that take another way
    traced       the requests that have a trace
    targets      a topology of plures.toml
    predicting   all of it together: `predict`
    keeping      plans in the data folder
    verifying    a plan beside what was measured afterwards

It measures nothing itself: what a remote call costs is a `Cost`, which `plures.calibration` makes.
"""

from .errors import NoPlan, NothingMeasured, NotRunning, PlanUnreadable
from .keeping import all_kept, keep, kept
from .predicting import predict
from .targets import target_of
from .values import EDGE, Cost, Edge, Move, Pace, Plan, Route, StoreOf, Target, Total
from .verifying import Compared, Verified, verify

__all__ = [
    "EDGE",
    "Compared",
    "Cost",
    "Edge",
    "Move",
    "NoPlan",
    "NotRunning",
    "NothingMeasured",
    "Pace",
    "Plan",
    "PlanUnreadable",
    "Route",
    "StoreOf",
    "Target",
    "Total",
    "Verified",
    "all_kept",
    "keep",
    "kept",
    "predict",
    "target_of",
    "verify",
]
