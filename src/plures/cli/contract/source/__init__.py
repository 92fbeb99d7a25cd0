"""Contracts as Python source, of their classes: printed, and kept as a module."""

from .module import source_of
from .show import show_command
from .write import write_command

__all__ = ["show_command", "source_of", "write_command"]
