"""Lock files: one for each contract, which says what was promised, for people to review and for the comparison to read."""

from typing import Final

from .reading import read_lock
from .writing import lock_text

LOCK_FOLDER: Final = "contracts"
"""Where they lie, seen from plures.toml."""

__all__ = ["LOCK_FOLDER", "lock_text", "read_lock"]
