"""`plures adopt`: the first step of an application that exists."""

from .command import adopt_command

__all__ = ["adopt_command"]
