"""`plures contract test`: `places` runs the application or finds it, `reports` tells what was found."""

from .command import test_command

__all__ = ["test_command"]
