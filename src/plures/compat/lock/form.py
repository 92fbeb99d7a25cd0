"""A lock file as its reader sees it: the tables and keys that may stand in it. `msgspec` says where one does not fit."""

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from plures.contract import DEFAULT_MESSAGE_BYTES

_Bytes: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]


class TypeForm(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A type: one of the first keys says which, and the others are its bounds."""

    type_: str | None = msgspec.field(default=None, name="type")
    list_: "str | TypeForm | None" = msgspec.field(default=None, name="list")
    map_: "str | TypeForm | None" = msgspec.field(default=None, name="map")
    tuple_: "list[str | TypeForm] | None" = msgspec.field(default=None, name="tuple")
    oneof: "dict[str, str | TypeForm] | None" = None
    choice: list[str] | None = None
    ge: int | float | str | None = None
    gt: int | float | str | None = None
    le: int | float | str | None = None
    lt: int | float | str | None = None
    multiple_of: int | float | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


class FieldForm(TypeForm, forbid_unknown_fields=True, omit_defaults=True):
    """A field: its type, its number, and when it is there."""

    number: int = 0
    required: bool = False
    nullable: bool = False
    default: Any = msgspec.UNSET


class OperationForm(msgspec.Struct, forbid_unknown_fields=True):
    """An operation."""

    kind: str
    request: str
    answer: str
    deadline_s: float
    idempotent: bool = False
    streams: bool = False
    errors: list[str] = []
    request_headers: str = ""
    headers: str = ""
    trailers: str = ""
    max_request_bytes: _Bytes = DEFAULT_MESSAGE_BYTES
    max_response_bytes: _Bytes = DEFAULT_MESSAGE_BYTES
    cache_s: Annotated[int, msgspec.Meta(ge=0)] = 0
    cache: Literal["private", "public"] = "private"


class ErrorForm(msgspec.Struct, forbid_unknown_fields=True):
    """A declared error."""

    status: str
    message: str


class EventForm(msgspec.Struct, forbid_unknown_fields=True):
    """An event."""

    message: str
    key: str = ""


class LockForm(msgspec.Struct, forbid_unknown_fields=True):
    """A whole file."""

    lock: int
    contract: str
    service: str
    version: str
    owner: str
    stability: str = "stable"
    sunset: date | None = None
    deprecated: date | None = None
    operations: dict[str, OperationForm] = {}
    errors: dict[str, ErrorForm] = {}
    events: dict[str, EventForm] = {}
    messages: dict[str, dict[str, FieldForm]] = {}
    enums: dict[str, dict[str, int]] = {}
    unions: dict[str, dict[str, int]] = {}
    closed: list[str] = []
    reserved: dict[str, dict[str, int]] = {}
