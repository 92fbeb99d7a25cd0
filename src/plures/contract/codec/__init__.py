"""Values as JSON bytes and back, as the Connect protocol spells them."""

from .codec import Codec, Malformed
from .composites import Field, MessageType, OptionalType, TupleType, UnionType
from .forms import takes_in_order
from .leaves import EnumLeaf, Leaf
from .names import camel, is_spellable, member, pascal
from .scanning import MAX_DEPTH, TooDeep
from .shapes import as_list, as_object
from .wiretype import Problems, WireType

__all__ = [
    "MAX_DEPTH",
    "Codec",
    "EnumLeaf",
    "Field",
    "Leaf",
    "Malformed",
    "MessageType",
    "OptionalType",
    "Problems",
    "TooDeep",
    "TupleType",
    "UnionType",
    "WireType",
    "as_list",
    "as_object",
    "camel",
    "is_spellable",
    "member",
    "pascal",
    "takes_in_order",
]
