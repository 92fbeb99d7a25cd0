"""Layer 3: what contracts promised, and what has changed since: lock files, the comparison by a table of rules, versions."""

from .binary import NoBinaryForm, binary_form
from .changes import Change, Side
from .described import described
from .diff import compare, compare_contracts
from .lock import LOCK_FOLDER, lock_text, read_lock
from .locking import Relocked, relock
from .model import (
    ABSENT,
    ANY_HEADERS,
    Choice,
    Contract,
    Enumeration,
    Failure,
    Field,
    Happening,
    ListOf,
    MapOf,
    Named,
    OneOf,
    Operation,
    Record,
    Scalar,
    TupleOf,
    Type,
    parts_of,
    union_in,
)
from .numbers import numbered
from .openapi import Document, DocumentUnread, Merger, Node, Schema, check_documents, list_of, table_of
from .report import UNKEPT_FIX, ContractReport, Report, Unkept, check
from .reports import PlaceOf, as_data, as_markdown, as_sarif, summary
from .rules import RULES, ChangeRule, Severity
from .versions import Bump, bumped, is_less, needed

__all__ = [
    "ABSENT",
    "ANY_HEADERS",
    "LOCK_FOLDER",
    "RULES",
    "UNKEPT_FIX",
    "Bump",
    "Change",
    "ChangeRule",
    "Choice",
    "Contract",
    "ContractReport",
    "Document",
    "DocumentUnread",
    "Enumeration",
    "Failure",
    "Field",
    "Happening",
    "ListOf",
    "MapOf",
    "Merger",
    "Named",
    "NoBinaryForm",
    "Node",
    "OneOf",
    "Operation",
    "PlaceOf",
    "Record",
    "Relocked",
    "Report",
    "Scalar",
    "Schema",
    "Severity",
    "Side",
    "TupleOf",
    "Type",
    "Unkept",
    "as_data",
    "as_markdown",
    "as_sarif",
    "binary_form",
    "bumped",
    "check",
    "check_documents",
    "compare",
    "compare_contracts",
    "described",
    "is_less",
    "list_of",
    "lock_text",
    "needed",
    "numbered",
    "parts_of",
    "read_lock",
    "relock",
    "summary",
    "table_of",
    "union_in",
]
