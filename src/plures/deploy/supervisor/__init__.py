"""Runs the replicas of a plan as processes of this machine."""

from .backoff import BackoffPolicy
from .local_processes import RunningProcesses, local_processes, supervise
from .logs import Lines
from .supervisor import SupervisorOptions, Work

__all__ = [
    "BackoffPolicy",
    "Lines",
    "RunningProcesses",
    "SupervisorOptions",
    "Work",
    "local_processes",
    "supervise",
]
