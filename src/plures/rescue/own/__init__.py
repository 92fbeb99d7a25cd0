"""What each service of a process has for itself: its modules, its environment, its place in the log."""

from .current import as_service, current, enter
from .environ import own_environments
from .logging import log_kept
from .modules import own_modules
from .names import OwnNames, names_of

__all__ = ["OwnNames", "as_service", "current", "enter", "log_kept", "names_of", "own_environments", "own_modules"]
