"""Messages ↔ JSON bytes.

msgspec writes and reads most messages right by itself, five times faster than code of ours could. Whatever it would get
wrong — nulls, integers that JavaScript rounds, types with another JSON form, names in snake case — goes the exact way through
`WireType`. Both ways give the same bytes and values; `tests/property/test_codec.py` holds them to it.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from .composites import Field, MessageType, OptionalType, TupleType
from .leaves import Leaf
from .scalars import Written
from .scanning import check_depth, has_wide_int, null_members
from .wiretype import Problems, WireType, reachable


class Malformed(Exception):
    """A value or a body breaks the contract; carries every problem found."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Codec:
    """Writes and reads the JSON of one message type."""

    def __init__(self, message: MessageType) -> None:
        self.message = message
        kinds = list(reachable(message))
        self._native = all(kind.is_native for kind in kinds)
        fields = [field for kind in kinds if isinstance(kind, MessageType) for field in kind.fields]
        self._nulls = _Nulls(fields)
        self._has_int = any(isinstance(kind, Leaf) and kind.python is int for kind in kinds)
        self._nests_itself = any(below is kind for kind in kinds for part in kind.parts for below in reachable(part))
        # A field that must be there is missed when it comes in snake case; one that need not be would be overlooked.
        self._snake_names = tuple(
            {f'"{f.name}"'.encode() for f in fields if f.name != f.wire_name and f.default is not Field.REQUIRED}
        )
        self._encoder = msgspec.json.Encoder(decimal_format="string")
        self._decoder: msgspec.json.Decoder[Any] = (
            msgspec.json.Decoder(message.python) if self._native else msgspec.json.Decoder()
        )
        has_decimal = any(isinstance(kind, Leaf) and kind.python is Decimal for kind in kinds)
        self._tree = msgspec.json.Decoder(float_hook=Written) if has_decimal else msgspec.json.Decoder()

    def encode(self, value: Any) -> bytes:
        """The JSON of a message.

        Raises:
            Malformed: The value is not what its type says.
            TooDeep: It nests deeper than `MAX_DEPTH`.
        """
        try:
            body = self._natively(value) if self._native else None
            if body is None:
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
            except Exception:  # noqa: BLE001, S110 - a message's own checks may raise anything
                pass  # The exact way accepts more spellings, and finds all the problems.
        problems = Problems()
        try:
            data = self._tree.decode(body)
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

    def _natively(self, value: Any) -> bytes | None:
        body = self._encoder.encode(value)
        if b"null" in body:
            shorter = self._nulls.left_out(body)
            if shorter is None:
                return None
            body = shorter
        return None if self._has_int and has_wide_int(body) else body

    def _is_plain(self, body: bytes) -> bool:
        if self._has_int and has_wide_int(body):
            return False
        return b"_" not in body or not any(name in body for name in self._snake_names)


class _Nulls:
    """What to do about the nulls that msgspec writes: for None, which is left out where it is the default, and for NaN."""

    def __init__(self, fields: list[Field]) -> None:
        optional = [field for field in fields if isinstance(field.type, OptionalType)]
        kept = {field.wire_name for field in optional if field.default is Field.REQUIRED}
        floats = {field.wire_name for field in fields if _has_float(field.type)}
        dropped = {field.wire_name for field in optional} - kept - floats
        self._pattern = null_members(dropped) if dropped else None
        # Where a name says both, or a float may be NaN, bytes alone do not tell which null it is.
        self._is_ambiguous = bool(floats) or any(
            field.wire_name in kept for field in optional if field.default is not Field.REQUIRED
        )

    def left_out(self, body: bytes) -> bytes | None:
        """The body without the nulls that the wire form leaves out; None where only the exact way can tell."""
        if self._pattern is not None:
            body = self._pattern.sub(b"", body)
        return None if self._is_ambiguous and b"null" in body else body


def _has_float(wire_type: WireType) -> bool:
    if isinstance(wire_type, TupleType | OptionalType):
        return any(_has_float(part) for part in wire_type.parts)
    return isinstance(wire_type, Leaf) and wire_type.python is float
