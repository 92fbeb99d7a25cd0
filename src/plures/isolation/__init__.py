"""Layer 9: what survives when a part of an application is dead.

`graph` reads what each operation and each route calls, `fates` computes what becomes of them.
"""

from .fates import Death, Fate, Isolation, each_alone, isolate, processes_of
from .graph import Unit, UnitKind, units_of

__all__ = ["Death", "Fate", "Isolation", "Unit", "UnitKind", "each_alone", "isolate", "processes_of", "units_of"]
