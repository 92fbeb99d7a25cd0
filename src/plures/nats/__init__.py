"""Layer 6: calls over NATS JetStream, for the deliveries of events. Between the servers of NATS and `plures.runtime`.

    address      the URL of the servers, taken apart
    driver       what we use of nats-py: one connection, which is never mended, only replaced
    trouble      what goes wrong
    connector    keeps a connection, and tells once when there is none
    stream       the stream of an application and its consumers: names, limits, set-up
    words        what publisher and subscriber say to each other
    transport    the publisher's side: `NatsTransport`, a transport of calls
    pull         asks for messages
    receiver     the subscriber's side: has messages handled, says what came of them
    pace         the waits

*From a call to its reply.* The publisher stores the request as a message in the stream, with a subject of its own on which it
waits. A replica of the subscriber pulls the message and asks there whether it may run it. Only while the publisher waits the answer is
yes, with the time that is left: so an old message never runs. The replica runs the call as it would run one that came over HTTP, says there what
came of it, and acknowledges the message. Meanwhile it tells the server now and then that it works; when it dies, the
server gives the message to another. Where no replica asks within some seconds, the call was *not sent*.

The stream may lose everything at any time. It is a way to share work, not a record: that is the publisher's database.
Source: docs/adr/0026-nats.md
"""

from .address import Address, address_of
from .connector import Connector
from .driver import Connection
from .pace import Pace
from .receiver import Receiver
from .stream import Stream
from .transport import NatsTransport
from .trouble import Trouble

__all__ = [
    "Address",
    "Connection",
    "Connector",
    "NatsTransport",
    "Pace",
    "Receiver",
    "Stream",
    "Trouble",
    "address_of",
]
