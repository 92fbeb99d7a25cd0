"""Usage that outlives processes: one SQLite file in the data folder, into which all processes of a machine write."""

import sqlite3
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from plures.errors import PluresError, Text

from .tallies import CallerKind, Use

KEPT_IN: Final = "contract-usage.db"
"""The databases of capabilities end otherwise."""
_PATIENCE_S: Final = 5.0
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS contracts (name TEXT PRIMARY KEY, since REAL NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uses (
    contract TEXT NOT NULL, operation TEXT NOT NULL, caller TEXT NOT NULL, kind TEXT NOT NULL,
    calls INTEGER NOT NULL, first REAL NOT NULL, last REAL NOT NULL,
    PRIMARY KEY (contract, operation, caller, kind)
) WITHOUT ROWID;
"""
_COUNTS: Final = """
INSERT INTO contracts (name, since, until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET until = max(until, excluded.until)
"""
_CALLED: Final = """
INSERT INTO uses (contract, operation, caller, kind, calls, first, last) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (contract, operation, caller, kind) DO UPDATE SET calls = calls + excluded.calls, last = max(last, excluded.last)
"""


@dataclass(eq=False)
class UsageUnreadable(PluresError):
    """The file that keeps who calls which contract cannot be read."""

    code = "usage.unreadable"
    wording = Text(
        "Cannot read {file}",
        why="{reason}",
        fix="If it is damaged, move it away: the application begins to count anew, and a version can be removed once that has lasted.",
    )

    file: Path
    reason: str


class Span(msgspec.Struct, frozen=True):
    """From when to when calls were counted, in seconds since 1970."""

    since: float
    until: float


class Used(msgspec.Struct, frozen=True):
    """Calls of one use; the times are those at which they were noted, in seconds since 1970."""

    calls: int
    first: float
    last: float


class Counted(msgspec.Struct, frozen=True):
    """All that is kept.

    Attributes:
        contracts: Contract → from when to when its calls were counted.
    """

    contracts: Mapping[str, Span] = msgspec.field(default_factory=dict[str, Span])
    uses: Mapping[Use, Used] = msgspec.field(default_factory=dict[Use, Used])


class UsageFile:
    """The file in a data folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / KEPT_IN

    def add(self, contracts: Iterable[str], calls: Mapping[Use, int], now: float) -> None:
        """Note that calls of these contracts are counted now, and how many there were since the last time. Blocks; raises `OSError` or `sqlite3.Error`."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Who calls what is for those who run the application, as its data is.
        self.path.touch(mode=0o600)
        with closing(sqlite3.connect(self.path, timeout=_PATIENCE_S)) as connection:
            # A commit waits for no disk: what the system loses when it fails is a few seconds of counting.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_TABLES)
            with connection:
                connection.executemany(_COUNTS, [(name, now, now) for name in contracts])
                connection.executemany(_CALLED, [(*use, many, now, now) for use, many in calls.items()])

    def read(self) -> Counted:
        """What is kept; nothing where there is no file. Raises `UsageUnreadable`."""
        if not self.path.exists():
            return Counted()
        with self._opened() as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                # Its first writer has only just begun.
                return Counted()
            contracts = {name: Span(*times) for name, *times in connection.execute("SELECT * FROM contracts")}
            rows = connection.execute("SELECT contract, operation, caller, kind, calls, first, last FROM uses")
            uses = {
                Use(contract, operation, caller, CallerKind(kind)): Used(*numbers)
                for contract, operation, caller, kind, *numbers in rows
            }
        return Counted(contracts, uses)

    @contextmanager
    def _opened(self) -> Generator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE_S)) as connection:
                yield connection
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise UsageUnreadable(self.path, str(error)) from None


def merged(counts: Iterable[Counted]) -> Counted:
    """What several machines have counted. A contract is counted since the last of them has begun to."""
    contracts: dict[str, Span] = {}
    uses: dict[Use, Used] = {}
    for each in counts:
        for name, span in each.contracts.items():
            known = contracts.get(name, span)
            contracts[name] = Span(max(known.since, span.since), min(known.until, span.until))
        for use, used in each.uses.items():
            other = uses.get(use)
            uses[use] = used if other is None else _sum(used, other)
    return Counted(contracts, uses)


def _sum(one: Used, other: Used) -> Used:
    return Used(one.calls + other.calls, min(one.first, other.first), max(one.last, other.last))
