"""What a slot keeps alive: a replica of ours, a program in another language, or this very process.

child             what a supervisor needs of any of them: `Child`
program           one started operating-system process
replica_process   a replica of ours, behind its channel
command           a program in another language, with its `guardian`, and what it is told (`variables`)
preloading        starts replicas of ours: forked from a process that has imported everything (`preloaded`), or anew
own_process       this process, where the application began in it alone
"""

from .child import Child, ProcessContext
from .command import Command
from .own_process import OwnProcess
from .preloading import Preload, Preloading, can_fork
from .program import ending
from .replica_process import ReplicaProcess
from .variables import Told

__all__ = [
    "Child",
    "Command",
    "OwnProcess",
    "Preload",
    "Preloading",
    "ProcessContext",
    "ReplicaProcess",
    "Told",
    "can_fork",
    "ending",
]
