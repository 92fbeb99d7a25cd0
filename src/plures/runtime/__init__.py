"""Layer 4: the call path — clients, contexts, deadlines, dispatch, replicas, transport."""

from .client import Bind, Client, bind
from .context import CallContext, current, without_deadline
from .deadlines import Deadlines
from .dispatch import Dispatcher
from .local import by_reference
from .loopback import URL as LOOPBACK_URL
from .loopback import Loopback
from .policy import MAX_BODY_BYTES, MAX_HOPS
from .remote import RemoteCaller
from .replicas import Directory, Replicas
from .transport import Broken, NotSent, Outgoing, Reply, TooLarge, Transport

__all__ = [
    "LOOPBACK_URL",
    "MAX_BODY_BYTES",
    "MAX_HOPS",
    "Bind",
    "Broken",
    "CallContext",
    "Client",
    "Deadlines",
    "Directory",
    "Dispatcher",
    "Loopback",
    "NotSent",
    "Outgoing",
    "RemoteCaller",
    "Replicas",
    "Reply",
    "TooLarge",
    "Transport",
    "bind",
    "by_reference",
    "current",
    "without_deadline",
]
