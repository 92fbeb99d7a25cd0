"""Layer 7: puts an application onto a machine: one process, or local processes under a supervisor."""

from .deployment import Deployment, run
from .logging import log_to_stderr
from .serving import RunningHost, Wish, WishedAddresses, hosting
from .supervisor import (
    BackoffPolicy,
    Lines,
    RunningProcesses,
    SupervisorOptions,
    local_processes,
)

__all__ = [
    "BackoffPolicy",
    "Deployment",
    "Lines",
    "RunningHost",
    "RunningProcesses",
    "SupervisorOptions",
    "Wish",
    "WishedAddresses",
    "hosting",
    "local_processes",
    "log_to_stderr",
    "run",
]
