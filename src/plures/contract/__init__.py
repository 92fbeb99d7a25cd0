"""Layer 2: contracts — operations, messages, declared errors, what may cross the wire, and how it is written."""

from msgspec import Meta

from .codec import MAX_DEPTH, Codec, Malformed, Problems, TooDeep, as_list, as_object
from .declare import OperationDeclaration, command, contract, query
from .describe import ContractDescription, ErrorDescription, OperationDescription, describe, is_contract
from .error import ContractError
from .message import Message

__all__ = [
    "MAX_DEPTH",
    "Codec",
    "ContractDescription",
    "ContractError",
    "ErrorDescription",
    "Malformed",
    "Message",
    "Meta",
    "OperationDeclaration",
    "OperationDescription",
    "Problems",
    "TooDeep",
    "as_list",
    "as_object",
    "command",
    "contract",
    "describe",
    "is_contract",
    "query",
]
