"""Existing services in one process, for the command line."""

from .adopt import write_topology
from .services import Services

__all__ = ["Services", "write_topology"]
