"""A table whose changes are noted, and what the SQL of one dialect must say about it."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import msgspec

from plures.data.store import Transaction

NOTES: Final = "plures_changes"
"""The tables, functions and triggers of the notes have this name, or begin with it."""


class Noted(msgspec.Struct, frozen=True):
    """A table whose changes are noted.

    Attributes:
        number: Its number among them.
        key: The columns of its primary key; where it has none, nothing is noted.
    """

    number: int
    name: str
    key: tuple[str, ...]

    @property
    def notes(self) -> str:
        """The table with the keys that have changed, in columns of the same names."""
        return f"{NOTES}_{self.number}"


class Seen(msgspec.Struct, frozen=True):
    """A table as the catalogue has it.

    Attributes:
        key: The columns of its primary key; empty where it has none.
        others: For each other unique index, what is equal in two rows that it would not have both, with `NEW` for one of them.
        odd: Why its changes cannot be followed; empty where they can.
    """

    key: tuple[str, ...]
    others: tuple[str, ...] = ()
    odd: str = ""


class Words(Protocol):
    """What differs from dialect to dialect."""

    @property
    def first(self) -> str:
        """A moment before everything that is noted."""
        ...

    async def seen(self, read: Transaction) -> Mapping[str, Seen]:
        """The tables but for those of the platform."""
        ...

    async def has_notes(self, read: Transaction) -> bool: ...

    def noting(self, table: Noted, seen: Seen) -> Sequence[str]:
        """Statements that begin to note."""
        ...

    def forgetting(self, table: Noted) -> Sequence[str]:
        """Statements that end it."""
        ...

    async def now(self, read: Transaction, table: Noted) -> str:
        """The moment that a transaction sees."""
        ...

    def since(self, table: Noted) -> str:
        """`FROM … WHERE …`, for the notes after a moment `:seen`."""
        ...


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def all_quoted(names: Sequence[str], of: str = "") -> str:
    """Names as SQL has them, each with its table before it where one is given."""
    return ", ".join(f"{of}{quoted(name)}" for name in names)
