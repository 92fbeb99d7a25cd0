"""Layer 4: the call path — clients, contexts, deadlines, dispatch, replicas, transport."""

from .client import Bind, Client, bind
from .context import CallContext, current
from .deadlines import Deadlines
from .dispatch import Dispatcher
from .exchange import Answerer, Request, Response
from .http_server import HttpServerProtocol
from .http_transport import HttpTransport
from .local import by_reference
from .loopback import URL as LOOPBACK_URL
from .loopback import Loopback
from .policy import MAX_BODY_BYTES, MAX_HOPS
from .remote import RemoteCaller
from .replicas import Directory, Replicas
from .server import ConnectServer
from .transport import Broken, NotSent, Outgoing, Reply, TooLarge, Transport

__all__ = [
    "LOOPBACK_URL",
    "MAX_BODY_BYTES",
    "MAX_HOPS",
    "Answerer",
    "Bind",
    "Broken",
    "CallContext",
    "Client",
    "ConnectServer",
    "Deadlines",
    "Directory",
    "Dispatcher",
    "HttpServerProtocol",
    "HttpTransport",
    "Loopback",
    "NotSent",
    "Outgoing",
    "RemoteCaller",
    "Replicas",
    "Reply",
    "Request",
    "Response",
    "TooLarge",
    "Transport",
    "bind",
    "by_reference",
    "current",
]
