"""How a supervisor runs its processes."""

import sys

import msgspec

from plures.access import Minted
from plures.host import Fault, Mode

from .addresses import ReplicaName
from .backoff import BackoffPolicy
from .children import OwnProcess

REPLICA = (sys.executable, "-P", "-m", "plures.deploy.replica")
"""The program that runs one replica; the descriptor of its channel is added. `-P`: files in the current folder must not hide modules of
the standard library from it."""

_PRELOADED = (*REPLICA[:-1], "plures.deploy.replica.preloaded")


class SupervisorOptions(msgspec.Struct, frozen=True):
    """How the processes are run.

    Attributes:
        mode: How calls within a process are made.
        faults: What goes wrong on demand.
        start_limit_s: Most time from the start of a replica until it is ready.
        grace_s: Most time for requests in flight when a replica stops.
        replica: The program that runs one replica.
        preloaded: The program that becomes replicas, where they run the usual program; empty for none.
    """

    mode: Mode = Mode.PRODUCTION
    faults: tuple[Fault, ...] = ()
    start_limit_s: float = 60.0
    grace_s: float = 30.0
    backoff: BackoffPolicy = msgspec.field(default_factory=BackoffPolicy)
    replica: tuple[str, ...] = REPLICA
    preloaded: tuple[str, ...] = _PRELOADED


class Own(msgspec.Struct, frozen=True):
    """A run that began in one process, which supervises from now on.

    Attributes:
        minted: Its tokens.
        context_keys: By which it signs request contexts.
    """

    name: ReplicaName
    process: OwnProcess
    minted: Minted
    context_keys: tuple[str, ...]
