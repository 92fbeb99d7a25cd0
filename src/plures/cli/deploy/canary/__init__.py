"""`plures deploy canary`: whether a new version goes on or is halted, from what replicas of both do."""

from .command import canary_command

__all__ = ["canary_command"]
