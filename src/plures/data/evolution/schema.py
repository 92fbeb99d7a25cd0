"""What migrations have made, as far as their statements tell, and what of it the version still running does not know."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from plures.errors import Rule


class Danger(msgspec.Struct, frozen=True):
    """What the version still running would not survive."""

    rule: Rule
    values: Mapping[str, str]


def danger(rule: Rule, name: str, kind: str = "") -> Danger:
    """That `rule` is broken for what has this name."""
    return Danger(rule, {"name": name, "kind": kind})


@dataclass
class Schema:
    """Grows with each statement that is read.

    Attributes:
        tables: All that were made by statements.
        unique_indexes: The same.
        new_tables: Those that the version still running does not know; views too.
        new_columns: The same for columns of other tables, by table and column, with the text of their defaults.
        coming: Tables that the migration makes, or renames one that it makes to.
    """

    tables: set[str] = field(default_factory=set[str])
    unique_indexes: set[str] = field(default_factory=set[str])
    new_tables: set[str] = field(default_factory=set[str])
    new_columns: dict[tuple[str, str], str | None] = field(default_factory=dict[tuple[str, str], str | None])
    coming: set[str] = field(default_factory=set[str])

    def all_known(self) -> None:
        """From here on, the version still running knows all."""
        self.new_tables.clear()
        self.new_columns.clear()

    def make(self, table: str) -> None:
        """A statement makes a table."""
        self.tables.add(table)
        self.new_tables.add(table)

    def is_given(self, table: str, column: str) -> bool:
        """The column is new, and the database has a value for it where a statement has none."""
        return self.new_columns.get((table, column)) is not None
