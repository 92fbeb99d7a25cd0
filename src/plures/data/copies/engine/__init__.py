"""Copies a database to another store, whatever the two are: an SQLite file, or a schema on a PostgreSQL server.

An `Engine` stands between two open stores. Its phases are called one by one:

1. `make_tables` lets the migrations make the tables of the target, and takes away what would be in the way (triggers, references).
2. `copy_all` copies what an open read of the source sees; what an earlier attempt has copied stays.
3. `verify` reads the whole target and compares numbers and checksums.
4. `copy_keys` and `verify_keys` do the same for the rows of some keys, such as those that were changed meanwhile.
5. `complete` carries over the numbers that were given out, and puts back what was taken away.
6. `mark_ends` lets applications use the target, and the source no more.

The caller marks the target before, and sees to it that no other writes to either end meanwhile, or knows which keys are changed.
"""

from .catalogue import Catalogue, catalogue_of
from .engine import Engine, Furnish
from .matching import Mismatch, may_lack, pairs
from .pair import Pair, RowUnfit
from .sqlite import SqliteCatalogue
from .sums import Sum
from .table import AT_ONCE, Column, ColumnType, Position, Table, Values, quoted

__all__ = [
    "AT_ONCE",
    "Catalogue",
    "Column",
    "ColumnType",
    "Engine",
    "Furnish",
    "Mismatch",
    "Pair",
    "Position",
    "RowUnfit",
    "SqliteCatalogue",
    "Sum",
    "Table",
    "Values",
    "catalogue_of",
    "may_lack",
    "pairs",
    "quoted",
]
