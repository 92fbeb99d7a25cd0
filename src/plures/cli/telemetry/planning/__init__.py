"""The command `plures topology plan`."""

from .command import plan_command

__all__ = ["plan_command"]
