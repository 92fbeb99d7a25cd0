"""What a key of plures.toml is; `keys` has most of them."""

from .key import IN_WORDS, Key, Table, table, text
from .policy import BINARY, EDGE_FIGURES, LEAST_AT_ONCE, MOST_AT_ONCE, POLICY, POLICY_OF_ALL, Figure

__all__ = [
    "BINARY",
    "EDGE_FIGURES",
    "IN_WORDS",
    "LEAST_AT_ONCE",
    "MOST_AT_ONCE",
    "POLICY",
    "POLICY_OF_ALL",
    "Figure",
    "Key",
    "Table",
    "table",
    "text",
]
