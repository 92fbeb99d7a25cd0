"""What each process of a topology needs wherever it runs: image, arguments, ports, secrets, folders, and whom it calls. Pure data.

`workloads_of` makes a `Workload` of each process that runs in a container, and says with `InvalidInput` all that keeps it from running there.
What Compose, systemd and Kubernetes call these things, the modules of each target know.
"""

from .places import CONTROL_PORT, DATA, HOME, PACKAGES, PUBLIC_PORT, USER
from .values import Health, Port, SecretFile, Server, Workload, Workloads
from .workloads import workloads_of
from .yaml import Value, documents_of, yaml_of

__all__ = [
    "CONTROL_PORT",
    "DATA",
    "HOME",
    "PACKAGES",
    "PUBLIC_PORT",
    "USER",
    "Health",
    "Port",
    "SecretFile",
    "Server",
    "Value",
    "Workload",
    "Workloads",
    "documents_of",
    "workloads_of",
    "yaml_of",
]
