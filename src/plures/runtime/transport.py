"""The seam to the network: all that a remote call needs of it, and how it can fail."""

from collections.abc import AsyncGenerator
from typing import Protocol

import msgspec

from plures.contract import DEFAULT_MESSAGE_BYTES, Criticality, Pairs

from .beside import HeardHeaders


class NotSent(Exception):
    """The request did not reach the peer."""


class Untrusted(NotSent):
    """The same, since one side does not take the certificate of the other, or they cannot speak TLS."""


class Broken(Exception):
    """The connection broke when the request had been sent, at least in part."""


class Stale(Broken):
    """The same, on a connection of earlier requests, before any byte of the answer: the peer most likely had closed it."""


class TooLarge(Exception):
    """The peer answered more than is read; the operation has run."""


class Outgoing(msgspec.Struct, frozen=True):
    """A request on its way to a peer.

    Attributes:
        path: `/<package>.<Contract>/<Operation>`.
        timeout_ms: How long the caller will wait, in milliseconds; 0 for longer than the protocol can say.
        hops: Calls between the root request and this one, this one included.
        body: A message, in an envelope where the operation streams.
        fresh: Whether it needs a connection that carried no request before.
        request_id: The id of the request that the call is part of.
        criticality: How much the call matters.
        is_repeatable: Whether it may run twice: a query, or an idempotent command.
        context: The signed request context; empty where there is none.
        headers: Those that the operation declares.
        heard: Who listens to headers and trailers of the answer; None where none does.
        form: In which form the message is, and the answer is to be.
        mark: Of the lock whose numbers the binary form has; empty for JSON.
        packed: How the message is packed; empty where it is not.
        accepts: How the answer may be packed, as the header says it; empty where it may not.
        max_answer_bytes: The most that the answer may have, or each item of a stream. Errors may have what is usual, if that is more.
        traceparent: What it tells of its trace; empty for nothing.
        traced: The headers beside that, as they came: `tracestate` and `baggage`.
        query: The query of the URL, which has all of the message, so that it is a GET; empty where it is a POST.
    """

    path: str
    timeout_ms: int
    hops: int
    body: bytes
    streams: bool = False
    fresh: bool = False
    request_id: str = ""
    criticality: Criticality = Criticality.NORMAL
    is_repeatable: bool = False
    context: str = ""
    headers: Pairs = ()
    heard: HeardHeaders | None = None
    form: str = "json"
    mark: str = ""
    packed: str = ""
    accepts: str = ""
    max_answer_bytes: int = DEFAULT_MESSAGE_BYTES
    traceparent: str = ""
    traced: Pairs = ()
    query: str = ""


class Reply(msgspec.Struct, frozen=True):
    """An answer, as the callee writes it and the caller reads it.

    Attributes:
        body: The message of a value, or the JSON of an error. Of a stream: nothing in the first reply, then pieces of its bytes.
        outcome: The value of the outcome header; None where there is none.
        content_type: Its header, empty where there is none; None where nothing carried the reply.
        encoding: How the header says that the body is packed; empty where there is none.
        headers: Those that the service told; of a peer, all that are not read otherwise, where someone listens to them.
        trailers: Those that come after a unary answer.
        ending: The headers by which a peer says that the operation is deprecated or will end: `deprecation`, `sunset` and `link`.
    """

    http_status: int
    body: bytes
    outcome: str | None = None
    content_type: bytes | None = None
    encoding: bytes = b""
    headers: Pairs = ()
    trailers: Pairs = ()
    ending: Pairs = ()


class Transport(Protocol):
    """Carries requests to peers. A call that is cancelled is given up on the wire too, so that the callee learns of it."""

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        """POST or GET a request and read the whole answer; raises `NotSent`, `Broken`, `Stale` or `TooLarge`."""
        ...

    def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        """POST a request; yield the head with an empty body first, then pieces as they come; raises `NotSent`, `Broken` or `Stale`."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class WatchedTransport(Transport, Protocol):
    """One whose peers can hang: it can ask whether they live, and give up what they do not answer."""

    async def knock(self, url: str) -> None:
        """Return when the peer answers anything at all; raises `NotSent` or `Broken` where it will not."""
        ...

    def give_up(self, outgoing: Outgoing) -> None:
        """Break the connection that carries a request; who waits for its answer gets `Broken`."""
        ...
