"""What one process has counted. Counting itself is done by those who call: here is only what tells how far they are."""

from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple


class CallerKind(StrEnum):
    """What a caller is."""

    CAPABILITY = "capability"
    EDGE = "edge"
    OUTSIDE = "outside"
    """A caller that plures.toml names, or a program in another language."""
    TOOLS = "tools"
    """The commands of `plures`, typed by people."""


class Use(NamedTuple):
    """What is counted by itself.

    Attributes:
        contract: With its version: `marketplace.search.v1`.
        operation: As the wire calls it.
        caller: The name of a capability, of the edge, or of a caller in plures.toml.
    """

    contract: str
    operation: str
    caller: str
    kind: CallerKind


class Tallies:
    """What tells how many calls were made, by use."""

    def __init__(self) -> None:
        self._told: list[tuple[Use, Callable[[], int]]] = []
        self._arrived: Counter[Use] = Counter()

    def add(self, use: Use, told: Callable[[], int]) -> None:
        """Take what tells how many calls a client has made so far."""
        self._told.append((use, told))

    def arrived(self, use: Use) -> bool:
        """Count one call from elsewhere; tells whether it is the first."""
        self._arrived[use] += 1
        return self._arrived[use] == 1

    def totals(self) -> Mapping[Use, int]:
        """All calls since the process began, without uses that have none."""
        totals = Counter(self._arrived)
        for use, told in self._told:
            totals[use] += told()
        return +totals
