"""Schemas → types and messages of the model, as callers send them or as they receive them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import msgspec

from plures.compat.model import ABSENT, Choice, Field, ListOf, Named, OneOf, Record, Scalar, TupleOf, Type

from .document import Node
from .merging import Merger, Schema, Union

ANYTHING: Final = Scalar("anything")
_NULL: Final = Scalar("null")
_PLAIN: Final = {"string": "string", "integer": "integer", "number": "number", "boolean": "bool"}
# These say how a value is shown, and not which ones there are.
_SHOWN: Final = frozenset(("password", "textarea", "markdown"))
_MOST_WAYS: Final = 64


class Reader:
    """The messages of one document on one side.

    Attributes:
        hidden: The mark of fields that are not on this side: `readOnly` in requests, `writeOnly` in answers.
        messages: What was read so far.
    """

    def __init__(self, merger: Merger, hidden: str) -> None:
        self._merger, self.hidden = merger, hidden
        self.messages: dict[str, Record] = {}
        self._names: dict[tuple[int, bool], str] = {}
        self._types: dict[tuple[int, bool], tuple[Type, bool]] = {}
        self._reading: set[int] = set()
        self._open: list[tuple[int, ...]] = []
        self._pending: list[tuple[str, Schema, bool]] = []

    def field(self, node: Node, hint: str, *, required: bool, text: bool = False) -> Field:
        """A field of a schema's type; `text` for what travels as text, where a number is one too."""
        type_, nullable = self._type(node, hint, text=text)
        also = self._merger.merged(node).also
        required, nullable = required or "absent" in also, nullable and "null" not in also
        # In an answer, the service writes what it means.
        default = self._merger.merged(node).marks.get("default", ABSENT) if self.hidden == "readOnly" else ABSENT
        return Field(type_, required=required, nullable=nullable, default=default)

    def add(self, name: str, fields: dict[str, Field]) -> str:
        """A message of fields that were read, and all that these are made of."""
        self.messages[name] = Record(fields)
        while self._pending:
            message, schema, text = self._pending.pop()
            self.messages[message] = self._record(message, schema, text=text)
        return name

    def _type(self, node: Node, hint: str, *, text: bool) -> tuple[Type, bool]:
        beside, node = self._merger.merged(node).nullable, self._merger.resolved(node)
        key = (id(node.value), text)
        if key in self._types:
            return self._types[key][0], beside or self._types[key][1]
        if key[0] in self._reading:
            return Scalar("the same again"), False
        schema = self._without_its_own_unions(self._merger.merged(node), node)
        self._reading.add(key[0])
        found = self._of(schema, schema.name or hint, key, text=text)
        self._reading.discard(key[0])
        self._types[key] = found
        return found[0], beside or found[1]

    def _without_its_own_unions(self, schema: Schema, node: Node) -> Schema:
        """A pet that may be a cat or a dog, and a cat that is `allOf` a pet, mean no cat of a cat: the cat is what it says."""
        unions = [each for each in schema.unions if each.place not in self._open and not self._has(each, node)]
        return schema if len(unions) == len(schema.unions) else replace(schema, unions=unions)

    def _has(self, union: Union, node: Node) -> bool:
        return any(self._merger.resolved(each).value is node.value for each in union.members)

    def _of(self, schema: Schema, hint: str, key: tuple[int, bool], *, text: bool) -> tuple[Type, bool]:
        """The type of a schema, and whether it may be null."""
        types = None if schema.types is None else schema.types - schema.also
        if types is None and schema.values is None and not schema.unions:
            types = _implied(schema)
        nullable = schema.nullable or "null" in (types or ()) or (types is None and not schema.unions)
        if schema.values is not None:
            nullable = None in schema.values
            return _choice([each for each in schema.values if each is not None], text=text), nullable
        if schema.unions:
            # What takes this union over by `allOf` is one of its members, and does not open it again.
            self._open.append(schema.unions[0].place)
            union, may_be_null = self._union(schema, hint, text=text)
            self._open.pop()
            return union, may_be_null or schema.nullable
        forms = sorted((types or frozenset()) - {"null"})
        if not forms:
            return (_NULL if types else msgspec.structs.replace(ANYTHING, bounds=_bounds(schema, "any"))), nullable
        if "number" in forms and "integer" in forms:
            forms.remove("integer")
        read = {form: self._form(form, schema, hint, key, text=text) for form in forms}
        return (next(iter(read.values())) if len(read) == 1 else OneOf(read, inline=True)), nullable

    def _form(self, form: str, schema: Schema, hint: str, key: tuple[int, bool], *, text: bool) -> Type:
        if form == "object":
            return Named(self._named(schema, hint, key, text=text))
        if form == "array":
            bounds = _bounds(schema, "list")
            if schema.parts:
                return TupleOf(tuple(self._item(each, hint, text=text) for each in schema.parts))
            return ListOf(ANYTHING if schema.items is None else self._item(schema.items, hint, text=text), bounds)
        plain = _PLAIN.get(form, form)
        family, within = ("text", plain if plain != "string" else "") if text else (plain, "")
        said = within or ("" if schema.format in _SHOWN or form == "boolean" else schema.format)
        return Scalar(f"{family}/{said}" if said else family, _bounds(schema, "text" if form == "string" else "number"))

    def _item(self, node: Node, hint: str, *, text: bool) -> Type:
        """The type of an item, which may be null beside."""
        type_, nullable = self._type(node, f"{hint} item", text=text)
        if not nullable or type_ == ANYTHING:
            return type_
        members = type_.members if isinstance(type_, OneOf) and not type_.tag else {_key(type_): type_}
        return OneOf({**members, "null": _NULL}, inline=True)

    def _named(self, schema: Schema, hint: str, key: tuple[int, bool], *, text: bool) -> str:
        if key in self._names:
            return self._names[key]
        number, name = 1, hint
        while name in self.messages:
            number += 1
            name = f"{hint}{number}"
        self._names[key] = name
        # It stands there before its fields are read, since messages may nest themselves.
        self.messages[name] = Record({})
        self._pending.append((name, schema, text))
        return name

    def _record(self, name: str, schema: Schema, *, text: bool) -> Record:
        fields: dict[str, Field] = {}
        for field, node in schema.properties.items():
            if self._merger.merged(node).marks.get(self.hidden) is not True:
                fields[field] = self.field(node, f"{name}.{field}", required=field in schema.required, text=text)
        for field in sorted(schema.required - schema.properties.keys()):
            fields[field] = Field(ANYTHING, nullable=True)
        others = None if schema.others is None else self._item(schema.others, f"{name} value", text=text)
        closed = schema.closed and others is None
        return Record(
            fields, closed=closed, others=None if others == ANYTHING else others, bounds=_bounds(schema, "object")
        )

    def _union(self, schema: Schema, hint: str, *, text: bool) -> tuple[Type, bool]:
        union, *more = schema.unions
        if len(more) and len(union.members) * max(len(each.members) for each in more) > _MOST_WAYS:
            more = []
        base = replace(schema, unions=more, name="")
        members: dict[str, Type] = {}
        nullable, exact = False, union.exact and not union.tag
        for number, (key, node) in enumerate(self._members(union)):
            own = node if base.is_bare and not more else self._merger.all_of(Node(base, node.file), node)
            type_, null = self._type(own, f"{hint} {key or number + 1}", text=text)
            nullable = nullable or null
            if type_ == ANYTHING and null:
                return ANYTHING, True
            if type_ == _NULL:
                continue
            if isinstance(type_, OneOf) and not type_.tag and not union.tag:
                members.update(type_.members)
                exact = exact and type_.exact
            else:
                members[_free(key or _key(type_), members)] = type_
        if len(members) == 1 and not union.tag:
            return next(iter(members.values())), nullable
        return OneOf(members, union.tag, inline=True, exact=exact) if members else _NULL, nullable

    def _members(self, union: Union) -> Iterator[tuple[str, Node]]:
        """What a union may be, by what its tag says or by its name."""
        values = {target.rpartition("/")[2].removesuffix(".yaml"): value for value, target in union.mapping.items()}
        for node in union.members:
            name = self._merger.merged(node).name
            yield values.get(name, name), node


def _implied(schema: Schema) -> frozenset[str] | None:
    """The form of values that a schema without a type is about."""
    if schema.properties or schema.required or schema.closed or schema.others is not None or "object" in schema.bounds:
        return frozenset(("object",))
    if schema.items is not None or schema.parts or "list" in schema.bounds:
        return frozenset(("array",))
    if "text" in schema.bounds or schema.format:
        return frozenset(("string",))
    return frozenset(("number",)) if "number" in schema.bounds else None


def _bounds(schema: Schema, form: str) -> dict[str, Any]:
    return {**schema.bounds.get(form, {}), **schema.bounds.get("any", {})}


def _choice(values: list[Any], *, text: bool) -> Type:
    if len(values) == 2 and all(isinstance(each, bool) for each in values):  # noqa: PLR2004 - true and false
        return Scalar("text/bool" if text else "bool")
    shown = tuple(each if isinstance(each, str) else json.dumps(each, sort_keys=True, default=str) for each in values)
    if text or all(isinstance(each, str) for each in values):
        return Choice(shown, "text" if text else "string")
    kinds = {"bool" if isinstance(v, bool) else "integer" if isinstance(v, int) else "number" for v in values}
    return Choice(shown, kinds.pop() if len(kinds) == 1 else "anything")


def _key(type_: Type) -> str:
    match type_:
        case Scalar(kind=kind) | Choice(kind=kind):
            return kind.partition("/")[0]
        case Named(name=name):
            return name
        case _:
            return type(type_).__name__.lower()


def _free(key: str, taken: dict[str, Type]) -> str:
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key} {number}"
    return free
