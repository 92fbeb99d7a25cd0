"""Layer 2: contracts — operations, messages, declared errors, what may cross the wire, and how it is written."""

from msgspec import Meta

from .annotations import Unresolvable, annotations_of
from .codec import (
    MAX_DEPTH,
    Codec,
    Copy,
    Fits,
    Malformed,
    Problems,
    TooDeep,
    as_list,
    as_object,
    canonical,
    copier_of,
    decode_base64,
    shape_of,
)
from .contract_reader import is_contract, read_contract, read_message
from .declare import (
    DEFAULT_DEADLINE_S,
    DEFAULT_HANDLING_S,
    SUBSCRIPTION,
    Criticality,
    CriticalityName,
    Derivation,
    OperationDeclaration,
    SubscriptionDeclaration,
    command,
    contract,
    criticality_of,
    derivation_of,
    derive_contract,
    query,
    subscribe,
)
from .description import ContractDescription, ErrorDescription, EventDescription, OperationDescription
from .error import ContractError
from .event_reader import read_delivery
from .message import Event, Message
from .names import is_spellable
from .operation_reader import read_work

__all__ = [
    "DEFAULT_DEADLINE_S",
    "DEFAULT_HANDLING_S",
    "MAX_DEPTH",
    "SUBSCRIPTION",
    "Codec",
    "ContractDescription",
    "ContractError",
    "Copy",
    "Criticality",
    "CriticalityName",
    "Derivation",
    "ErrorDescription",
    "Event",
    "EventDescription",
    "Fits",
    "Malformed",
    "Message",
    "Meta",
    "OperationDeclaration",
    "OperationDescription",
    "Problems",
    "SubscriptionDeclaration",
    "TooDeep",
    "Unresolvable",
    "annotations_of",
    "as_list",
    "as_object",
    "canonical",
    "command",
    "contract",
    "copier_of",
    "criticality_of",
    "decode_base64",
    "derivation_of",
    "derive_contract",
    "is_contract",
    "is_spellable",
    "query",
    "read_contract",
    "read_delivery",
    "read_message",
    "read_work",
    "shape_of",
    "subscribe",
]
