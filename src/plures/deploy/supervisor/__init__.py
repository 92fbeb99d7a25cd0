"""Runs the replicas of a plan as processes of this machine."""

from .backoff import BackoffPolicy
from .local_processes import RunningProcesses, local_processes, supervise
from .logs import Lines
from .supervisor import SupervisorOptions

__all__ = ["BackoffPolicy", "Lines", "RunningProcesses", "SupervisorOptions", "local_processes", "supervise"]
