"""Faults on demand, for tests and game days: operations that are late, fail, hang or cannot be reached as often as was asked for."""

from .fault import Fault, FaultKind
from .injector import Injector
from .reading import read_faults

__all__ = ["Fault", "FaultKind", "Injector", "read_faults"]
