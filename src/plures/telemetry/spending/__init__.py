"""What capabilities take of one process: processor time, and time in which they wait for a database."""

from .spent import Spent, belongs, spent_by, spent_here

__all__ = ["Spent", "belongs", "spent_by", "spent_here"]
