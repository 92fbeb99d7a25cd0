"""One call and its reply, the same for each peer: messages are protobuf's JSON."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """What a peer shall call; `timeout_ms` is the deadline that it sends along, none by default."""

    operation: str
    request: Json
    use_get: bool = False
    timeout_ms: int | None = None


@dataclass(frozen=True)
class Detail:
    """A detail of an error; `debug` is its JSON, where the peer shows that."""

    type: str
    debug: Json | None = None


@dataclass(frozen=True)
class Reply:
    """What a peer read in the answer; `code` is None when the call succeeded."""

    messages: list[Json]
    code: str | None = None
    text: str = ""
    details: list[Detail] = field(default_factory=list)


Peer = Callable[[str, Call], Awaitable[Reply]]
"""Calls the service at a URL."""
