"""What differs from one dialect to another when a database is copied: where its tables are told, and what would stand in the way."""

from collections.abc import Sequence
from typing import Final, Protocol

from plures.data.store import Dialect, Transaction

from .postgresql import PostgresCatalogue
from .sqlite import SqliteCatalogue
from .table import Position, Table


class Catalogue(Protocol):
    """The tables of one dialect's databases."""

    async def begin(self, transaction: Transaction) -> None:
        """Called first in each transaction: values are read and written in one form, whatever a server's settings are."""
        ...

    async def tables(self, transaction: Transaction) -> tuple[list[Table], list[str]]:
        """All that hold rows, but for the platform's marks; and the names of those whose rows cannot be copied."""
        ...

    async def unreadable(self, transaction: Transaction, table: Table) -> tuple[str, str] | None:
        """The key and the column of a value that no program can read, such as a text that is none."""
        ...

    async def in_the_way(self, transaction: Transaction) -> list[tuple[str, str]]:
        """What would refuse or repeat what is copied, such as triggers: pairs of a statement that takes it away, and one that puts it back."""
        ...

    async def positions(self, transaction: Transaction) -> list[Position]:
        """How far the numbers of new rows are."""
        ...

    async def continue_from(self, transaction: Transaction, positions: Sequence[Position]) -> None:
        """Let new rows get the numbers that they would have got there, and none that a row has."""
        ...


_CATALOGUES: Final[dict[Dialect, Catalogue]] = {
    Dialect.SQLITE: SqliteCatalogue(),
    Dialect.POSTGRESQL: PostgresCatalogue(),
}


def catalogue_of(dialect: Dialect) -> Catalogue:
    """The catalogue for the databases of this dialect."""
    return _CATALOGUES[dialect]
