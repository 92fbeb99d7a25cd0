"""Plures: write one well-structured application; run any part of it as a service where that pays."""

from .application import Application, Capability, Lifecycle
from .contract import ContractError, Message, Meta, command, contract, query
from .data import Database, Migration
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
    "Application",
    "CallError",
    "Capability",
    "ContractError",
    "Database",
    "DeadlineExceeded",
    "Internal",
    "InvalidRequest",
    "Lifecycle",
    "LimitExceeded",
    "Message",
    "Meta",
    "Migration",
    "Outcome",
    "PluresError",
    "Status",
    "Unavailable",
    "Unimplemented",
    "command",
    "contract",
    "query",
]
