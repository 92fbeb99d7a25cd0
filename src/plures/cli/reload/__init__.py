"""`plures run --reload`: the same command as a child, started again whenever a file of the application changes."""

from .restarting import end_with_parent, run_reloading
from .sources import Sources

__all__ = ["Sources", "end_with_parent", "run_reloading"]
