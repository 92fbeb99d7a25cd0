"""What a contract says, as values: names, operations, codecs."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import msgspec

from plures.errors import CallError, Outcome

from .codec import Codec, Field, MessageType, OptionalType, takes_in_order
from .declare import OperationDeclaration, Stability
from .error import AnyError, ContractError
from .foreign import made_again, values_of
from .headers import Beside
from .message import Event
from .names import camel


class EventDescription(msgspec.Struct, frozen=True):
    """A declared event.

    Attributes:
        name: On the wire: `marketplace.orders.v1.OrderPlaced`.
        key: The field whose value keeps events in order; empty where there is none.
    """

    name: str
    python: type[Event]
    key: str
    codec: Codec

    def key_of(self, event: Event) -> str:
        """The key of one event; empty where it has none."""
        return (getattr(event, self.key) or "") if self.key else ""


class ErrorDescription(msgspec.Struct, frozen=True):
    """A declared error: its full name on the wire and the codec of its fields.

    Attributes:
        original: The exception of the application that services raise and callers get; `python` carries it in between.
    """

    name: str
    python: type[ContractError]
    codec: Codec
    original: type[Exception] | None = None

    def seen(self, error: ContractError) -> Exception:
        """What callers get."""
        return error if self.original is None else made_again(self.original, error.fields)


@dataclass(frozen=True)
class OperationDescription:
    """One operation of a contract.

    Attributes:
        name: The method's name.
        path: `/<package>.<Contract>/<Operation>`, as in the URL.
        wraps_answer: Whether the answer travels as `{"value": …}` rather than as itself.
        signature: The method's, without `self`.
        blocks: Whether the contract has it as a plain `def`, so that it is called without `await`.
        beside: What travels beside its messages; None where it declares no headers and no trailers.
    """

    name: str
    path: str
    declaration: OperationDeclaration
    streams: bool
    request: Codec
    answer: Codec
    wraps_answer: bool
    errors: tuple[ErrorDescription, ...]
    signature: inspect.Signature
    blocks: bool = False
    beside: Beside | None = None

    @property
    def full_name(self) -> str:
        """`<package>.<Contract>/<Operation>`."""
        return self.path[1:]

    @property
    def wire_name(self) -> str:
        """What the wire calls it: `PlaceOrder` of `place_order`."""
        return self.path.rpartition("/")[2]

    @property
    def capability(self) -> str:
        """The capability that its contract belongs to: `search` of `marketplace.search.v1`."""
        return self.path.split(".")[-3].removeprefix("/")

    @property
    def version(self) -> str:
        """That of its contract: `v1` of `marketplace.search.v1`."""
        return self.path.split(".")[-2]

    @cached_property
    def is_positional(self) -> bool:
        """Whether the request's fields are the parameters in their order, and all of these may be passed by position."""
        return takes_in_order(self.signature, [field.name for field in self.request.message.fields])

    def prepare(self) -> None:
        """Make its codecs ready, so that its first call over the wire is no slower than the next one."""
        self.request.prepare()
        self.answer.prepare()

    def declared_by(self, error: BaseException) -> ContractError | None:
        """The declared error that a service has raised; None of any other."""
        for each in self.errors:
            if isinstance(error, ContractError):
                if type(error) is each.python:
                    return error
            elif isinstance(error, Exception) and type(error) is each.original:
                return each.python(**values_of(error))
        return None

    def seen_by_callers(self, error: Exception) -> Exception:
        """What callers get of the failure of a call."""
        if not isinstance(error, ContractError):
            return error
        if isinstance(error, AnyError):
            failure = CallError.of(error.status, self.full_name, error.what, outcome=Outcome.MAY_HAVE_RUN)
            failure.error_details = error.error_details
            return failure
        return next((each.seen(error) for each in self.errors if each.python is type(error)), error)

    def request_of(self, *args: Any, **kwargs: Any) -> Any:
        """The request message of a call's arguments; raises `TypeError` where they do not fit the signature."""
        bound = self.signature.bind(*args, **kwargs)
        if self.beside is not None:
            bound.arguments.pop(self.beside.parameter, None)
        return self.request.message.python(**bound.arguments)

    def headers_of(self, *args: Any, **kwargs: Any) -> Any:
        """The headers among a call's arguments, as it was given or by default; None where the operation takes none."""
        if self.beside is None or not self.beside.parameter:
            return None
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return bound.arguments[self.beside.parameter]


class ContractDescription(msgspec.Struct, frozen=True):
    """A contract, read from its class.

    Attributes:
        capability: The part of the name before the version: `search` of `marketplace.search.v1`.
        service: The name on the wire: `marketplace.search.v1.Search`.
        deprecated: The day from which on it is deprecated, where that was said.
    """

    python: type
    name: str
    capability: str
    service: str
    owner: str
    doc: str
    operations: Mapping[str, OperationDescription]
    events: tuple[EventDescription, ...] = ()
    stability: Stability = Stability.STABLE
    sunset: date | None = None
    deprecated: date | None = None

    @property
    def family(self) -> str:
        """What all its versions share: `marketplace.search` of `marketplace.search.v1`."""
        return self.name.rpartition(".")[0]

    @property
    def version(self) -> str:
        """`v1` of `marketplace.search.v1`."""
        return self.name.rpartition(".")[2]


def message_of(name: str, fields: list[Field], hints: dict[str, Any]) -> MessageType:
    """A message that has no class in the contract: a request, a wrapped answer, the fields of an error."""
    fields = _with_none_as_default(fields)
    required = [field for field in fields if field.default is Field.REQUIRED]
    ordered = [*required, *(field for field in fields if field.default is not Field.REQUIRED)]
    definition: list[Any] = [
        (f.name, hints[f.name]) if f.default is Field.REQUIRED else (f.name, hints[f.name], f.default)
        for f in ordered
        if f.name in hints
    ]
    python = msgspec.defstruct(name, definition, frozen=True, rename=camel)
    message = MessageType(python, name)
    message.fields = tuple(fields)
    return message


def _with_none_as_default(fields: list[Field]) -> list[Field]:
    """Optional fields get None as their default, from the last one backwards as far as the order of the fields allows it."""
    changed = list(fields)
    for n in reversed(range(len(changed))):
        if changed[n].default is Field.REQUIRED:
            if not isinstance(changed[n].type, OptionalType):
                break
            changed[n] = replace(changed[n], default=None)
    return changed
