"""Layer 9: what survives when a part of an application is dead.

`graph` reads what each operation and each route calls, `fates` computes what becomes of them, and `verifying` kills parts of a running
application and compares.
"""

from .fates import Death, Fate, Isolation, each_alone, isolate, processes_of
from .graph import Unit, UnitKind, units_of
from .verifying import BadRequests, Request, Signal, Verdict, Verified, VerifyOptions, requests_from, verify

__all__ = [
    "BadRequests",
    "Death",
    "Fate",
    "Isolation",
    "Request",
    "Signal",
    "Unit",
    "UnitKind",
    "Verdict",
    "Verified",
    "VerifyOptions",
    "each_alone",
    "isolate",
    "processes_of",
    "requests_from",
    "units_of",
    "verify",
]
