"""What an operation declares beside its messages → `Beside`. Finds all violations at once."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from plures.contract.codec import EnumType, LiteralType, MessageType, ScalarType
from plures.contract.declare import OperationDeclaration
from plures.contract.wellknown import AnyMessage

from . import rules
from .headers_type import HeadersType, header_name, part_of
from .kinds import AnyHeaders, Headers
from .reserved import is_reserved


class Beside(msgspec.Struct, frozen=True):
    """What travels beside the messages of an operation; None each where nothing is declared.

    Attributes:
        parameter: The parameter that holds the headers of the request; empty where there is none.
    """

    parameter: str = ""
    request: HeadersType | None = None
    answer: HeadersType | None = None
    trailers: HeadersType | None = None

    @property
    def tells(self) -> bool:
        """Whether something comes with the answer."""
        return self.answer is not None or self.trailers is not None


def is_headers(annotation: object) -> bool:
    """Whether a parameter of that type travels as headers."""
    return isinstance(annotation, type) and issubclass(annotation, Headers)


def read_beside(
    declaration: OperationDeclaration,
    parameters: Iterable[tuple[str, Any]],
    read: Callable[[Any, str], MessageType],
    where: str,
    report: Callable[..., None],
) -> Beside | None:
    """What an operation declares; None where that is nothing.

    Args:
        parameters: The names and annotations of those that are headers.
        read: Reads a class as a message.
        report: Takes a rule that is broken, where, and the values of its text.
    """

    def kind(python: Any, at: str) -> HeadersType | None:
        if python is None:
            return None
        if not is_headers(python) or python is Headers:
            report(rules.HEADERS_CLASS, at, type=getattr(python, "__name__", repr(python)))
            return None
        if issubclass(python, AnyHeaders):
            if python is not AnyHeaders:
                report(rules.HEADERS_CLASS, at, type=python.__name__)
            return HeadersType(AnyHeaders, MessageType(AnyHeaders, "AnyHeaders"))
        message = read(python, at)
        _check_fields(message, python.__qualname__, report)
        return HeadersType(python, message)

    found = list(parameters)
    if len(found) > 1:
        report(rules.HEADERS_TWICE, where, names=" and ".join(name for name, _ in found))
    name, annotation = found[0] if found else ("", None)
    beside = Beside(
        name,
        kind(annotation, f"{where}({name})"),
        kind(declaration.headers, f"{where} headers"),
        kind(declaration.trailers, f"{where} trailers"),
    )
    if beside.tells and declaration.key:
        report(rules.HEADERS_KEY, where, key=declaration.key)
    return beside if beside.tells or beside.request is not None else None


def _check_fields(message: MessageType, where: str, report: Callable[..., None]) -> None:
    for field in message.fields:
        name, part = header_name(field), part_of(field.type)
        at = f"{where}.{field.name}"
        if not isinstance(part, ScalarType | EnumType | LiteralType) or part.python is AnyMessage:
            report(rules.HEADER_TYPE, at)
        if is_reserved(name):
            report(rules.HEADER_NAME, at, name=name)
        elif isinstance(part, ScalarType) and part.python is not bytes and name.endswith("-bin"):
            report(rules.HEADER_BINARY, at, name=name)
