"""What capabilities take of one process: processor time, and time in which they wait for a database."""

from .spent import Spent, belongs, owned_threads, spent_by, spent_here

__all__ = ["Spent", "belongs", "owned_threads", "spent_by", "spent_here"]
