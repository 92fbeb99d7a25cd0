"""Layer 2: contracts — operations, messages, declared errors, what may cross the wire, and how it is written."""

from msgspec import Meta

from .annotations import Unresolvable, annotations_of
from .codec import (
    MAX_DEPTH,
    Codec,
    Fits,
    Malformed,
    Problems,
    TooDeep,
    as_list,
    as_object,
    canonical,
    decode_base64,
    shape_of,
)
from .contract_reader import is_contract, read_contract
from .declare import OperationDeclaration, command, contract, query
from .description import ContractDescription, ErrorDescription, OperationDescription
from .error import ContractError
from .message import Message

__all__ = [
    "MAX_DEPTH",
    "Codec",
    "ContractDescription",
    "ContractError",
    "ErrorDescription",
    "Fits",
    "Malformed",
    "Message",
    "Meta",
    "OperationDeclaration",
    "OperationDescription",
    "Problems",
    "TooDeep",
    "Unresolvable",
    "annotations_of",
    "as_list",
    "as_object",
    "canonical",
    "command",
    "contract",
    "decode_base64",
    "is_contract",
    "query",
    "read_contract",
    "shape_of",
]
