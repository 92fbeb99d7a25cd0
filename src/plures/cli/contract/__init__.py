"""`plures contract`: contracts as Python source, as lock files, and in the words of others."""

from .group import contract_group
from .locks import as_locked, base_of, locks_beside
from .named import capability_of

__all__ = ["as_locked", "base_of", "capability_of", "contract_group", "locks_beside"]
