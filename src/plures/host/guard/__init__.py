"""What the platform does around the operations of a service that keeps data: it repeats them and remembers their answers."""

from .blocking import count_commits, may_meet
from .guarded import FORGET_EVERY_S, committing, forget_old, guarded, guarded_blocking, has_keys
from .patient import run_patiently

__all__ = [
    "FORGET_EVERY_S",
    "committing",
    "count_commits",
    "forget_old",
    "guarded",
    "guarded_blocking",
    "has_keys",
    "may_meet",
    "run_patiently",
]
