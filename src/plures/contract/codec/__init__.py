"""Values as JSON bytes and back, as the Connect protocol spells them.

`Codec` writes and reads one message type, and knows two ways to do it.

- **The exact way** asks the wire type of each part (`messages`, `containers`, `scalars`) to turn its value into plain data, and
  then writes that. It checks every value, accepts every spelling that peers may use, and lists all that is wrong.
- **The fast way** lets msgspec write and read the whole message at once, many times faster. Most types are their own form for
  msgspec; `fast_way` makes a stand-in for a message with a part that msgspec would spell in another way, such as a time span.

A value is written the fast way, unless its type nests itself and needs a stand-in, or its conversion fails, or the bytes show what
msgspec gets wrong: an integer that JavaScript would round, or a null of which bytes do not tell whether it is None or NaN.
A body is read the fast way, unless it has such an integer or a field name in snake case, or msgspec refuses it. `json_bytes` finds
all this by searching the bytes without parsing them. Where it cannot be sure, the exact way is taken.

Callers do not see which way was taken, and one unusual value is enough to change it. So both ways must give the same bytes, the
same values and the same refusals: `tests/property/test_codec.py` proves it on generated messages and damaged bodies.
"""

from .bounds import Bounds, given
from .canonical import canonical
from .codec import Codec, Malformed
from .containers import FixedTupleType, MapType, OptionalType, TupleType
from .copies import Copy, copier_of
from .fast_way import takes_in_order
from .json_bytes import MAX_DEPTH, TooDeep
from .json_data import as_list, as_object
from .messages import Field, MessageType, UnionType
from .scalar_json import KEYWORDS, decode_base64
from .scalars import EnumType, LiteralType, ScalarType
from .shape import Fits, shape_of
from .wire_type import Problems, WireType

__all__ = [
    "KEYWORDS",
    "MAX_DEPTH",
    "Bounds",
    "Codec",
    "Copy",
    "EnumType",
    "Field",
    "Fits",
    "FixedTupleType",
    "LiteralType",
    "Malformed",
    "MapType",
    "MessageType",
    "OptionalType",
    "Problems",
    "ScalarType",
    "TooDeep",
    "TupleType",
    "UnionType",
    "WireType",
    "as_list",
    "as_object",
    "canonical",
    "copier_of",
    "decode_base64",
    "given",
    "shape_of",
    "takes_in_order",
]
