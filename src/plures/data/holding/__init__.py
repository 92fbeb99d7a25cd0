"""How a database is used, and changes its store meanwhile. Knows what a store is, and nothing of moves."""

from .blocks import Reading, Writing
from .tenure import Hold, Tenure
from .usage import Usage

__all__ = ["Hold", "Reading", "Tenure", "Usage", "Writing"]
