"""Plures: write one well-structured application; run any part of it as a service where that pays."""

from .application import Application, Capability, Lifecycle
from .contract import ContractError, Event, Message, Meta, command, contract, query, subscribe
from .data import (
    AlembicMigrations,
    Connection,
    ConstraintViolated,
    Database,
    Migration,
    Statement,
    StatementFailed,
    UniqueViolated,
)
from .errors import (
    CallError,
    DeadlineExceeded,
    Internal,
    InvalidRequest,
    KeyReused,
    LimitExceeded,
    Outcome,
    Overloaded,
    PluresError,
    Status,
    Unavailable,
    Unimplemented,
)
from .events import Events
from .optional import Optionally
from .runtime import request_id
from .sagas import Saga, SagaCompensated, SagaParked, Sagas, saga
from .sagas import State as SagaState
from .web import CrossOriginProtection, SecurityHeaders

__all__ = [
    "AlembicMigrations",
    "Application",
    "CallError",
    "Capability",
    "Connection",
    "ConstraintViolated",
    "ContractError",
    "CrossOriginProtection",
    "Database",
    "DeadlineExceeded",
    "Event",
    "Events",
    "Internal",
    "InvalidRequest",
    "KeyReused",
    "Lifecycle",
    "LimitExceeded",
    "Message",
    "Meta",
    "Migration",
    "Optionally",
    "Outcome",
    "Overloaded",
    "PluresError",
    "Saga",
    "SagaCompensated",
    "SagaParked",
    "SagaState",
    "Sagas",
    "SecurityHeaders",
    "Statement",
    "StatementFailed",
    "Status",
    "Unavailable",
    "Unimplemented",
    "UniqueViolated",
    "command",
    "contract",
    "query",
    "request_id",
    "saga",
    "subscribe",
]
