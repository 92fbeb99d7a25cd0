"""What is asked for, as values."""

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What goes wrong."""

    LATENCY = "latency"
    """The operation begins later."""

    ERROR = "error"
    """The operation fails inside, without having begun."""

    HANG = "hang"
    """The operation answers nothing until its deadline."""

    UNAVAILABLE = "unavailable"
    """The call is *not sent*, as where no replica takes it."""


@dataclass(frozen=True)
class Fault:
    """One fault of a capability, or of one operation of it.

    Attributes:
        operation: The name of its method; empty for all operations.
        share: Of the calls that come as far, from 0 to 1.
        shortest_s: Of a latency, drawn evenly from here to `longest_s`.
        text: How it was asked for: `latency:200ms`.
    """

    capability: str
    operation: str
    kind: FaultKind
    text: str
    share: float = 1.0
    shortest_s: float = 0.0
    longest_s: float = 0.0

    @property
    def target(self) -> str:
        """What it hits: `search`, or `search.find`."""
        return f"{self.capability}.{self.operation}" if self.operation else self.capability

    def __str__(self) -> str:
        return f"{self.target}={self.text}"
