"""What spans are about, and what calls are counted by."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

AWAITED: Final = "plures.saga.awaited"
"""The attribute of a span that waits for a saga: the id, in hexadecimal, of the span that began it, of which its runs are parts."""


class SpanKind(StrEnum):
    """The side of a call that a span tells of, in the words of OpenTelemetry."""

    SERVER = "server"
    CLIENT = "client"
    INTERNAL = "internal"
    """A call by reference: both sides are one."""
    PRODUCER = "producer"
    CONSUMER = "consumer"


class Subject(Struct, frozen=True, gc=False):
    """What spans have in common. The garbage collector knows nothing of it, nor, by that, of the lines of which it is the first field.

    Attributes:
        name: An operation as in `search/Find`, a route as in `GET /product`, or an event.
        capability: Whose work it is; empty for the edge, and for what belongs to none.
        caller: The capability that calls, `edge`, or empty where that is not known here.
        placement: Where the callee is: `local`, `remote`; empty where it is not a call.
        contract: The full name of the contract, as in `shop.search.v1`; empty where there is none.
    """

    kind: SpanKind
    name: str
    capability: str = ""
    caller: str = ""
    placement: str = ""
    contract: str = ""
