"""`[access]` of plures.toml: who may call besides the processes of the application, and what is shown to processes elsewhere."""

from .check_access import check_access
from .parse_access import parse_callers, parse_secret
from .rights import EVERYTHING, Right, read_right
from .rules import CALLER_IS_PROCESS, MAY_CALL_OURS, ORIGINS_NO_EDGE, SECRET_VARIABLE, TOKEN_OURS
from .values import OutsideCaller, Secret

__all__ = [
    "CALLER_IS_PROCESS",
    "EVERYTHING",
    "MAY_CALL_OURS",
    "ORIGINS_NO_EDGE",
    "SECRET_VARIABLE",
    "TOKEN_OURS",
    "OutsideCaller",
    "Right",
    "Secret",
    "check_access",
    "parse_callers",
    "parse_secret",
    "read_right",
]
