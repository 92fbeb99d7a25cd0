"""Layer 7: puts an application onto a machine: one process, or local processes under a supervisor."""

from .deployment import Deployment, run
from .process_setup import log_to_stderr
from .replica import watch_parent
from .serving import ANY_FREE_PORTS, ListenAddress, ListenAddresses, RunningHost, ServedHost, hosting, listen
from .supervisor import BackoffPolicy, Lines, RunningProcesses, SupervisorOptions, local_processes

__all__ = [
    "ANY_FREE_PORTS",
    "BackoffPolicy",
    "Deployment",
    "Lines",
    "ListenAddress",
    "ListenAddresses",
    "RunningHost",
    "RunningProcesses",
    "ServedHost",
    "SupervisorOptions",
    "hosting",
    "listen",
    "local_processes",
    "log_to_stderr",
    "run",
    "watch_parent",
]
