"""A contract class → its description: names, operations, codecs. All violations at once."""

import inspect
import math
import re
import typing
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, get_args, get_origin

import msgspec

from plures.errors import Violation

from .codec import Codec, Field, MessageType, OptionalType, camel, is_spellable, pascal, takes_in_order
from .declare import CONTRACT, OPERATION, ContractDeclaration, OperationDeclaration
from .error import ContractError, field_names
from .reading import UNRESOLVABLE, TypeReader, is_message

_CONTRACT_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\.v[1-9]\d*")
_STREAM_ORIGINS: Final = (AsyncIterator, typing.AsyncIterator)


@dataclass(frozen=True)
class ErrorDescription:
    """A declared error: its full name on the wire and the codec of its fields."""

    name: str
    python: type[ContractError]
    codec: Codec


@dataclass(frozen=True)
class OperationDescription:
    """One operation of a contract.

    Attributes:
        name: The method's name.
        path: `/<package>.<Contract>/<Operation>`, as in the URL.
        wraps_answer: Whether the answer travels as `{"value": …}` rather than as itself.
        signature: The method's, without `self`.
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

    @property
    def full_name(self) -> str:
        """`<package>.<Contract>/<Operation>`."""
        return self.path[1:]

    @cached_property
    def is_positional(self) -> bool:
        """Whether the request's fields are the parameters in their order, and all of these may be passed by position."""
        return takes_in_order(self.signature, [field.name for field in self.request.message.fields])

    def request_of(self, *args: Any, **kwargs: Any) -> Any:
        """The request message of a call's arguments; raises `TypeError` where they do not fit the signature."""
        bound = self.signature.bind(*args, **kwargs)
        return self.request.message.python(**bound.arguments)


@dataclass(frozen=True)
class ContractDescription:
    """A contract, read from its class.

    Attributes:
        capability: The part of the name before the version: `search` of `marketplace.search.v1`.
        service: The name on the wire: `marketplace.search.v1.Search`.
    """

    python: type
    name: str
    capability: str
    service: str
    owner: str
    doc: str
    operations: Mapping[str, OperationDescription]


def is_contract(annotation: object) -> bool:
    """Whether `@contract` was put on this very class."""
    return isinstance(annotation, type) and CONTRACT in vars(annotation)


def describe(python: type) -> tuple[ContractDescription, list[Violation]]:
    """Read a contract class. With violations, the description must not be used."""
    reader = TypeReader()
    declared: ContractDeclaration = vars(python)[CONTRACT]
    where = f"contract {python.__qualname__}"
    if not _CONTRACT_NAME.fullmatch(declared.name):
        fix = "Name it like 'shop.search.v1': dotted lower-case words, the major version last."
        reader.violate("name", where, f"{declared.name!r} is not a contract name", fix)
    if not declared.owner.strip():
        reader.violate("owner", where, "nobody owns it", "Pass owner='team' to @contract.")
    service = f"{declared.name}.{python.__name__}"
    methods = {name: method for name, method in _methods(python).items() if _is_operation(name, method, where, reader)}
    operations = {name: _Operation(reader, service, python, method).describe() for name, method in methods.items()}
    if not methods:
        reader.violate("empty", where, "it has no operations", "Declare at least one method with @query or @command.")
    capability = declared.name.rsplit(".", 2)[-2] if declared.name.count(".") > 0 else declared.name
    doc = inspect.cleandoc(python.__doc__ or "")
    description = ContractDescription(python, declared.name, capability, service, declared.owner, doc, operations)
    return description, reader.violations


def _methods(python: type) -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for base in reversed(python.__mro__):
        if base.__module__ not in ("typing", "typing_extensions", "builtins"):
            found |= {name: value for name, value in vars(base).items() if inspect.isfunction(value)}
    return {name: method for name, method in found.items() if not name.startswith("_")}


def _is_operation(name: str, method: Callable[..., Any], where: str, reader: TypeReader) -> bool:
    if not hasattr(method, OPERATION):
        fix = "Put @query(...) or @command(...) on it, or move it out of the contract."
        reader.violate("undeclared_operation", f"{where}.{name}", "the method is neither a query nor a command", fix)
        return False
    if not is_spellable(name):
        reader.violate(
            "operation_name",
            f"{where}.{name}",
            "peers cannot spell the name",
            "Use lower-case words joined by single underscores.",
        )
    return True


class _Operation:
    """Reads one method of a contract."""

    def __init__(self, reader: TypeReader, service: str, contract: type, method: Callable[..., Any]) -> None:
        self._reader = reader
        self._service = service
        self._method = method
        self._where = f"{contract.__name__}.{method.__name__}"
        self._declaration: OperationDeclaration = getattr(method, OPERATION)

    def describe(self) -> OperationDescription:
        hints = self._hints()
        signature = inspect.signature(self._method)
        signature = signature.replace(parameters=list(signature.parameters.values())[1:])
        if not 0 < self._declaration.deadline_s < math.inf:
            self._reader.violate(
                "deadline",
                self._where,
                "the deadline is no length of time",
                "Pass deadline_s=… in seconds, more than 0.",
            )
        names = [kind.__name__ for kind in self._declaration.errors]
        for name in sorted({name for name in names if names.count(name) > 1}):
            what = f"two of its errors are called {name!r}, and peers tell them apart by name"
            self._reader.violate("error_name", self._where, what, "Give each error class its own name.")
        streams = get_origin(hints.get("return")) in _STREAM_ORIGINS
        answer, wraps = self._answer(hints, streams=streams)
        return OperationDescription(
            name=self._method.__name__,
            path=f"/{self._service}/{pascal(self._method.__name__)}",
            declaration=self._declaration,
            streams=streams,
            request=Codec(self._request(signature, hints)),
            answer=Codec(answer),
            wraps_answer=wraps,
            errors=tuple(self._error(kind) for kind in self._declaration.errors),
            signature=signature,
        )

    def _hints(self) -> dict[str, Any]:
        try:
            return typing.get_type_hints(self._method, include_extras=True)
        except UNRESOLVABLE as error:
            fix = "Import the name at run time; a name under `if TYPE_CHECKING:` is not enough."
            self._reader.violate("undeclared_type", self._where, f"annotation cannot be resolved: {error}", fix)
            return {}

    def _request(self, signature: inspect.Signature, hints: dict[str, Any]) -> MessageType:
        fields: list[Field] = []
        for parameter in signature.parameters.values():
            where = f"{self._where}({parameter.name})"
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                self._reader.violate(
                    "parameter", where, "an open list of parameters has no wire form", "Name each parameter."
                )
            elif parameter.name not in hints:
                self._reader.violate("undeclared_type", where, "has no type", "Annotate it.")
            else:
                default = Field.REQUIRED if parameter.default is parameter.empty else parameter.default
                fields.append(self._reader.field(parameter.name, hints[parameter.name], default, where))
        return _message(f"{pascal(self._method.__name__)}Request", fields, hints)

    def _answer(self, hints: dict[str, Any], *, streams: bool) -> tuple[MessageType, bool]:
        annotation, where = hints.get("return", type(None)), f"{self._where} -> "
        is_coroutine = inspect.iscoroutinefunction(self._method)
        if "return" not in hints:
            self._reader.violate(
                "undeclared_type", where, "has no return type", "Annotate it; -> None where nothing is returned."
            )
        elif streams and is_coroutine:
            self._reader.violate(
                "stream",
                where,
                "`async def` would return an iterator that must be awaited first",
                "Declare it with plain `def`; implement it with `async def` and `yield`.",
            )
        elif not streams and not is_coroutine:
            self._reader.violate("not_async", where, "is not a coroutine", "Declare it with `async def`.")
        if streams:
            annotation = get_args(annotation)[0]
        name = f"{pascal(self._method.__name__)}Response"
        if annotation is type(None):
            return _message(name, [], {}), True
        if isinstance(annotation, type) and is_message(annotation):
            return self._reader.message(annotation), False
        return _message(
            name, [Field("value", "value", self._reader.read(annotation, where))], {"value": annotation}
        ), True

    def _error(self, kind: type[ContractError]) -> ErrorDescription:
        where = f"error {kind.__qualname__}"
        try:
            hints = typing.get_type_hints(kind, include_extras=True)
        except UNRESOLVABLE as error:
            self._reader.violate(
                "undeclared_type", where, f"annotation cannot be resolved: {error}", "Import the name at run time."
            )
            hints = {}
        fields: list[Field] = []
        for name in field_names(kind):
            default = getattr(kind, name, Field.REQUIRED)
            fields.append(self._reader.field(name, hints.get(name, object), default, f"{where}.{name}"))
            if name in ("what", "why", "fix", "code", "status", "fields", "args"):
                self._reader.violate(
                    "field_name", f"{where}.{name}", "every error already has this attribute", "Choose another name."
                )
        package = self._service.rpartition(".")[0]
        return ErrorDescription(f"{package}.{kind.__name__}", kind, Codec(_message(kind.__name__, fields, hints)))


def _message(name: str, fields: list[Field], hints: dict[str, Any]) -> MessageType:
    """A message class that nobody wrote: a request, a wrapped answer, the fields of an error."""
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
