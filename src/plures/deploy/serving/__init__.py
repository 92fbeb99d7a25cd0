"""One host behind its listeners."""

from .crowded import allow_files
from .listener import Listener
from .one_process import OnForced, hosting, one_process
from .options import ServingOptions
from .served_host import Servable, ServedHost
from .signals import ShutdownSignals, shutdown_signals, stop_signals
from .sockets import (
    ANY_FREE_PORTS,
    CONTROL_PORT,
    PUBLIC_PORT,
    ListenAddress,
    ListenAddresses,
    Listening,
    authority,
    folder_for_peers,
    free_port,
    inherit,
    listen,
    listen_for_peers,
    reachable,
    url,
)
from .speaking import need_uvicorn

__all__ = [
    "ANY_FREE_PORTS",
    "CONTROL_PORT",
    "PUBLIC_PORT",
    "ListenAddress",
    "ListenAddresses",
    "Listener",
    "Listening",
    "OnForced",
    "Servable",
    "ServedHost",
    "ServingOptions",
    "ShutdownSignals",
    "allow_files",
    "authority",
    "folder_for_peers",
    "free_port",
    "hosting",
    "inherit",
    "listen",
    "listen_for_peers",
    "need_uvicorn",
    "one_process",
    "reachable",
    "shutdown_signals",
    "stop_signals",
    "url",
]
