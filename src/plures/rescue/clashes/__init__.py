"""Reads the code of services before it is imported: what does not go together in one process, and the way out of each."""

from .clash import Clash
from .finding import check_clashes, find_clashes

__all__ = ["Clash", "check_clashes", "find_clashes"]
