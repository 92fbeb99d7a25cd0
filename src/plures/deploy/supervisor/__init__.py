"""Runs the replicas of a plan as processes of this machine."""

from .addresses import ReplicaName
from .backoff import BackoffPolicy
from .changes import Applied, check_numbers, restart, roll_out, scale, shown
from .children import OwnProcess
from .local_processes import RunningProcesses, Say, local_processes, log_of, supervise
from .logs import Lines
from .options import Own, SupervisorOptions
from .supervisor import Supervisor

__all__ = [
    "Applied",
    "BackoffPolicy",
    "Lines",
    "Own",
    "OwnProcess",
    "ReplicaName",
    "RunningProcesses",
    "Say",
    "Supervisor",
    "SupervisorOptions",
    "check_numbers",
    "local_processes",
    "log_of",
    "restart",
    "roll_out",
    "scale",
    "shown",
    "supervise",
]
