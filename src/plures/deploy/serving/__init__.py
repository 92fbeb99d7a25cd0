"""One host behind its listeners."""

from .hosted import Host, Hosted
from .one_process import RunningHost, hosting, one_process
from .signals import Leave, leave_on_signals
from .sockets import (
    CONTROL_PORT,
    PUBLIC_PORT,
    Listening,
    PeerListening,
    Wish,
    WishedAddresses,
    folder_for_peers,
    free_port,
    listen,
    listen_for_peers,
    url,
)

__all__ = [
    "CONTROL_PORT",
    "PUBLIC_PORT",
    "Host",
    "Hosted",
    "Leave",
    "Listening",
    "PeerListening",
    "RunningHost",
    "Wish",
    "WishedAddresses",
    "folder_for_peers",
    "free_port",
    "hosting",
    "leave_on_signals",
    "listen",
    "listen_for_peers",
    "one_process",
    "url",
]
