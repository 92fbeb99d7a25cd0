"""What the platform does around the operations of a service that keeps data: it repeats them and remembers their answers."""

from .guarded import FORGET_EVERY_S, committing, forget_old, guarded, has_keys
from .patient import run_patiently

__all__ = ["FORGET_EVERY_S", "committing", "forget_old", "guarded", "has_keys", "run_patiently"]
