"""The part that a process with an open database has in moving it: it lets writes wait for a moment, and goes on with the copy."""

from .errors import HandoverRefused
from .handover import LEASE_S, Handover, Settle

__all__ = ["LEASE_S", "Handover", "HandoverRefused", "Settle"]
