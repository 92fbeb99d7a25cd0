"""The parts of a request before they are bytes, and what a listener gets of them."""

from dataclasses import dataclass, field


@dataclass
class Parts:
    """A request. Its `framing` headers come last; the body is sent as it stands."""

    method: bytes = b"GET"
    target: bytes = b"/"
    version: bytes = b"HTTP/1.1"
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    framing: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    line_end: bytes = b"\r\n"

    def has_body(self, body: bytes, kind: bytes) -> None:
        """Take a body, with a length that is right."""
        self.body = body
        self.headers.append((b"Content-Type", kind))
        self.framing = [(b"Content-Length", b"%d" % len(body))]

    def wire(self) -> bytes:
        end = self.line_end
        lines = [b"%b: %b" % line for line in (*self.headers, *self.framing)]
        return end.join([b" ".join((self.method, self.target, self.version)), *lines, b"", b""]) + self.body


@dataclass(frozen=True)
class Attempt:
    """What is sent on one connection, piece by piece; the same number of the same seed makes the same bytes.

    Attributes:
        is_public: Whether it goes to the edge; else to the control listener.
        made_of: The names of the grammar's rules, for a report.
    """

    number: int
    is_public: bool
    made_of: tuple[str, ...]
    pieces: tuple[bytes, ...]
