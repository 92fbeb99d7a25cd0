"""`plures deploy check`: whether what runs and what comes can talk while both run."""

from .command import check_command

__all__ = ["check_command"]
