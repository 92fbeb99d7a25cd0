"""`plures contract test`: `places` runs the application or finds it, `reports` tells what was found."""

from .command import test_command
from .expected import Expected

__all__ = ["Expected", "test_command"]
