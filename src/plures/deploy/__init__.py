"""Layer 7: puts an application onto a machine: one process, or local processes under a supervisor."""

from .addresses import WishedAddresses
from .backoff import BackoffPolicy
from .deployment import Deployment, run
from .local_processes import RunningProcesses, local_processes
from .logs import Lines, log_to_stderr
from .one_process import RunningHost, hosting
from .sockets import Wish
from .supervisor import SupervisorOptions

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
