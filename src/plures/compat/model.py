"""A contract as plain values: what its callers can see of it, in whatever language it was written.

The codec's types are for values of Python; these are for comparing. They come from code (`described`), from lock files, or from OpenAPI
documents.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

import msgspec

from plures.contract import DEFAULT_MESSAGE_BYTES, Stability, cache_control, unusual_limits

KINDS: Final = frozenset(
    ("bool", "string", "int64", "double", "bytes", "timestamp", "date", "time", "duration", "uuid", "decimal", "any")
)
"""What a scalar of a contract may be. Documents of others know more, as `integer/int32`: a kind, and the format within it."""
BOUNDS: Final = ("ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length", "pattern")
ANY_HEADERS: Final = "*"
ABSENT: Final = object()
"""The default of a field that has none."""


class Scalar(msgspec.Struct, frozen=True):
    """Text, a number, a moment: `kind` as the lock file calls it, and its bounds by name."""

    kind: str
    bounds: Mapping[str, object] = msgspec.field(default_factory=dict[str, object])


class Choice(msgspec.Struct, frozen=True):
    """One of these: texts, or other values of JSON as they are written, where `kind` says so."""

    values: tuple[str, ...]
    kind: str = "string"


class ListOf(msgspec.Struct, frozen=True):
    """Items of one type."""

    item: "Type"
    bounds: Mapping[str, object] = msgspec.field(default_factory=dict[str, object])


class MapOf(msgspec.Struct, frozen=True):
    """Values of one type, by texts."""

    value: "Type"


class TupleOf(msgspec.Struct, frozen=True):
    """So many items, each of its own type."""

    parts: tuple["Type", ...]


class Named(msgspec.Struct, frozen=True):
    """A message or an enum of the contract."""

    name: str


class OneOf(msgspec.Struct, frozen=True):
    """One of several types: the key of each in the object around it, or what its tag says.

    Attributes:
        tag: The field that tells which one it is; empty where an object with one key does.
        inline: Whether values stand as they are, so that their form alone tells which one they are.
        exact: Whether a value that is of two of them is refused, as `oneOf` of JSON Schema does.
    """

    members: Mapping[str, "Type"]
    tag: str = ""
    inline: bool = False
    exact: bool = False


Type: TypeAlias = Scalar | Choice | ListOf | MapOf | TupleOf | Named | OneOf


@dataclass(frozen=True)
class Field:
    """One field of a message.

    Attributes:
        number: In the binary form; 0 where none was given out yet.
        required: Whether it must be there.
        nullable: Whether it may be null.
        default: What stands for it where it is left out, as JSON; `ABSENT` where nothing does.
        doc: What people are told of it. Like all texts of a contract, it is no promise: it is neither locked nor compared.
    """

    type: Type
    number: int = 0
    required: bool = True
    nullable: bool = False
    default: object = ABSENT
    doc: str = field(default="", compare=False)


@dataclass(frozen=True)
class Record:
    """A message.

    Attributes:
        fields: By their names on the wire.
        reserved: Fields that it once had, with their numbers, which no other field may have.
        closed: Whether readers refuse fields that it does not declare.
        others: The type of fields that it does not declare; None where each may be anything.
        bounds: Of the number of its fields, and what else documents of others ask of one.
    """

    fields: Mapping[str, Field]
    reserved: Mapping[str, int] = field(default_factory=dict[str, int])
    closed: bool = False
    others: "Type | None" = None
    bounds: Mapping[str, object] = field(default_factory=dict[str, object])
    doc: str = field(default="", compare=False)


@dataclass(frozen=True)
class Enumeration:
    """An enum: its members with their numbers.

    Attributes:
        closed: Whether readers refuse members that they do not know.
    """

    members: Mapping[str, int]
    closed: bool = False
    reserved: Mapping[str, int] = field(default_factory=dict[str, int])
    doc: str = field(default="", compare=False)


@dataclass(frozen=True)
class Operation:
    """One operation; request and answer are the names of messages, errors those of errors.

    Attributes:
        request_headers: The name of what travels as headers of the request; empty for none, `ANY_HEADERS` for whatever there is.
        headers: The same of the answer.
        trailers: The same of what comes after the answer.
        max_request_bytes: The most that a request may have.
        max_response_bytes: The same of an answer, or of each item of a stream.
        cache_s: For how long caches may keep an answer, in seconds; 0 for not at all.
        cache: Which caches may.
    """

    kind: str
    idempotent: bool
    streams: bool
    deadline_s: float
    request: str
    answer: str
    errors: tuple[str, ...] = ()
    request_headers: str = ""
    headers: str = ""
    trailers: str = ""
    max_request_bytes: int = DEFAULT_MESSAGE_BYTES
    max_response_bytes: int = DEFAULT_MESSAGE_BYTES
    cache_s: int = 0
    cache: str = "private"
    doc: str = field(default="", compare=False)

    @property
    def limits(self) -> Mapping[str, int]:
        """What it declares of how large its messages may be, by the name under which it does."""
        return unusual_limits(self.max_request_bytes, self.max_response_bytes)

    @property
    def cache_control(self) -> str:
        """What an answer says to caches; empty where none may keep it."""
        return cache_control(self.cache_s, self.cache)


@dataclass(frozen=True)
class Failure:
    """A declared error: its status, the name of the message that holds its fields, and the text that callers read."""

    status: str
    message: str
    doc: str = field(default="", compare=False)


class Happening(msgspec.Struct, frozen=True):
    """An event: the name of its message, and the field that keeps events in order; empty where none does."""

    message: str
    key: str = ""


@dataclass(frozen=True)
class Contract:
    """All that callers can see of a contract.

    Attributes:
        name: With its major version: `marketplace.search.v1`.
        version: Minor version and patch within it, as `1.4.0`; empty where it was never locked.
        operations: By their names on the wire.
        sunset: The day after which it may be gone.
        deprecated: The day from which on it is deprecated.
        unions: For each field that holds one of several types, as `Order.payment`: the numbers of all keys that it ever had.
    """

    name: str
    service: str
    owner: str
    operations: Mapping[str, Operation]
    messages: Mapping[str, Record]
    enums: Mapping[str, Enumeration] = field(default_factory=dict[str, Enumeration])
    errors: Mapping[str, Failure] = field(default_factory=dict[str, Failure])
    events: Mapping[str, Happening] = field(default_factory=dict[str, Happening])
    version: str = ""
    stability: Stability = Stability.STABLE
    sunset: date | None = None
    deprecated: date | None = None
    unions: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])
    doc: str = field(default="", compare=False)

    @property
    def family(self) -> str:
        """Its name without the major version."""
        return self.name.rpartition(".")[0]

    @property
    def major(self) -> int:
        """The number behind the `v` of its name; 1 where there is none."""
        digits = self.name.rpartition(".v")[2]
        return int(digits) if digits.isdecimal() else 1


def parts_of(of: Type) -> Iterator[Type]:
    """The types that one is made of."""
    match of:
        case ListOf(item=part) | MapOf(value=part):
            yield part
        case TupleOf(parts=parts):
            yield from parts
        case OneOf(members=members):
            yield from members.values()
        case _:
            return


def union_in(type_: Type) -> OneOf | None:
    """The union that a field holds, alone, in a list or in a map."""
    while isinstance(type_, ListOf | MapOf):
        type_ = type_.item if isinstance(type_, ListOf) else type_.value
    return type_ if isinstance(type_, OneOf) else None
