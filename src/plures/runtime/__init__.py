"""Layer 4: the call path — clients, contexts, deadlines, dispatch, endpoints, transport."""

from . import connect
from .client import Bind, Client, bind
from .context import CallContext, current, without_deadline
from .deadlines import Deadlines
from .dispatch import Dispatcher
from .endpoints import Directory, Endpoints
from .local import by_reference
from .loopback import URL as LOOPBACK_URL
from .loopback import Loopback
from .policy import MAX_BODY_BYTES, MAX_HOPS, accept
from .remote import RemoteCaller
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
    "Endpoints",
    "Loopback",
    "NotSent",
    "Outgoing",
    "RemoteCaller",
    "Reply",
    "TooLarge",
    "Transport",
    "accept",
    "bind",
    "by_reference",
    "connect",
    "current",
    "without_deadline",
]
