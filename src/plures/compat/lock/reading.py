"""A lock file → the contract as values. Finds all that is wrong with it at once."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from plures.compat.model import (
    ABSENT,
    ANY_HEADERS,
    BOUNDS,
    KINDS,
    Choice,
    Contract,
    Enumeration,
    Failure,
    Field,
    Happening,
    ListOf,
    MapOf,
    Named,
    OneOf,
    Operation,
    Record,
    Scalar,
    TupleOf,
    Type,
    parts_of,
)
from plures.contract import Stability
from plures.errors import InvalidInput, Violation

from . import errors
from .form import FieldForm, LockForm, OperationForm, TypeForm
from .writing import FORMAT

_CONFLICT: Final = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( |$)", re.MULTILINE)


def read_lock(text: str, name: str) -> Contract:
    """Read a lock file.

    Args:
        name: Of the file, for messages.

    Raises:
        InvalidInput: With one violation for each thing that is wrong.
    """
    conflict = _CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        raise InvalidInput(name, [errors.CONFLICT.broken(f"{name}, line {line}")])
    try:
        document: dict[str, Any] = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(name, [errors.NOT_TOML.broken(name, problem=str(error))]) from None
    found = document.get("lock")
    if isinstance(found, int) and found > FORMAT:
        raise InvalidInput(name, [errors.TOO_NEW.broken(name, found=found, known=FORMAT)])
    try:
        form = msgspec.convert(document, LockForm)
        contract = _Reader(form, name).contract()
    except (msgspec.ValidationError, ValueError) as error:
        raise InvalidInput(name, [errors.FORM.broken(name, problem=str(error))]) from None
    return contract


@dataclass
class _Reader:
    form: LockForm
    name: str
    violations: list[Violation] = field(default_factory=list[Violation])

    def contract(self) -> Contract:
        form = self.form
        operations = {name: _operation(each) for name, each in form.operations.items()}
        messages = {name: self._record(name, fields) for name, fields in form.messages.items()}
        enums = {name: self._enum(name, members) for name, members in form.enums.items()}
        contract = Contract(
            name=form.contract,
            service=form.service,
            owner=form.owner,
            operations=operations,
            messages=messages,
            enums=enums,
            errors={name: Failure(each.status, each.message) for name, each in form.errors.items()},
            events={name: Happening(each.message, each.key) for name, each in form.events.items()},
            version=form.version,
            stability=Stability(form.stability),
            sunset=form.sunset,
            deprecated=form.deprecated,
            unions=form.unions,
        )
        for place, numbers in form.unions.items():
            self._unique(f"unions.{place}", [(number, key) for key, number in numbers.items()])
        self.violations.extend(self._dangling(contract))
        if self.violations:
            raise InvalidInput(self.name, self.violations)
        return contract

    def _record(self, name: str, fields: Mapping[str, FieldForm]) -> Record:
        read = {each: self._field(form, f"{name}.{each}") for each, form in fields.items()}
        reserved = self.form.reserved.get(name, {})
        self._unique(f"messages.{name}", [*((each.number, key) for key, each in read.items()), *_turned(reserved)])
        return Record(read, reserved)

    def _enum(self, name: str, members: Mapping[str, int]) -> Enumeration:
        reserved = self.form.reserved.get(name, {})
        return Enumeration(members, name in self.form.closed, reserved)

    def _unique(self, where: str, numbers: Sequence[tuple[int, str]]) -> None:
        for number in sorted({number for number, _ in numbers if number}):
            names = [name for each, name in numbers if each == number]
            if len(names) > 1:
                at = f"{self.name}, [{where}]"
                self.violations.append(errors.NUMBER_CLASH.broken(at, names=" and ".join(names), number=number))

    def _field(self, form: FieldForm, where: str) -> Field:
        default = ABSENT if form.default is msgspec.UNSET else form.default
        return Field(self._type(form, where), form.number, form.required, form.nullable, default)

    def _type(self, form: TypeForm | str, where: str) -> Type:  # noqa: PLR0911 - a table of cases
        if isinstance(form, str):
            return Scalar(form) if form in KINDS else Named(form)
        bounds = {name: value for name in BOUNDS if (value := getattr(form, name)) is not None}
        if form.list_ is not None:
            return ListOf(self._type(form.list_, where), bounds)
        if form.map_ is not None:
            return MapOf(self._type(form.map_, where))
        if form.tuple_ is not None:
            return TupleOf(tuple(self._type(each, where) for each in form.tuple_))
        if form.oneof is not None:
            return OneOf({key: self._type(each, where) for key, each in form.oneof.items()})
        if form.choice is not None:
            return Choice(tuple(form.choice))
        if form.type_ is None:
            self.violations.append(errors.FORM.broken(f"{self.name}, {where}", problem="it has no type"))
        kind = form.type_ or "string"
        return Scalar(kind, bounds) if kind in KINDS else Named(kind)

    def _dangling(self, contract: Contract) -> Iterator[Violation]:
        """Names of what the file does not have."""
        named = [(f"[operations.{n}]", each) for n, o in contract.operations.items() for each in (o.request, o.answer)]
        named += [(f"[errors.{n}]", each.message) for n, each in contract.errors.items()]
        named += [(f"[events.{n}]", each.message) for n, each in contract.events.items()]
        named += [
            (f"[operations.{n}]", each)
            for n, o in contract.operations.items()
            for each in (o.request_headers, o.headers, o.trailers)
            if each and each != ANY_HEADERS
        ]
        for where, name in named:
            if name not in contract.messages:
                yield errors.UNKNOWN_NAME.broken(f"{self.name}, {where}", name=name)
        for name, operation in contract.operations.items():
            for error in operation.errors:
                if error not in contract.errors:
                    yield errors.UNKNOWN_NAME.broken(f"{self.name}, [operations.{name}]", name=error)
        for name, record in contract.messages.items():
            for key, each in record.fields.items():
                for part in named_in(each.type):
                    if part not in contract.messages and part not in contract.enums:
                        yield errors.UNKNOWN_NAME.broken(f"{self.name}, [messages.{name}] {key}", name=part)


def named_in(type_: Type) -> Iterator[str]:
    """The messages and enums that a type names, however deep."""
    if isinstance(type_, Named):
        yield type_.name
    for part in parts_of(type_):
        yield from named_in(part)


def _operation(form: OperationForm) -> Operation:
    return Operation(
        kind=form.kind,
        idempotent=form.idempotent or form.kind == "query",
        streams=form.streams,
        deadline_s=form.deadline_s,
        request=form.request,
        answer=form.answer,
        errors=tuple(form.errors),
        request_headers=form.request_headers,
        headers=form.headers,
        trailers=form.trailers,
        max_request_bytes=form.max_request_bytes,
        max_response_bytes=form.max_response_bytes,
        cache_s=form.cache_s,
        cache=form.cache,
    )


def _turned(reserved: Mapping[str, int]) -> list[tuple[int, str]]:
    return [(number, f"{name} (removed)") for name, number in reserved.items()]
