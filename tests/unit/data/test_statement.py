"""What counts as a name in a statement, in the texts of both dialects; and which failures of one pass."""

import pytest

from plures.data import (
    CommitUnknown,
    ConnectionLost,
    DatabaseBusy,
    DiskFull,
    ServerUnreachable,
    StatementFailed,
    StorageFailed,
    TooManyConnections,
    UniqueViolated,
    WriteConflict,
    is_outage,
)
from plures.data.statement import spread


@pytest.mark.parametrize(
    "text", [r"E'it\'s :ids'", "$$:ids$$", "$tag$ $$ :ids $tag$", "':ids'", "a::ids", "/* :ids */"]
)
def test_a_name_inside_of_something_else_is_left(text: str) -> None:
    sql, values = spread(f"SELECT {text} WHERE id IN :ids", {"ids": ["a", "b"]})
    assert sql == f"SELECT {text} WHERE id IN (:ids_0, :ids_1)"
    assert values == {"ids_0": "a", "ids_1": "b"}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        # What the platform writes, it may write again.
        (CommitUnknown("orders", "COMMIT", "it went"), True),
        (ConnectionLost("orders", "SELECT 1", "it went"), True),
        (DatabaseBusy("orders", "BEGIN", "another program has it"), True),
        (WriteConflict("orders", "COMMIT", "another write"), True),
        # It passes when room is made.
        (DiskFull("orders", "COMMIT", "no room"), True),
        (ServerUnreachable("orders", "postgresql://", "it is down"), True),
        (TooManyConnections("orders", "postgresql://", "all are taken"), True),
        (OSError("no route"), True),
        (StatementFailed("orders", "SELEC 1", "no such word"), False),
        (UniqueViolated("orders", "INSERT", "there is one"), False),
        (StorageFailed("orders", "SELECT 1", "the file is damaged"), False),
        (ValueError("a mistake"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_passes_by_itself(error: Exception, *, expected: bool) -> None:
    assert is_outage(error) is expected
