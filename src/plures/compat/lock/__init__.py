"""Lock files: one for each contract, which says what was promised, for people to review and for the comparison to read."""

from plures.contract import LOCK_FOLDER

from .reading import read_lock
from .writing import lock_text

__all__ = ["LOCK_FOLDER", "lock_text", "read_lock"]
