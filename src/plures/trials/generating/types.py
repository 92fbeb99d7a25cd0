"""Values of every type that may cross the wire."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from hypothesis import reject
from hypothesis import strategies as st

from plures.contract import (
    EnumType,
    FixedTupleType,
    LiteralType,
    MapType,
    MessageType,
    OptionalType,
    ScalarType,
    TupleType,
    UnionType,
    WireField,
    WireType,
)

from .scalars import scalars

_FEW: Final = 4
_LONGEST_LIST: Final = 1000
_NOTHING: Final[Mapping[str, object]] = {}


class Generator:
    """Makes values of types.

    Args:
        known: Field (`product_id`, or `Item.product_id`) → the values that it may have: a strategy, or some values that are drawn three times in four.
        full: Whether each field is filled, and each list has an item.
    """

    def __init__(self, known: Mapping[str, Any] | None = None, *, full: bool = False) -> None:
        self._known = known or {}
        self._full = full
        self._messages: dict[MessageType, st.SearchStrategy[Any]] = {}

    def of(self, wire_type: WireType, shown: Mapping[str, object] = _NOTHING) -> st.SearchStrategy[Any]:  # noqa: PLR0911, C901 - a table of cases
        """Values of a type."""
        if self._full and _nests(wire_type):
            # Filled everywhere, it would never end.
            return Generator(self._known).of(wire_type, shown)
        match wire_type:
            case ScalarType():
                return scalars(wire_type, shown)
            case EnumType():
                return st.sampled_from(list(wire_type.python))
            case LiteralType():
                return st.sampled_from(wire_type.values)
            case TupleType():
                return self._lists(wire_type)
            case FixedTupleType():
                return st.tuples(*[self.of(part) for part in wire_type.parts])
            case MapType():
                keys = st.text(st.characters(codec="utf-8"), max_size=10)
                return st.dictionaries(keys, self.of(wire_type.parts[0]), min_size=int(self._full), max_size=_FEW)
            case OptionalType():
                inner = self.of(wire_type.parts[0], shown)
                return inner if self._full else st.none() | inner
            case UnionType():
                return st.one_of([self.of(member) for member in wire_type.members.values()])
            case MessageType():
                return self._message(wire_type)
            case _:
                message = f"no values are known of {type(wire_type).__name__}"
                raise TypeError(message)

    def fields(self, message: MessageType, owner: str) -> st.SearchStrategy[dict[str, Any]]:
        """The fields of a message by name; of those with a default, some are left out.

        Args:
            owner: What stands before the names of fields in `known`: the name of the message, or of the operation.
        """
        required: dict[str, st.SearchStrategy[Any]] = {}
        optional: dict[str, st.SearchStrategy[Any]] = {}
        for field in message.fields:
            has_default = field.default is not WireField.REQUIRED and not self._full
            (optional if has_default else required)[field.name] = self._field(field, owner)
        return st.fixed_dictionaries(required, optional=optional)

    def _field(self, field: WireField, owner: str) -> st.SearchStrategy[Any]:
        made = self.of(field.type, field.shown)
        known = self._known.get(f"{owner}.{field.name}", self._known.get(field.name))
        if known is None:
            return made
        if isinstance(known, st.SearchStrategy):
            return known  # pyright: ignore[reportUnknownVariableType] - of whatever its user makes
        values = _values_for(field.type, known)
        return st.one_of(values, values, values, made)

    def _message(self, message: MessageType) -> st.SearchStrategy[Any]:
        if message not in self._messages:
            # It may nest itself, and is known before its fields are looked at.
            self._messages[message] = st.deferred(lambda: self._made(message))
        return self._messages[message]

    def _made(self, message: MessageType) -> st.SearchStrategy[Any]:
        return self.fields(message, message.name).map(lambda values: made_of(message.make, values))

    def _lists(self, wire_type: TupleType) -> st.SearchStrategy[Any]:
        item = self.of(wire_type.parts[0])
        least, most = wire_type.bound.min_length or 0, wire_type.bound.max_length
        least = max(least, int(self._full)) if most != 0 else 0
        few = st.lists(item, min_size=least, max_size=least + _FEW if most is None else min(most, least + _FEW))
        if most is None or not 0 < most <= _LONGEST_LIST or self._full:
            return few.map(wire_type.python)
        # As many as there may be, which are the same: those are two edges at once.
        return st.one_of(few, few, few, item.map(lambda each: [each] * most)).map(wire_type.python)


def _nests(wire_type: WireType) -> bool:
    """Whether there is a message in it that is among its own parts."""
    return any(isinstance(part, MessageType) and part in _below(part) for part in {wire_type, *_below(wire_type)})


def _below(start: WireType) -> set[WireType]:
    """All that a type is made of."""
    seen: set[WireType] = set()
    pending = list(start.parts)
    while pending:
        current = pending.pop()
        if current not in seen:
            seen.add(current)
            pending.extend(current.parts)
    return seen


def made_of(make: Callable[[dict[str, Any]], Any], values: dict[str, Any]) -> Any:
    """A message of these fields; where its own check refuses them, Hypothesis draws others."""
    try:
        return make(values)
    except Exception:  # noqa: BLE001 - a check of the message's own may raise anything
        return reject()


def _values_for(wire_type: WireType, known: Sequence[Any]) -> st.SearchStrategy[Any]:
    """The known values of a field; where it is a list and they are none, they are its items."""
    inner = wire_type.parts[0] if isinstance(wire_type, OptionalType) else wire_type
    if isinstance(inner, TupleType) and not any(isinstance(each, inner.accepts) for each in known):
        least, most = inner.bound.min_length or 0, inner.bound.max_length
        items = st.lists(st.sampled_from(known), min_size=max(1, least), max_size=min(most or _FEW, max(_FEW, least)))
        return items.map(inner.python)
    return st.sampled_from(known)
