"""Which rows of a database in use have changed: triggers note their primary keys, for a move that copies those rows once more."""

from .changes import Changes
from .noting import MOST_ROWS, TrackingRefused, covers, forget, note, noted
from .postgresql import sealing
from .table import NOTES, Noted

__all__ = ["MOST_ROWS", "NOTES", "Changes", "Noted", "TrackingRefused", "covers", "forget", "note", "noted", "sealing"]
