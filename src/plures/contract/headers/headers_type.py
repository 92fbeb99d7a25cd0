"""A value of declared headers → names and texts, and back. Its codec is that of messages, so types and bounds are held in one way."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from plures.contract.codec import (
    Codec,
    Field,
    Malformed,
    MessageType,
    OptionalType,
    Problems,
    ScalarType,
    TupleType,
    WireType,
    decode_base64,
)

from .kinds import AnyHeaders
from .reserved import is_reserved

Pairs: TypeAlias = tuple[tuple[str, str], ...]
"""Names in lower case, and texts; a name may come several times."""

MOST_LINES: Final = 64
MOST_BYTES: Final = 8 * 1024
"""What the headers, or the trailers, of one message may have together. Servers of others take little more."""

BINARY: Final = "-bin"
_NAME: Final = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,100}")
# Visible characters, and spaces between them: readers of HTTP drop those at the ends.
_TEXT: Final = re.compile(r"([!-~]([ -~]*[!-~])?)?")
_BOOLEANS: Final = {"true": True, "false": False}


class HeadersType:
    """How one class of headers travels.

    Attributes:
        python: The class.
        is_any: Whether it takes whatever there is.
        message: Its fields, as those of a message.
        names: Those of its headers; none of `AnyHeaders`.
    """

    def __init__(self, python: type, message: MessageType) -> None:
        self.python = python
        self.message = message
        self.is_any = issubclass(python, AnyHeaders)
        self._codec = None if self.is_any else Codec(message)
        self._fields = {header_name(field): field for field in message.fields} if not self.is_any else {}
        self.names = tuple(self._fields)

    def pairs(self, value: Any) -> Pairs:
        """Names and texts; raises `Malformed` with all that is wrong."""
        problems, pairs = Problems(), Pairs()
        if type(value) is not self.python:
            problems.add("", f"expected {self.python.__name__}, got {type(value).__name__}")
        elif isinstance(value, AnyHeaders):
            pairs = tuple(value.pairs)
        else:
            pairs = tuple(self._written(value, problems))
        if not problems:
            _check(pairs, problems)
        if problems:
            raise Malformed(problems)
        return pairs

    def read(self, pairs: Iterable[tuple[str, str]]) -> Any:
        """The value that these say, or None where none of them belongs to it; raises `Malformed`. All others are passed over."""
        if self.is_any:
            kept = tuple((name, text) for name, text in pairs if not is_reserved(name))
            return AnyHeaders(kept) if kept else None
        found: dict[str, list[str]] = {}
        for name, text in pairs:
            if name in self._fields:
                found.setdefault(name, []).append(text)
        return self._value(found) if found else None

    def json_schema(self) -> dict[str, object]:
        """By names of headers, what each line holds; `*` where there is whatever there is."""
        if self.is_any:
            return {"*": {"type": "string"}}
        return {name: field.type.json_schema() for name, field in self._fields.items()}

    def default(self) -> Any:
        """What no headers at all say; raises `Malformed` where one is required."""
        return AnyHeaders() if self.is_any else self._value({})

    def _value(self, found: dict[str, list[str]]) -> Any:
        problems, data = Problems(), dict[str, object]()
        for name, texts in found.items():
            field = self._fields[name]
            try:
                data[field.wire_name] = _datum(field.type, texts)
            except ValueError as error:
                problems.add(name, str(error))
        value = self.message.decode(data, "", problems)
        if problems:
            raise Malformed(problems)
        return value

    def _written(self, value: Any, problems: Problems) -> Iterable[tuple[str, str]]:
        data: Any = self.message.encode(value, "", problems)
        # Where the call stays in the process, nothing else would hold it to its bounds.
        self.message.decode(data, "", problems)
        for name, field in self._fields.items() if not problems else ():
            datum: Any = data.get(field.wire_name)
            lines: list[Any] = [] if datum is None else [*datum] if _is_several(field.type) else [datum]
            for each in lines:
                yield name, _text(each, field.type)


def header_name(field: Field) -> str:
    """What a field is called as a header."""
    name = field.name.replace("_", "-")
    return name + BINARY if _scalar(field.type) is bytes else name


def part_of(wire_type: WireType) -> WireType:
    """The type of one line: within what may be None or several."""
    while isinstance(wire_type, OptionalType | TupleType):
        wire_type = wire_type.parts[0]
    return wire_type


def _scalar(wire_type: WireType) -> type | None:
    part = part_of(wire_type)
    return part.python if isinstance(part, ScalarType) else None


def _is_several(wire_type: WireType) -> bool:
    inner = wire_type.parts[0] if isinstance(wire_type, OptionalType) else wire_type
    return isinstance(inner, TupleType)


def _text(datum: object, wire_type: WireType) -> str:
    if isinstance(datum, bool):
        return "true" if datum else "false"
    text = str(datum)
    # Other peers of the protocol leave the padding out.
    return text.rstrip("=") if _scalar(wire_type) is bytes else text


def _datum(wire_type: WireType, texts: list[str]) -> object:
    """What a field is given of its lines, as JSON; raises `ValueError`."""
    scalar = _scalar(wire_type)
    if scalar is bytes:
        # Proxies may have joined lines, and base64 has no comma.
        texts = [part.strip() for text in texts for part in text.split(",")]
        if not all(map(_is_base64, texts)):
            message = "not base64"
            raise ValueError(message)
    if scalar is bool:
        unknown = next((text for text in texts if text not in _BOOLEANS), None)
        if unknown is not None:
            message = f"expected true or false, got {unknown[:40]!r}"
            raise ValueError(message)
    data: list[object] = [_BOOLEANS[text] if scalar is bool else text for text in texts]
    if _is_several(wire_type):
        return data
    if len(data) > 1:
        message = f"it came {len(data)} times, and is declared once"
        raise ValueError(message)
    return data[0]


def _is_base64(text: str) -> bool:
    try:
        decode_base64(text)
    except ValueError:
        return False
    return True


def broken_pairs(pairs: Iterable[tuple[str, str]]) -> Sequence[str]:
    """What is wrong with names and texts that are to be sent."""
    problems = Problems()
    _check(tuple(pairs), problems)
    return tuple(problems)


def _check(pairs: Pairs, problems: Problems) -> None:
    """What may not stand in the head of a message: a line break would begin a header that no contract declares."""
    for name, text in pairs:
        if not _NAME.fullmatch(name):
            problems.add(name[:40], "it is no name of a header")
        elif is_reserved(name):
            problems.add(name, "the name belongs to HTTP, to the protocol or to Plures")
        elif not _TEXT.fullmatch(text):
            problems.add(
                name, "it must be visible ASCII, without spaces at its ends; declare it as bytes for anything else"
            )
        elif name.endswith(BINARY) and not all(_is_base64(part.strip()) for part in text.split(",")):
            problems.add(name, "it ends in -bin, and is not base64")
    if len(pairs) > MOST_LINES:
        problems.add("", f"they are {len(pairs)} lines, and at most {MOST_LINES} may be sent")
    size = sum(len(name) + len(text) + 4 for name, text in pairs)
    if size > MOST_BYTES:
        problems.add("", f"they have {size:,} bytes, and at most {MOST_BYTES:,} may be sent")
