"""Values as the binary form of protobuf and back, with the numbers that a lock file gives.

`BinaryCodec` is beside the `Codec` of JSON, and knows two ways as that does: functions made for each message, which read and write what is usual
(`writing`, `reading`), and the exact way (`exact`), which reads all that peers may write and finds all that is wrong. Both give the same values, and
the same refusals as JSON: bounds, defaults and checks of a class are those of its types. What is written here, `.proto` files of `plures.exports`
describe: `tests/interop` proves it with Google's protobuf.

    numbers      the numbers of a contract, and what is written although it is zero
    varints      tags, lengths and whole numbers
    loose        messages of protobuf itself: moments, spans of time, JSON
    known        the same as types of Python and of Plures, and messages of any type
    source       functions made at run time
    values       one value of a field, as such functions read it
    codec        `BinaryCodec`

What JSON says and the binary form does not: the offset of a moment, which arrives in UTC; and the name of a member of an enum that only a peer knows,
which travels by its number.
"""

from .codec import Binary, BinaryCodec
from .numbers import MAX_NUMBER, Numbers, has_presence

__all__ = ["MAX_NUMBER", "Binary", "BinaryCodec", "Numbers", "has_presence"]
