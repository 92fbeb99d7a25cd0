"""`plures call --explain`: what holds for a call, how its replicas and callers stand, and what was done in this very call."""

from .explained import explained_call

__all__ = ["explained_call"]
