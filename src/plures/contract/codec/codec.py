"""Messages ↔ JSON bytes: takes the fast way where it may, and else the exact way. The package's docstring tells what both are."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

import msgspec

from .containers import FixedTupleType, MapType, OptionalType, TupleType
from .fast_way import form_of
from .json_bytes import check_depth, has_wide_int, null_members
from .messages import Field, MessageType
from .scalar_json import Written
from .scalars import ScalarType
from .wire_type import Problems, WireType, nests_itself, reachable


class Malformed(Exception):
    """A value or a body breaks the contract; carries every problem found."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Codec:
    """Writes and reads the JSON of one message type; with `exact`, never the fast way."""

    def __init__(self, message: MessageType, *, exact: bool = False) -> None:
        self.message = message
        self._is_exact = exact

    @cached_property
    def _prepared(self) -> "_Prepared":
        # In process nothing is written, and to look at a contract takes no codec: so nothing is made until it is needed.
        return _Prepared(self.message, exact=self._is_exact)

    @cached_property
    def has_map(self) -> bool:
        """Whether maps are in its messages: their keys come in any order, so that one value has several forms."""
        return any(isinstance(part, MapType) for part in reachable(self.message))

    def prepare(self) -> None:
        """Make ready what the first use would have to wait for."""
        _ = self._prepared

    def encode(self, value: Any) -> bytes:
        """The JSON of a message. A value of the wrong type may pass where JSON can write it.

        Raises:
            Malformed: The value is not what its type says.
            TooDeep: It nests deeper than `MAX_DEPTH`.
        """
        return self._encode(value, self._prepared.at_once)

    def encode_checked(self, value: Any) -> bytes:
        """The same, with every value in it checked against its type: several times slower, for development."""
        return self._encode(value, lambda _: None)

    def _encode(self, value: Any, at_once: Callable[[Any], bytes | None]) -> bytes:
        try:
            body = at_once(value)
            if body is None:
                body = self._prepared.encoder.encode(self._exact(value))
        except (UnicodeEncodeError, TypeError, ValueError, RecursionError) as error:
            problems = Problems()
            problems.add("", str(error))
            raise Malformed(problems) from None
        if self._prepared.nests_itself:
            check_depth(body)
        return body

    def decode(self, body: bytes) -> Any:
        """The message in a JSON body.

        Raises:
            Malformed: The body is not JSON or breaks the type; carries every problem.
            TooDeep: It nests deeper than `MAX_DEPTH`.
        """
        check_depth(body)
        prepared = self._prepared
        form = prepared.form
        if form is not None and prepared.is_plain(body):
            try:
                data = prepared.decoder.decode(body)
                return data if form.back is None else form.back(data)
            except Exception:  # noqa: BLE001, S110 - a message's own checks may raise anything
                # The exact way accepts more spellings, and finds all the problems.
                pass
        problems = Problems()
        try:
            data = prepared.tree.decode(body)
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

    def _exact(self, value: Any) -> object:
        problems = Problems()
        data = self.message.encode(value, "", problems)
        if problems:
            raise Malformed(problems)
        return data


class _Prepared:
    """What a codec makes of its message type once."""

    def __init__(self, message: MessageType, *, exact: bool) -> None:
        wire_types = list(reachable(message))
        scalars = {wire_type.python for wire_type in wire_types if isinstance(wire_type, ScalarType)}
        fields = [field for part in wire_types if isinstance(part, MessageType) for field in part.fields]
        self.form = None if exact else form_of(message)
        # Where nothing is written as null, the body need not be searched for it.
        self._nulls = _Nulls(fields) if any(_may_be_null(field.type) for field in fields) else None
        if any(isinstance(part, MapType) and _has_float(part) for part in wire_types):
            # The names in a map are anything, so that no pattern tells its NaN from a None.
            self._nulls = _Nulls([], is_ambiguous=True)
        self._has_int = int in scalars
        self.nests_itself = any(map(nests_itself, wire_types))
        # A required field in snake case makes the fast way fail, so the exact way is taken. An optional one would be overlooked.
        self._snake_names = tuple(
            {f'"{f.name}"'.encode() for f in fields if f.name != f.wire_name and f.default is not Field.REQUIRED}
        )
        self.encoder = msgspec.json.Encoder(decimal_format="string")
        self.decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(self.form.type if self.form else Any)
        self.tree = msgspec.json.Decoder(float_hook=Written) if Decimal in scalars else msgspec.json.Decoder()

    def at_once(self, value: Any) -> bytes | None:
        """The JSON of a message's form; None where only the exact way can tell."""
        if self.form is None:
            return None
        if self.form.to is not None:
            try:
                value = self.form.to(value)
            except Exception:  # noqa: BLE001 - the exact way says what is wrong
                return None
        body = self.encoder.encode(value)
        if self._nulls is not None and b"null" in body:
            shorter = self._nulls.left_out(body)
            if shorter is None:
                return None
            body = shorter
        return None if self._has_int and has_wide_int(body) else body

    def is_plain(self, body: bytes) -> bool:
        if self._has_int and has_wide_int(body):
            return False
        return b"_" not in body or not any(name in body for name in self._snake_names)


class _Nulls:
    """Decides about the nulls that msgspec writes: for None, which is left out where it is the default, and for NaN."""

    def __init__(self, fields: list[Field], *, is_ambiguous: bool = False) -> None:
        optional = [field for field in fields if isinstance(field.type, OptionalType)]
        kept = {field.wire_name for field in optional if field.default is Field.REQUIRED}
        floats = {field.wire_name for field in fields if _has_float(field.type)}
        dropped = {field.wire_name for field in optional} - kept - floats
        self._pattern = null_members(dropped) if dropped else None
        # Where fields of both sorts share a name, or a float may be NaN, bytes alone do not tell which null it is.
        self._is_ambiguous = (
            is_ambiguous
            or bool(floats)
            or any(field.wire_name in kept for field in optional if field.default is not Field.REQUIRED)
        )

    def left_out(self, body: bytes) -> bytes | None:
        """The body without the nulls that the wire form leaves out; None where only the exact way can tell."""
        if self._pattern is not None:
            body = self._pattern.sub(b"", body)
        return None if self._is_ambiguous and b"null" in body else body


def _may_be_null(wire_type: WireType) -> bool:
    return isinstance(wire_type, OptionalType) or _has_float(wire_type)


def _has_float(wire_type: WireType) -> bool:
    if isinstance(wire_type, TupleType | FixedTupleType | MapType | OptionalType):
        return any(_has_float(part) for part in wire_type.parts)
    return isinstance(wire_type, ScalarType) and wire_type.python is float
