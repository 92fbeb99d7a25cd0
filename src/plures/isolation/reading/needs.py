"""What reading finds: the operations that a piece of code calls, and how much it depends on each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum


class How(IntEnum):
    """How much the caller depends on an operation, the least first."""

    OPTIONAL = 0
    """It declares that it can do without."""

    CAUGHT = 1
    """Its code catches the failure; what it does then, only running tells."""

    NEEDED = 2
    """It fails with it."""


@dataclass(frozen=True, order=True)
class Need:
    """One operation that is called."""

    capability: str
    operation: str
    how: How


@dataclass
class Piece:
    """One function, as it is called with certain arguments.

    Attributes:
        calls: Other pieces that it calls, and whether it catches their failures.
        assumed: What could not be read, so that more is assumed than may be true.
    """

    needs: set[Need] = field(default_factory=set[Need])
    calls: list[tuple["Piece", bool]] = field(default_factory=list[tuple["Piece", bool]])
    assumed: set[str] = field(default_factory=set[str])

    def all_needs(self) -> frozenset[Need]:
        """Its needs and those of all that it calls; of each operation the strongest."""
        strongest: dict[tuple[str, str], How] = {}
        for piece, is_caught in self._reached():
            for need in piece.needs:
                how = min(need.how, How.CAUGHT) if is_caught else need.how
                key = need.capability, need.operation
                strongest[key] = max(how, strongest.get(key, How.OPTIONAL))
        return frozenset(Need(*key, how) for key, how in strongest.items())

    def all_assumed(self) -> frozenset[str]:
        """What could not be read, here and in all that it calls."""
        return frozenset(each for piece, _ in self._reached() for each in piece.assumed)

    def _reached(self) -> Iterator[tuple["Piece", bool]]:
        seen: set[tuple[int, bool]] = set()
        pending: list[tuple[Piece, bool]] = [(self, False)]
        while pending:
            piece, is_caught = pending.pop()
            if (id(piece), is_caught) not in seen:
                seen.add((id(piece), is_caught))
                yield piece, is_caught
                pending += [(each, is_caught or caught) for each, caught in piece.calls]
