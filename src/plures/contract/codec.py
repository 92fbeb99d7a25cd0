"""Messages ↔ JSON bytes.

msgspec writes and reads most messages right by itself, five times faster than code of ours could. Whatever it would get
wrong — nulls, integers that JavaScript rounds, types with another JSON form, names in snake case — goes the exact way through
`WireType`. Both ways give the same bytes and values; `tests/property/test_codec.py` holds them to it.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from .composites import MessageType, OptionalType
from .leaves import Leaf
from .wiretype import Problems, reachable

MAX_DEPTH: Final = 64

# Digits become 0 and what may stand before a number becomes ':', so one search finds every integer of 16 digits or more.
_SHAPE: Final = bytes.maketrans(b"[,- \t\r\n123456789", b":::::::000000000")
_WIDE: Final = b":" + b"0" * 16
_TEXT_OR_BRACKET: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|([\[{])|[\]}]', re.DOTALL)


class Malformed(Exception):
    """A value or a body breaks the contract; carries every problem found."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class TooDeep(Exception):
    """A body nests deeper than `MAX_DEPTH`."""


class Codec:
    """Writes and reads the JSON of one message type."""

    def __init__(self, message: MessageType) -> None:
        self.message = message
        kinds = list(reachable(message))
        self._native = all(kind.is_native for kind in kinds)
        self._may_be_null = any(
            isinstance(k, OptionalType) or (isinstance(k, Leaf) and k.python is float) for k in kinds
        )
        self._has_int = any(isinstance(kind, Leaf) and kind.python is int for kind in kinds)
        self._nests_itself = any(below is kind for kind in kinds for part in kind.parts for below in reachable(part))
        self._snake_names = tuple(
            {
                f'"{f.name}"'.encode()
                for k in kinds
                if isinstance(k, MessageType)
                for f in k.fields
                if f.name != f.wire_name
            }
        )
        self._encoder = msgspec.json.Encoder(decimal_format="string")
        self._decoder: msgspec.json.Decoder[Any] = (
            msgspec.json.Decoder(message.python) if self._native else msgspec.json.Decoder()
        )

    def encode(self, value: Any) -> bytes:
        """The JSON of a message.

        Raises:
            Malformed: The value is not what its type says.
            TooDeep: It nests deeper than `MAX_DEPTH`.
        """
        try:
            body = self._encoder.encode(value if self._native else self._exact(value))
            if self._native and not self._is_exact(body):
                body = self._encoder.encode(self._exact(value))
        except (UnicodeEncodeError, TypeError, ValueError, RecursionError) as error:
            problems = Problems()
            problems.add("", str(error))
            raise Malformed(problems) from None
        if self._nests_itself:
            check_depth(body)
        return body

    def decode(self, body: bytes) -> Any:
        """The message in a JSON body.

        Raises:
            Malformed: The body is not JSON or breaks the type; carries every problem.
            TooDeep: It nests deeper than `MAX_DEPTH`.
        """
        check_depth(body)
        if self._native and self._is_plain(body):
            try:
                return self._decoder.decode(body)
            except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
                pass  # The exact way accepts more spellings, and finds all the problems.
        problems = Problems()
        try:
            data = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            problems.add("", f"not JSON: {error}")
            raise Malformed(problems) from None
        value = self.message.decode(data, "", problems)
        if problems:
            raise Malformed(problems)
        return value

    def from_data(self, data: Mapping[str, object]) -> Any:
        """The message in already parsed JSON; raises `Malformed`."""
        problems = Problems()
        value = self.message.decode(data, "", problems)
        if problems:
            raise Malformed(problems)
        return value

    def to_data(self, value: Any) -> Any:
        """The message as plain data that any JSON library can write; raises `Malformed`."""
        return self._exact(value)

    def _exact(self, value: Any) -> object:
        problems = Problems()
        data = self.message.encode(value, "", problems)
        if problems:
            raise Malformed(problems)
        return data

    def _is_exact(self, body: bytes) -> bool:
        return not (self._may_be_null and b"null" in body) and not (self._has_int and has_wide_int(body))

    def _is_plain(self, body: bytes) -> bool:
        if self._has_int and has_wide_int(body):
            return False
        return not any(name in body for name in self._snake_names)


def has_wide_int(body: bytes) -> bool:
    """Whether the JSON has a number that starts with 16 digits; text with such digits is taken for one, which is harmless."""
    return _WIDE in body.translate(_SHAPE)


def check_depth(body: bytes) -> None:
    """Refuse JSON that nests deeper than `MAX_DEPTH`; raises `TooDeep`."""
    if body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return
    depth = 0
    for match in _TEXT_OR_BRACKET.finditer(body):
        if match[1]:
            depth += 1
            if depth > MAX_DEPTH:
                raise TooDeep
        elif match[0][0] != ord('"'):
            depth -= 1
