"""`plures token`: how programs besides the commands of Plures are let in."""

from .token import token_command

__all__ = ["token_command"]
