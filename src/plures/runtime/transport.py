"""The seam to the network: all that remote calls need of it, and its failures in our words."""

from collections.abc import AsyncGenerator
from typing import Protocol

import msgspec


class NotSent(Exception):
    """The request did not reach the peer."""


class Broken(Exception):
    """The connection broke after the request was, or may have been, sent."""


class TooLarge(Exception):
    """The peer's answer is larger than we read; it certainly ran."""


class Outgoing(msgspec.Struct, frozen=True):
    """A request on its way to a peer.

    Attributes:
        path: `/<package>.<Contract>/<Operation>`.
        timeout_ms: How long the caller will wait, in milliseconds.
        hops: Calls between the root request and this one, this one included.
        body: A JSON message, in an envelope where the operation streams.
    """

    path: str
    timeout_ms: int
    hops: int
    body: bytes
    streams: bool = False


class Reply(msgspec.Struct, frozen=True):
    """What a peer answered.

    Attributes:
        outcome: The value of the outcome header, if there is one.
    """

    http_status: int
    body: bytes
    outcome: str | None = None


class Transport(Protocol):
    """Carries requests to peers. Cancelling a call gives it up on the wire too, so that the callee learns of it."""

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        """POST a request and read the whole answer; raises `NotSent`, `Broken` or `TooLarge`."""
        ...

    def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        """POST a request; yield the head with an empty body first, then chunks as they come; raises `NotSent` or `Broken`."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...
