"""Schemas → types of the model, with what of them a contract cannot hold."""

from dataclasses import dataclass, replace
from typing import Final

from plures.compat import (
    ABSENT,
    Choice,
    Field,
    ListOf,
    MapOf,
    Merger,
    Named,
    Node,
    OneOf,
    Record,
    Scalar,
    Schema,
    TupleOf,
    Type,
    table_of,
)
from plures.contract import camel, member
from plures.errors import Rule, Violation
from plures.imports import rules
from plures.imports.names import class_name, free, parameter_name

from .judging import FORMATS, INT64, fits, implied, is_pattern, whole
from .words import python_name

_INT32: Final = {"ge": -(2**31), "le": 2**31 - 1}
_TEXT_BOUNDS: Final = ("pattern", "min_length", "max_length")
_NUMBER_BOUNDS: Final = ("ge", "gt", "le", "lt", "multiple_of")
_LIST_BOUNDS: Final = ("min_length", "max_length")


@dataclass(frozen=True)
class Found:
    """The type of a schema; None where there is none here, and then why."""

    type: Type | None
    nullable: bool = False


class Schemas:
    """The messages of one document.

    Attributes:
        records: What was read so far, by the names of their classes.
    """

    def __init__(self, merger: Merger, unsaid: list[Violation], taken: set[str]) -> None:
        self._merger, self._unsaid, self._taken = merger, unsaid, taken
        self.records: dict[str, Record] = {}
        self._named: dict[int, str] = {}
        self._kept: list[Node] = []

    def field(self, node: Node, hint: str, where: str, *, required: bool) -> Field | None:
        """A field of a schema's type; None where it is left out, which was told."""
        found = self.type(node, hint, where)
        if found.type is None:
            return None
        schema = self._merger.merged(node)
        doc = " ".join(str(_value(node, "description") or "").split())
        if schema.marks.get("deprecated") is True:
            doc = f"Deprecated. {doc}".strip()
        # One message stands for both directions; in one of them the field is not there.
        one_way = schema.marks.get("readOnly") is True or schema.marks.get("writeOnly") is True
        is_list = isinstance(found.type, ListOf | MapOf)
        default = schema.marks.get("default", ABSENT)
        if found.nullable and not is_list:
            return Field(found.type, required=False, nullable=True, doc=doc)
        if is_list:
            return Field(found.type, required=False, doc=doc)
        if required and not one_way:
            return Field(found.type, doc=doc)
        if default is not ABSENT and fits(found.type, default):
            return Field(found.type, required=False, default=default, doc=doc)
        return Field(found.type, required=False, nullable=True, doc=doc)

    def is_object(self, node: Node) -> bool:
        """Whether a schema has fields of its own, so that it is a message."""
        schema = self._merger.merged(node)
        return bool(schema.properties) and not schema.unions and schema.types in (None, frozenset(("object",)))

    def type(self, node: Node, hint: str, where: str) -> Found:
        """The type of a schema, and whether it may be null.

        Args:
            hint: What a message is called that has no name.
        """
        node = self._merger.resolved(node)
        schema = self._merger.merged(node)
        types = set(schema.types or ())
        nullable = schema.nullable or "null" in types
        types.discard("null")
        if schema.values is not None:
            return self._choice(schema, nullable=nullable or None in schema.values, where=where)
        if schema.unions:
            found = self._union(schema, node, hint, where)
            return replace(found, nullable=found.nullable or nullable)
        if types == {"integer", "number"}:
            types = {"number"}
        if len(types) > 1:
            return self._left_out(where, f"one of {', '.join(sorted(types))}", "Let the peer declare one type.")
        kind = next(iter(types), "") or implied(schema)
        return replace(self._kind(kind, schema, node, hint, where), nullable=nullable)

    def _kind(  # noqa: PLR0911 - a table of cases
        self, kind: str, schema: Schema, node: Node, hint: str, where: str
    ) -> Found:
        match kind:
            case "string":
                return Found(self._text(schema, where))
            case "integer" | "number":
                return Found(self._number(kind, schema, where))
            case "boolean":
                return Found(Scalar("bool"))
            case "array":
                return self._list(schema, hint, where)
            case "object" if schema.properties:
                return Found(Named(self._message(schema, node, hint, where)))
            case "object" if schema.others is not None:
                value = self.type(schema.others, f"{hint}Value", f"{where}.*")
                if value.type is None:
                    return Found(None)
                if value.nullable:
                    self._told(rules.NULL_ITEMS, f"{where}.*")
                return Found(MapOf(value.type))
            case "object" if schema.closed:
                return Found(Named(self._message(schema, node, hint, where)))
            case _:
                shown = "any object" if kind == "object" else "any value"
                return self._left_out(where, shown, "Let the peer declare its fields.")

    def _text(self, schema: Schema, where: str) -> Type:
        kind = FORMATS.get(schema.format, "string")
        bounds = {k: v for k, v in schema.bounds.get("text", {}).items() if k in _TEXT_BOUNDS}
        self._lost(schema, ("text",), _TEXT_BOUNDS, where)
        if kind == "bytes":
            # They count characters of another spelling.
            return Scalar(kind)
        if kind != "string":
            return Scalar(kind)
        pattern = bounds.get("pattern")
        if pattern is not None and not is_pattern(pattern):
            self._told(rules.BOUND, where, bound=f"the pattern {pattern}")
            del bounds["pattern"]
        if schema.format == "duration":
            self._told(rules.FORMAT, where, format="an ISO 8601 duration", python="str")
        return Scalar("string", whole(bounds))

    def _number(self, kind: str, schema: Schema, where: str) -> Type:
        given = {k: v for k, v in schema.bounds.get("number", {}).items() if k in _NUMBER_BOUNDS}
        if kind == "number":
            return Scalar("double", given)
        bounds = {k: int(v) for k, v in given.items() if float(v).is_integer() and int(v) in INT64}
        for name in given.keys() - bounds.keys():
            self._told(rules.BOUND, where, bound=f"{name} {given[name]}")
        if schema.format == "int32" and not bounds:
            bounds = dict(_INT32)
        return Scalar("int64", bounds)

    def _list(self, schema: Schema, hint: str, where: str) -> Found:
        if schema.parts:
            parts = [self.type(each, f"{hint}{n + 1}", f"{where}[{n}]") for n, each in enumerate(schema.parts)]
            types = [each.type for each in parts if each.type is not None]
            return Found(TupleOf(tuple(types))) if len(types) == len(parts) else Found(None)
        if schema.items is None:
            return self._left_out(where, "a list of anything", "Let the peer declare its items.")
        item = self.type(schema.items, f"{hint}Item", f"{where}[]")
        if item.type is None:
            return Found(None)
        if item.nullable:
            self._told(rules.NULL_ITEMS, f"{where}[]")
        self._lost(schema, ("list",), _LIST_BOUNDS, where)
        bounds = {k: v for k, v in schema.bounds.get("list", {}).items() if k in _LIST_BOUNDS}
        return Found(ListOf(item.type, whole(bounds)))

    def _choice(self, schema: Schema, *, nullable: bool, where: str) -> Found:
        values = [each for each in schema.values or () if each is not None]
        if values and all(isinstance(each, str) for each in values):
            return Found(Choice(tuple(dict.fromkeys(values))), nullable)
        if values and all(isinstance(each, bool) for each in values):
            return Found(Scalar("bool"), nullable)
        if values and all(isinstance(each, int) and not isinstance(each, bool) for each in values):
            self._told(rules.BOUND, where, bound=f"one of {', '.join(map(str, values))}")
            return Found(Scalar("int64"), nullable)
        return self._left_out(where, f"one of {values}", "Let the peer declare a type.")

    def _union(self, schema: Schema, node: Node, hint: str, where: str) -> Found:
        union, *more = schema.unions
        base = replace(schema, unions=more, name="")
        members: dict[str, Type] = {}
        nullable = False
        for number, each in enumerate(union.members):
            own = each if base.is_bare and not more else self._merger.all_of(Node(base, node.file), each)
            if self._merger.merged(own).types == frozenset(("null",)):
                nullable = True
                continue
            found = self.type(own, f"{hint}{number + 1}", f"{where}|{number + 1}")
            nullable = nullable or found.nullable
            if found.type is None:
                return Found(None)
            key = member(found.type.name) if isinstance(found.type, Named) else str(found.type)
            members[key] = found.type
        types = list(members.values())
        if len(types) == 1:
            return Found(types[0], nullable)
        if types and all(isinstance(each, Named) for each in types):
            self._told(rules.UNION, where)
            return Found(OneOf(members), nullable)
        if types and all(isinstance(each, Choice) or each == Scalar("string") for each in types):
            return Found(Scalar("string"), nullable)
        return self._left_out(where, "one of several types that are no objects", "Let the peer declare one type.")

    def _message(self, schema: Schema, node: Node, hint: str, where: str) -> str:
        key = id(node.value)
        if key in self._named:
            return self._named[key]
        wanted = class_name(schema.name or hint)
        name = free(f"{wanted}Message" if wanted in self._taken and schema.name else wanted, self._taken)
        self._taken.add(name)
        # The node is kept, since its place in memory is its name here.
        self._named[key] = name
        self._kept.append(node)
        # It stands there before its fields are read, since messages may nest themselves.
        self.records[name] = Record({})
        fields = self.fields(schema, name, name)
        if schema.others is not None:
            self._told(rules.OTHER_FIELDS, where)
        self.records[name] = Record(fields, doc=str(_value(node, "description") or _value(node, "title") or ""))
        return name

    def fields(self, schema: Schema, hint: str, where: str) -> dict[str, Field]:
        """The fields of an object, by their names on our wire."""
        found: dict[str, Field] = {}
        for name, each in schema.properties.items():
            field = self.field(each, f"{hint}{class_name(name)}", f"{where}.{name}", required=name in schema.required)
            if field is not None:
                key = camel(free(python_name(name), {python_name(k) for k in found}))
                if name not in (key, parameter_name(key)):
                    self._told(rules.RENAMED, f"{where}.{name} ({parameter_name(key)})")
                found[key] = field
        return found

    def _lost(self, schema: Schema, forms: tuple[str, ...], known: tuple[str, ...], where: str) -> None:
        for form in (*forms, "any"):
            for bound in schema.bounds.get(form, {}).keys() - set(known):
                self._told(rules.BOUND, where, bound=bound)

    def _left_out(self, where: str, type_: str, instead: str) -> Found:
        self._told(rules.TYPE_OF_DOCUMENT, where, type=type_, instead=instead)
        return Found(None)

    def _told(self, rule: Rule, where: str, **values: object) -> None:
        self._unsaid.append(rule.broken(where, **values))


def _value(node: Node, key: str) -> object:
    return table_of(node.value).get(key)
