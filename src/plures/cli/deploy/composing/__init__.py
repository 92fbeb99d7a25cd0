"""`plures deploy compose`."""

from .command import compose_command

__all__ = ["compose_command"]
