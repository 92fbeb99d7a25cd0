"""What was read, as the table or the list that should be there."""

from typing import Any, cast

Table = dict[str, Any]


def table_of(value: object) -> Table:
    """A value that should be a table; an empty one where it is something else."""
    return cast("Table", value) if isinstance(value, dict) else {}


def list_of(value: object) -> list[Any]:
    """A value that should be a list; an empty one where it is something else."""
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]
