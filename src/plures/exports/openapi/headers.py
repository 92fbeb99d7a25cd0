"""What an operation declares to travel beside its messages: headers of the request and of the answer, trailers."""

from collections.abc import Iterator
from typing import Any

from plures.compat import Contract, Field, ListOf, Operation, Scalar, Type
from plures.exports.names import snake
from plures.exports.schema import scalar_in_text

_TRAILER = "trailer-"


def header_parameters(contract: Contract, name: str) -> list[dict[str, Any]]:
    """Those of a request. What is whatever there is has no list."""
    return [
        {"name": header, "in": "header", "required": field.required, **_told(field)}
        for header, field in _fields(contract, name)
    ]


def answer_headers(contract: Contract, operation: Operation) -> dict[str, Any]:
    """Those of an answer, by name. Trailers of an answer that is no stream are headers too, with a word before their names."""
    said = {
        header: {"required": field.required, **_told(field)} for header, field in _fields(contract, operation.headers)
    }
    if not operation.streams:
        trailers = _fields(contract, operation.trailers)
        said |= {f"{_TRAILER}{header}": {"required": field.required, **_told(field)} for header, field in trailers}
    return said


def _fields(contract: Contract, name: str) -> Iterator[tuple[str, Field]]:
    record = contract.messages.get(name)
    for key, field in record.fields.items() if record else ():
        header = snake(key).replace("_", "-")
        is_bytes = isinstance(_item(field.type), Scalar) and getattr(_item(field.type), "kind", "") == "bytes"
        yield header + ("-bin" if is_bytes else ""), field


def _told(field: Field) -> dict[str, Any]:
    schema = scalar_in_text(_item(field.type))
    # A list is a line for each of its items.
    schema = {"type": "array", "items": schema} if isinstance(field.type, ListOf) else schema
    return {**({"description": field.doc} if field.doc else {}), "schema": schema}


def _item(type_: Type) -> Type:
    return type_.item if isinstance(type_, ListOf) else type_
