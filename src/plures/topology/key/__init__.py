"""What a key of plures.toml is; `keys` has most of them."""

from .access import ACCESS, CALLER, CALLER_MAY_CALL, CALLER_ORIGINS, CALLERS, MAY_CALL, TOKEN, TOKEN_FILE
from .key import IN_WORDS, Key, Table, table, text
from .policy import BINARY, EDGE_FIGURES, LEAST_AT_ONCE, MOST_AT_ONCE, POLICY, POLICY_OF_ALL, Figure
from .scaling import COOL_DOWN_S, MAX, MIN, REPLICAS, TARGET_CPU, TARGET_IN_FLIGHT
from .telemetry import ENABLED as TELEMETRY_ENABLED
from .telemetry import HOURS, MIB, OPERATION, OPERATIONS, PER_S, SHARE, TELEMETRY

__all__ = [
    "ACCESS",
    "BINARY",
    "CALLER",
    "CALLERS",
    "CALLER_MAY_CALL",
    "CALLER_ORIGINS",
    "COOL_DOWN_S",
    "EDGE_FIGURES",
    "HOURS",
    "IN_WORDS",
    "LEAST_AT_ONCE",
    "MAX",
    "MAY_CALL",
    "MIB",
    "MIN",
    "MOST_AT_ONCE",
    "OPERATION",
    "OPERATIONS",
    "PER_S",
    "POLICY",
    "POLICY_OF_ALL",
    "REPLICAS",
    "SHARE",
    "TARGET_CPU",
    "TARGET_IN_FLIGHT",
    "TELEMETRY",
    "TELEMETRY_ENABLED",
    "TOKEN",
    "TOKEN_FILE",
    "Figure",
    "Key",
    "Table",
    "table",
    "text",
]
