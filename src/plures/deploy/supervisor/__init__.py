"""Runs the replicas of a plan as processes of this machine."""

from .backoff import BackoffPolicy
from .local_processes import RunningProcesses, Say, local_processes, supervise
from .logs import Lines
from .supervisor import SupervisorOptions

__all__ = ["BackoffPolicy", "Lines", "RunningProcesses", "Say", "SupervisorOptions", "local_processes", "supervise"]
