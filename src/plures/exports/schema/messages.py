"""Messages, enums and unions of a contract as JSON Schemas that refer to each other."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from plures.compat import (
    ABSENT,
    Choice,
    Contract,
    Enumeration,
    Field,
    ListOf,
    MapOf,
    Named,
    OneOf,
    Record,
    Scalar,
    TupleOf,
    Type,
    parts_of,
)
from plures.exports.names import pascal

from .scalars import ALSO, int64_schema, limits, scalar_schema

__all__ = ["ALSO", "Schemas"]

_INT64: Final = "Int64"
_ZEROS: Final[Mapping[str, object]] = {"string": "", "bool": False, "int64": 0, "double": 0, "bytes": ""}
Schema = dict[str, Any]


class Schemas:
    """The schemas of one contract, each with a name. What is asked for is made, and all that it refers to.

    Attributes:
        made: By name, what was made so far.
    """

    def __init__(self, contract: Contract, at: str, *, taken: Iterable[str] = ()) -> None:
        """Prepare.

        Args:
            at: What a name is appended to in a reference: `#/$defs/`.
            taken: Names that others have there.
        """
        self._contract, self._at = contract, at
        self._names: dict[tuple[str, bool], str] = {}
        self.made: dict[str, Schema] = {}
        self._taken = {*taken, *contract.messages, *contract.enums}
        self._both = self._met(self._requests()) & self._met(self._answers())

    def message(self, name: str, *, reading: bool) -> Schema:
        """A reference to a message, as it is written or as it is read."""
        # A message that only travels one way keeps its name.
        shown = self._name(name, "Input", reading=reading) if reading and name in self._both else name
        if shown not in self.made:
            # It stands there before its fields are made, since messages may nest themselves.
            self.made[shown] = {}
            self.made[shown].update(self._record(shown, self._contract.messages[name], reading=reading))
        return self.ref(shown)

    def ref(self, name: str) -> Schema:
        """A reference to a name."""
        return {"$ref": f"{self._at}{name}"}

    def free(self, wanted: str) -> str:
        """A name that nothing else has."""
        number, name = 1, wanted
        while name in self._taken:
            number += 1
            name = f"{wanted}{number}"
        self._taken.add(name)
        return name

    def _name(self, of: str, suffix: str, *, reading: bool = False) -> str:
        key = (f"{of} {suffix}", reading)
        if key not in self._names:
            self._names[key] = self.free(f"{of}{suffix}")
        return self._names[key]

    def _requests(self) -> Iterable[str]:
        return [each.request for each in self._contract.operations.values()]

    def _answers(self) -> Iterable[str]:
        contract = self._contract
        return [
            *(each.answer for each in contract.operations.values()),
            *(each.message for each in contract.errors.values()),
            *(each.message for each in contract.events.values()),
        ]

    def _met(self, roots: Iterable[str]) -> set[str]:
        seen: set[str] = set()
        pending = list(roots)
        while pending:
            name = pending.pop()
            if name in self._contract.messages and name not in seen:
                seen.add(name)
                for field in self._contract.messages[name].fields.values():
                    pending.extend(_named_in(field.type))
        return seen

    def _record(self, shown: str, record: Record, *, reading: bool) -> Schema:
        schema: Schema = {"type": "object"}
        if record.doc:
            schema["description"] = record.doc
        fields = record.fields
        if fields:
            schema["properties"] = {key: self._field(shown, key, fields[key], reading=reading) for key in fields}
        needed = [
            key for key, field in fields.items() if not (self._may_miss(field) if reading else not field.required)
        ]
        return {**schema, "required": needed} if needed else schema

    def _field(self, owner: str, key: str, field: Field, *, reading: bool) -> Schema:
        schema = self._type(field.type, f"{owner}{pascal(key)}", reading=reading)
        may_miss = reading and self._may_miss(field)
        if field.nullable or may_miss:
            schema = or_null(schema)
        default = field.default
        if may_miss:
            also = [*(["absent"] if field.required else []), *([] if field.nullable else ["null"])]
            if also:
                schema[ALSO] = sorted({*schema.get(ALSO, ()), *also})
            if default is ABSENT and field.required:
                default = self._zero(field.type)
        if default is not ABSENT:
            schema["default"] = default
        said = " ".join(
            each for each in (field.doc, schema.get("description", "") if "$ref" not in schema else "") if each
        )
        return {**schema, "description": said} if said else schema

    def _may_miss(self, field: Field) -> bool:
        """Whether a field that is left out, or null, is read as something."""
        if not field.required:
            # A list that is left out is empty, which one with a least length refuses.
            is_filled = isinstance(field.type, ListOf) and bool(field.type.bounds.get("min_length"))
            return field.nullable or field.default is not ABSENT or not is_filled
        return self._zero(field.type) is not ABSENT

    def _zero(self, type_: Type) -> object:
        """What a peer of protobuf means that leaves a required field out; `ABSENT` where it cannot mean anything."""
        if isinstance(type_, Named) and type_.name in self._contract.enums:
            members = self._contract.enums[type_.name].members
            return next((name for name, number in members.items() if number == 0), ABSENT)
        if not isinstance(type_, Scalar) or type_.kind not in _ZEROS:
            return ABSENT
        zero, bounds = _ZEROS[type_.kind], type_.bounds
        if type_.kind == "int64":
            low, high = limits(bounds)
            return zero if low <= 0 <= high else ABSENT
        if type_.kind == "double":
            return zero if _keeps(bounds) else ABSENT
        pattern = bounds.get("pattern")
        fits = not bounds.get("min_length") and (pattern is None or re.search(str(pattern), "") is not None)
        return zero if fits else ABSENT

    def _type(self, type_: Type, hint: str, *, reading: bool) -> Schema:  # noqa: PLR0911 - a table of cases
        match type_:
            case Scalar():
                return scalar_schema(type_, self._int64(type_), reading=reading)
            case Choice(values=values):
                return {"type": "string", "enum": list(values)}
            case Named(name=name) if name in self._contract.enums:
                return self._enum(name, self._contract.enums[name])
            case Named(name=name):
                return self.message(name, reading=reading)
            case ListOf(item=item, bounds=bounds):
                least, most = bounds.get("min_length"), bounds.get("max_length")
                ends = {"minItems": least, "maxItems": most}
                items = self._type(item, hint, reading=reading)
                return {"type": "array", "items": items, **{key: end for key, end in ends.items() if end}}
            case MapOf(value=value):
                return {"type": "object", "additionalProperties": self._type(value, hint, reading=reading)}
            case TupleOf(parts=parts):
                count = len(parts)
                made = [self._type(part, f"{hint}{n + 1}", reading=reading) for n, part in enumerate(parts)]
                return {"type": "array", "prefixItems": made, "minItems": count, "maxItems": count}
            case OneOf(members=members):
                return {"oneOf": [self._member(hint, key, each, reading=reading) for key, each in members.items()]}

    def _int64(self, scalar: Scalar) -> Schema:
        if scalar.kind != "int64":
            return {}
        name = self._name(_INT64, "")
        self.made.setdefault(name, int64_schema())
        return self.ref(name)

    def _member(self, hint: str, key: str, type_: Type, *, reading: bool) -> Schema:
        """One of a union: an object with one key. It has a name, so that tools have one for it too."""
        name = self._name(hint, pascal(key), reading=reading)
        inner = self._type(type_, name, reading=reading)
        self.made[name] = {"type": "object", "properties": {key: inner}, "required": [key]}
        return self.ref(name)

    def _enum(self, name: str, enum: Enumeration) -> Schema:
        known = {"type": "string", "enum": list(enum.members)}
        said = {"description": enum.doc} if enum.doc else {}
        # Who reads an open one must expect members that were added later; services take numbers as well.
        later = {"type": ["string", "integer"], "description": "A member of a later version.", ALSO: ["integer"]}
        self.made[name] = {**said, **known} if enum.closed else {**said, "anyOf": [known, later]}
        return self.ref(name)


def or_null(schema: Schema) -> Schema:
    """The schema of the same or null."""
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    said: str | list[str] = schema["type"]
    types = [said] if isinstance(said, str) else said
    nullable: Schema = {**schema, "type": [*types, "null"]}
    return {**nullable, "enum": [*schema["enum"], None]} if "enum" in schema else nullable


def _named_in(type_: Type) -> Iterable[str]:
    if isinstance(type_, Named):
        yield type_.name
    for part in parts_of(type_):
        yield from _named_in(part)


def _keeps(bounds: Mapping[str, Any]) -> bool:
    """Whether 0 keeps the bounds of a number."""
    least, most = bounds.get("ge", 0), bounds.get("le", 0)
    return bool(least <= 0 <= most and bounds.get("gt", -1) < 0 < bounds.get("lt", 1))
