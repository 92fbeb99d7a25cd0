"""What each process of a topology needs wherever it runs: image, arguments, ports, secrets, folders, and whom it calls. Pure data.

`workloads_of` makes a `Workload` of each process that runs in a container, and says with `InvalidInput` all that keeps it from running there.
What each target calls these things, a package of its name knows, such as `compose` and `kubernetes`.
"""

from . import compose, kubernetes
from .places import CONTROL_PORT, DATA, HOME, PACKAGES, PUBLIC_PORT, USER
from .values import Health, Port, SecretFile, Server, Workload, Workloads
from .workloads import workloads_of
from .written import ChangedByHand, NotRendered, Written, headed, write
from .yaml import Value, documents_of, yaml_of

__all__ = [
    "CONTROL_PORT",
    "DATA",
    "HOME",
    "PACKAGES",
    "PUBLIC_PORT",
    "USER",
    "ChangedByHand",
    "Health",
    "NotRendered",
    "Port",
    "SecretFile",
    "Server",
    "Value",
    "Workload",
    "Workloads",
    "Written",
    "compose",
    "documents_of",
    "headed",
    "kubernetes",
    "workloads_of",
    "write",
    "yaml_of",
]
