"""What changed between two contracts, and how bad that is for those who know the first one."""

from .contracts import compare, compare_contracts
from .walk import Pair, Walk

__all__ = ["Pair", "Walk", "compare", "compare_contracts"]
