"""Layer 8: what tests of an application need — fakes by contract, and one test body in every placement."""

from plures.application import Assembly, assemble
from plures.data import open_database

from .events import RecordedEvents
from .fakes import WrongFake, fake
from .running import EVERYWHERE, NotRunnable, Running, Where, one_each, placements, run
from .sagas import MemorySagas

__all__ = [
    "EVERYWHERE",
    "Assembly",
    "MemorySagas",
    "NotRunnable",
    "RecordedEvents",
    "Running",
    "Where",
    "WrongFake",
    "assemble",
    "fake",
    "one_each",
    "open_database",
    "placements",
    "run",
]
