"""How a database changes its store while it is used. Knows what a store is, and nothing of moves."""

from .tenure import Hold, Tenure

__all__ = ["Hold", "Tenure"]
