"""Layer 1: the root error, violations of rules, and failed calls."""

from .calls import (
    CallError,
    DeadlineExceeded,
    Internal,
    InvalidRequest,
    KeyReused,
    LimitExceeded,
    NeedUnreachable,
    Outcome,
    Overloaded,
    PeerUntrusted,
    Status,
    Unavailable,
    Unimplemented,
    note_failures,
)
from .files import TooManyFiles, none_left, out_of_files, too_many_files
from .root import InvalidInput, PluresError, Rule, Text, Violation, did_you_mean

__all__ = [
    "CallError",
    "DeadlineExceeded",
    "Internal",
    "InvalidInput",
    "InvalidRequest",
    "KeyReused",
    "LimitExceeded",
    "NeedUnreachable",
    "Outcome",
    "Overloaded",
    "PeerUntrusted",
    "PluresError",
    "Rule",
    "Status",
    "Text",
    "TooManyFiles",
    "Unavailable",
    "Unimplemented",
    "Violation",
    "did_you_mean",
    "none_left",
    "note_failures",
    "out_of_files",
    "too_many_files",
]
