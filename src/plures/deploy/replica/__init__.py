"""One replica from the inside: the program that a supervisor starts."""

from .orphans import watch_parent

__all__ = ["watch_parent"]
