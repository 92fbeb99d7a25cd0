"""The sagas in the database of their capability."""

from . import code, operations
from .code import Kind
from .journal import Journal
from .record import ENDED, OPEN, Instance, Record, State, recorded
from .restored import park_uncertain
from .retention import KEPT_S
from .spans import Spans
from .tables import is_prepared, make_tables, prepare

__all__ = [
    "ENDED",
    "KEPT_S",
    "OPEN",
    "Instance",
    "Journal",
    "Kind",
    "Record",
    "Spans",
    "State",
    "code",
    "is_prepared",
    "make_tables",
    "operations",
    "park_uncertain",
    "prepare",
    "recorded",
]
