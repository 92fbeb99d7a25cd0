"""Layer 4: a process under a load, on an imagined clock: calls, queues, replicas that start, and the decision that is really used.

loads     how many calls arrive when
queueing  replicas, and the calls in them
playing   a whole run, with what came of it
choosing  the fewest replica-seconds that would do, and the settings that come near
"""

from .choosing import Choice, Plan, clairvoyant, plan
from .loads import Load, LoadUnreadable, load_of_csv, ramp
from .playing import Outcome, Step, Workload, decided, play

__all__ = [
    "Choice",
    "Load",
    "LoadUnreadable",
    "Outcome",
    "Plan",
    "Step",
    "Workload",
    "clairvoyant",
    "decided",
    "load_of_csv",
    "plan",
    "play",
    "ramp",
]
