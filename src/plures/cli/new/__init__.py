"""`plures new`: what it writes is the reader's own from then on."""

from .application import source_of_plures
from .command import new_command

__all__ = ["new_command", "source_of_plures"]
