"""Existing services in one process, for the command line."""

from .adopt import adopt_command
from .services import Services

__all__ = ["Services", "adopt_command"]
