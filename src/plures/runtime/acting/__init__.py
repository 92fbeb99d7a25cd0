"""On whose behalf work is done: a message of the application, how it crosses a wire, and what is wrong with it.

It knows no calls. Source: docs/adr/0031-request-context.md
"""

from .acting import MOST_BYTES, Acting, acting_of, in_block
from .errors import (
    ContextMismatch,
    ContextMissing,
    ContextNotWritable,
    ContextOutsideRequest,
    ContextTooLarge,
    ContextTorn,
)
from .kind import ContextKind, check
from .seal import MOST_SEALED_BYTES, Forged, Seal, Unreadable, new_key

__all__ = [
    "MOST_BYTES",
    "MOST_SEALED_BYTES",
    "Acting",
    "ContextKind",
    "ContextMismatch",
    "ContextMissing",
    "ContextNotWritable",
    "ContextOutsideRequest",
    "ContextTooLarge",
    "ContextTorn",
    "Forged",
    "Seal",
    "Unreadable",
    "acting_of",
    "check",
    "in_block",
    "new_key",
]
