"""Versions of one contract that a capability serves side by side. Source: docs/adr/0046-versions.md."""

from .assembled import AssembledVersion
from .older import read_older

__all__ = ["AssembledVersion", "read_older"]
