"""Existing services in one process, for the command line."""

from .adopt import adopt_command

__all__ = ["adopt_command"]
