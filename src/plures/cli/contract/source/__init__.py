"""Contracts as Python source, of their classes: printed, and kept as a module."""

from .freezing import freeze
from .module import source_of

__all__ = ["freeze", "source_of"]
