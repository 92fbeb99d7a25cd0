"""The sagas in the database of their capability."""

from . import operations
from .journal import Journal
from .record import ENDED, OPEN, Instance, Record, State, recorded
from .tables import is_prepared, prepare

__all__ = [
    "ENDED",
    "OPEN",
    "Instance",
    "Journal",
    "Record",
    "State",
    "is_prepared",
    "operations",
    "prepare",
    "recorded",
]
