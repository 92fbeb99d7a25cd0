"""`plures map` and `plures advise`: what reads a codebase; and what tells of long work, for the commands that do some."""

from .advise import advise_command
from .map import map_command
from .options import needing_the_advisor, progress

__all__ = ["advise_command", "map_command", "needing_the_advisor", "progress"]
