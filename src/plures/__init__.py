"""Plures: write one well-structured application; run any part of it as a service where that pays."""

from .contract import ContractError, Message, Meta, command, contract, query
from .errors import (
    CallError,
    DeadlineExceeded,
    Internal,
    InvalidRequest,
    LimitExceeded,
    Outcome,
    PluresError,
    Status,
    Unavailable,
    Unimplemented,
)

__all__ = [
    "CallError",
    "ContractError",
    "DeadlineExceeded",
    "Internal",
    "InvalidRequest",
    "LimitExceeded",
    "Message",
    "Meta",
    "Outcome",
    "PluresError",
    "Status",
    "Unavailable",
    "Unimplemented",
    "command",
    "contract",
    "query",
]
