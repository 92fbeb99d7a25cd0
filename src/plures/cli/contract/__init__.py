"""`plures contract show` and `plures contract write`: contracts as Python source."""

from .group import contract_group

__all__ = ["contract_group"]
