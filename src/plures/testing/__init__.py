"""Layer 10: what tests of an application need — fakes by contract, and one test body in every placement."""

from plures.application import Assembly, assemble
from plures.data import open_database
from plures.deploy import one_each
from plures.isolation import Fate
from plures.trials import ContractBroken, Trial, check_contract

from .events import RecordedEvents
from .fakes import WrongFake, fake
from .hosted import hosted
from .isolation import NoSuchCapability, fates
from .recording import given
from .running import EVERYWHERE, NotRunnable, Running, Where, placements, run
from .sagas import MemorySagas

__all__ = [
    "EVERYWHERE",
    "Assembly",
    "ContractBroken",
    "Fate",
    "MemorySagas",
    "NoSuchCapability",
    "NotRunnable",
    "RecordedEvents",
    "Running",
    "Trial",
    "Where",
    "WrongFake",
    "assemble",
    "check_contract",
    "fake",
    "fates",
    "given",
    "hosted",
    "one_each",
    "open_database",
    "placements",
    "run",
]
