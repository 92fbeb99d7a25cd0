"""One HTTP exchange, between the connection that carries it and the code that answers: a request, and the response to it."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

import msgspec

from plures.runtime import MAX_BODY_BYTES, connect

NOT_SENT: Final = (connect.OUTCOME_HEADER.encode(), connect.NOT_SENT.encode())
"""The header of a response to a request that certainly did not start."""


class Request(msgspec.Struct, frozen=True):
    """A request that has arrived whole.

    Attributes:
        path: Percent-decoded.
        query: What follows the question mark, as it was sent.
        headers: By lower-case name; of one that was sent twice, the last, but of Authorization all.
        body: Empty where it was too large.
        too_large_bytes: How long the body is where that is more than the server takes, and it was dropped; else 0.
        keeps_alive: Whether the peer may ask again on its connection.
        takes_chunks: Whether the peer understands a body of unknown length.
        is_dropped: Whether the server had no room for the body; it was read to its end and dropped.
        peer: The SPIFFE name in the certificate of the connection, which was verified; empty where there is none.
        repeated: Header lines whose name came again later; `headers` has the last one of each.
    """

    method: str
    path: str
    query: bytes = b""
    headers: dict[bytes, bytes] = {}
    body: bytes = b""
    too_large_bytes: int = 0
    keeps_alive: bool = True
    takes_chunks: bool = True
    is_dropped: bool = False
    peer: str = ""
    repeated: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def is_too_large(self) -> bool:
        """Whether the body is longer than the server takes."""
        return self.too_large_bytes > 0

    @property
    def held_bytes(self) -> int:
        """About what it holds of memory."""
        lines = sum(len(name) + len(value) for name, value in (*self.headers.items(), *self.repeated))
        return len(self.path) + len(self.query) + len(self.body) + lines

    def dropped(self) -> "Request":
        """The same without its body."""
        return msgspec.structs.replace(self, body=b"", is_dropped=True)


class Response(msgspec.Struct, frozen=True):
    """What to answer.

    Attributes:
        headers: Besides the content type and the headers that frame the body.
        chunks: The body piece by piece, instead of `body`. The server closes it, also when the peer hangs up.
    """

    status: int
    body: bytes = b""
    content_type: bytes = b"application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    chunks: AsyncGenerator[bytes, None] | None = None


Answerer: TypeAlias = Callable[[Request], Awaitable[Response]]
"""Answers requests; cancelled when the peer hangs up."""


class Head(NamedTuple):
    """What is known of a request whose body has yet to come: as of `Request`."""

    path: str
    headers: Mapping[bytes, bytes]
    peer: str


BodyLimit: TypeAlias = Callable[[Head], int]
"""How many bytes the message of a request may have, as its head says."""


def usual_limit(_: Head) -> int:
    """That of every request, where nothing says more."""
    return MAX_BODY_BYTES
