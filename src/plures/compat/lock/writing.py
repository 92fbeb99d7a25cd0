"""A contract as values → its lock file."""

from collections.abc import Mapping
from typing import Final

from plures.compat.model import (
    ABSENT,
    BOUNDS,
    Choice,
    Contract,
    Field,
    ListOf,
    MapOf,
    Named,
    OneOf,
    Operation,
    Scalar,
    TupleOf,
    Type,
)
from plures.contract import Stability

from .toml import table_text, value_text

FORMAT: Final = 1
_HEAD: Final = (
    "# {name} as it was promised. `plures contract lock` writes this file: read it in review, and edit the contract.\n"
)


def lock_text(contract: Contract) -> str:
    """The text of the lock file, the same for the same contract."""
    top: dict[str, object] = {
        "lock": FORMAT,
        "contract": contract.name,
        "service": contract.service,
        "version": contract.version,
        "owner": contract.owner,
    }
    if contract.stability is not Stability.STABLE:
        top["stability"] = contract.stability.value
    if contract.deprecated is not None:
        top["deprecated"] = contract.deprecated
    if contract.sunset is not None:
        top["sunset"] = contract.sunset
    closed = sorted(name for name, enum in contract.enums.items() if enum.closed)
    if closed:
        top["closed"] = closed
    texts = [_HEAD.format(name=contract.name) + "".join(f"{key} = {value_text(each)}\n" for key, each in top.items())]
    for name, operation in contract.operations.items():
        texts.append(table_text(("operations", name), _operation(operation)))
    for name, error in contract.errors.items():
        texts.append(table_text(("errors", name), {"status": error.status, "message": error.message}))
    for name, event in contract.events.items():
        texts.append(
            table_text(("events", name), {"message": event.message} | ({"key": event.key} if event.key else {}))
        )
    for name, record in sorted(contract.messages.items()):
        texts.append(table_text(("messages", name), {field: _field(each) for field, each in record.fields.items()}))
    texts += [table_text(("enums", name), dict(enum.members)) for name, enum in sorted(contract.enums.items())]
    texts += [table_text(("unions", name), dict(numbers)) for name, numbers in sorted(contract.unions.items())]
    for name, reserved in sorted(
        (name, dict(each.reserved))
        for kind in (contract.messages, contract.enums)
        for name, each in kind.items()
        if each.reserved
    ):
        texts.append(table_text(("reserved", name), reserved))
    return "\n".join(texts)


def _operation(operation: Operation) -> dict[str, object]:
    form: dict[str, object] = {"kind": operation.kind}
    if operation.kind != "query" and operation.idempotent:
        form["idempotent"] = True
    if operation.streams:
        form["streams"] = True
    form |= {"deadline_s": float(operation.deadline_s), "request": operation.request, "answer": operation.answer}
    if operation.errors:
        form["errors"] = list(operation.errors)
    beside = {
        "request_headers": operation.request_headers,
        "headers": operation.headers,
        "trailers": operation.trailers,
        "cache_s": operation.cache_s,
        "cache": operation.cache if operation.cache == "public" else "",
    }
    return form | {name: each for name, each in beside.items() if each} | dict(operation.limits)


def _field(field: Field) -> dict[str, object]:
    form: dict[str, object] = {"number": field.number, **_type(field.type)}
    if field.required:
        form["required"] = True
    if field.nullable:
        form["nullable"] = True
    if field.default is not ABSENT:
        form["default"] = field.default
    return form


def _type(type_: Type) -> dict[str, object]:  # noqa: PLR0911 - a table of cases
    match type_:
        case Scalar(kind=kind, bounds=bounds):
            return {"type": kind, **_ordered(bounds)}
        case Named(name=name):
            return {"type": name}
        case Choice(values=values):
            return {"choice": list(values)}
        case ListOf(item=item, bounds=bounds):
            return {"list": _part(item), **_ordered(bounds)}
        case MapOf(value=value):
            return {"map": _part(value)}
        case TupleOf(parts=parts):
            return {"tuple": [_part(each) for each in parts]}
        case OneOf(members=members):
            return {"oneof": {key: _part(each) for key, each in members.items()}}


def _part(type_: Type) -> object:
    """A type within another one: its name alone where that says all."""
    form = _type(type_)
    return form["type"] if form.keys() == {"type"} else form


def _ordered(bounds: Mapping[str, object]) -> dict[str, object]:
    return {name: bounds[name] for name in BOUNDS if name in bounds}
