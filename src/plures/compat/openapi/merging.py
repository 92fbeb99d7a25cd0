"""One schema from all that is asked of a value at once: `allOf`, and what stands beside it or beside a `$ref`."""

import json
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from . import errors
from .document import Document, Node
from .values import list_of, table_of

_MOST_STEPS: Final = 100
_WORDS: Final = frozenset(
    ("title", "summary", "description", "example", "examples", "default", "readOnly", "writeOnly", "deprecated",
     "externalDocs", "xml", "nullable", "$comment")
)  # fmt: skip
_LOWER: Final = {"minLength": "min_length", "minItems": "min_length", "minProperties": "min_length"}
_UPPER: Final = {"maxLength": "max_length", "maxItems": "max_length", "maxProperties": "max_length"}
_FORMS: Final = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "number"),
    **dict.fromkeys(("minLength", "maxLength", "pattern"), "text"),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains", "unevaluatedItems"), "list"),
    **dict.fromkeys(("minProperties", "maxProperties", "propertyNames", "patternProperties", "dependentRequired", "dependentSchemas"), "object"),
    **dict.fromkeys(("contentEncoding", "contentMediaType", "contentSchema"), "text"),
    **dict.fromkeys(("not", "if", "then", "else"), "any"),
}  # fmt: skip
_READ: Final = {*_LOWER, *_UPPER, "pattern", "uniqueItems", "multipleOf"}
_READ_LIMITS: Final = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
ALSO: Final = "x-plures-also"
"""What a schema of ours allows beside what it promises: types of JSON, and `absent` for a field that is left out. No caller counts on it."""
_OPAQUE: Final = frozenset(_FORMS) - _READ - _READ_LIMITS


class Union(msgspec.Struct, frozen=True):
    """Schemas of which a value keeps one or several."""

    members: tuple[Node, ...]
    tag: str = ""
    mapping: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    exact: bool = False

    @property
    def place(self) -> tuple[int, ...]:
        """Where it is written: the same for each schema that takes it over by `allOf`."""
        return tuple(id(each.value) for each in self.members)


@dataclass
class Schema:
    """What is asked of a value, without references and without `allOf`.

    Attributes:
        types: The types of JSON that it may have; None for all of them.
        bounds: By form of the value: `text`, `number`, `list`, `object`.
        values: What it must be one of; None for anything.
    """

    name: str = ""
    types: frozenset[str] | None = None
    nullable: bool = False
    format: str = ""
    values: list[Any] | None = None
    bounds: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    properties: dict[str, Node] = field(default_factory=dict[str, Node])
    required: set[str] = field(default_factory=set[str])
    closed: bool = False
    others: Node | None = None
    items: Node | None = None
    parts: list[Node] = field(default_factory=list[Node])
    unions: list[Union] = field(default_factory=list[Union])
    marks: dict[str, Any] = field(default_factory=dict[str, Any])
    also: set[str] = field(default_factory=set[str])

    @property
    def is_bare(self) -> bool:
        """Whether it asks for nothing but its unions."""
        return (
            self.types in (None, {"object"}) and self.values is None and not self.format and not self.bounds
            and not self.properties and not self.required and not self.closed and self.others is None
            and self.items is None and not self.parts
        )  # fmt: skip


class Merger:
    """Schemas of one document, each merged once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._merged: dict[int, tuple[Node, Schema]] = {}
        self._within: dict[int, str] = {}
        self._below: dict[int, list[Node]] | None = None

    def merged(self, node: Node) -> Schema:
        """What is asked of a value there."""
        key = id(node.value)
        if key in self._merged:
            return self._merged[key][1]
        schema = Schema(name=node.name)
        self._within[key] = node.name
        self._add(node, schema)
        del self._within[key]
        # The node is kept, since its place in memory is its name here.
        self._merged[key] = (node, schema)
        return schema

    def resolved(self, node: Node) -> Node:
        """The schema that a node stands for, where it adds nothing to what its `$ref` leads to but words about it."""
        for _ in range(_MOST_STEPS):
            value = table_of(node.value)
            asked = {name for name in value if name not in _WORDS and not name.startswith("x-")}
            if "$ref" in value and (asked == {"$ref"} or not self._document.takes_siblings):
                node = self._document.follow(Node({"$ref": value["$ref"]}, node.file))
            elif asked == {"allOf"} and len(list_of(value["allOf"])) == 1:
                node = node.within(value["allOf"][0])
            else:
                break
        return node

    def all_of(self, *nodes: Node) -> Node:
        """A node of which each value keeps all of the given ones."""
        return Node({"allOf": list(nodes)}, nodes[0].file)

    def _add(self, node: Node, into: Schema) -> None:
        if isinstance(node.value, Schema):
            self._copy(node.value, into)
            return
        if node.value is False:
            into.values = []
        value = table_of(node.value)
        ref = value.get("$ref")
        if isinstance(ref, str):
            self._follow(node, into)
            if not self._document.takes_siblings:
                return
        for part in list_of(value.get("allOf")):
            self._add_part(node.within(part), into)
        self._keywords(node, value, into)

    def _follow(self, node: Node, into: Schema) -> None:
        target = self._document.follow(Node({"$ref": node.value["$ref"]}, node.file))
        into.name = into.name or target.name
        self._add_part(target, into)

    def _add_part(self, node: Node, into: Schema) -> None:
        key = id(node.value)
        if key in self._within:
            names = " and ".join(dict.fromkeys(each for each in self._within.values() if each)) or "allOf"
            self._document.note(errors.CIRCLE.broken(str(node.file), names=names))
            return
        self._within[key] = node.name
        self._add(node, into)
        del self._within[key]

    def _copy(self, other: Schema, into: Schema) -> None:
        for name, each in vars(other).items():
            # What is added to one must not be added to the other.
            setattr(into, name, copy(each))

    def _keywords(self, node: Node, value: dict[str, Any], into: Schema) -> None:
        self._types(value, into)
        if "const" in value or "enum" in value:
            values = [value["const"]] if "const" in value else list_of(value["enum"])
            into.values = values if into.values is None else [each for each in into.values if each in values]
        into.format = str(value.get("format") or into.format)
        for name in ("default", "readOnly", "writeOnly", "deprecated"):
            if name in value:
                into.marks[name] = value[name]
        into.also |= {str(each) for each in list_of(value.get(ALSO))}
        for name, each in table_of(value.get("properties")).items():
            self._property(into, name, node.within(each))
        into.required |= {str(each) for each in list_of(value.get("required"))}
        for name in ("additionalProperties", "unevaluatedProperties"):
            others = value.get(name)
            if others is False:
                into.closed = True
            elif isinstance(others, dict) and others:
                into.others = self._both(into.others, node.within(others))
        if "items" in value:
            into.items = self._both(into.items, node.within(value["items"]))
        into.parts = into.parts or [node.within(each) for each in list_of(value.get("prefixItems"))]
        self._unions(node, value, into)
        self._bounds(value, into)

    def _unions(self, node: Node, value: dict[str, Any], into: Schema) -> None:
        said = table_of(value.get("discriminator"))
        tag = str(said.get("propertyName") or "")
        mapping = {str(k): str(v) for k, v in table_of(said.get("mapping")).items()}
        listed = {name: list_of(value.get(name)) for name in ("oneOf", "anyOf")}
        unions = {name: tuple(map(node.within, members)) for name, members in listed.items() if members}
        if tag and not unions:
            # A schema that takes such a one over by `allOf` is one of what it stands for, without being listed.
            heirs = self._heirs(node)
            unions = {"heirs": heirs} if heirs else {}
        into.unions += [Union(members, tag, mapping, name == "oneOf") for name, members in unions.items()]

    def _heirs(self, node: Node) -> tuple[Node, ...]:
        """The schemas that are `allOf` another one, directly or not."""
        if self._below is None:
            self._below = {}
            for name, each in table_of(self._document.root.get("components").get("schemas").value).items():
                heir = Node({"$ref": f"#/components/schemas/{name}"}, self._document.root.file)
                for part in list_of(table_of(each).get("allOf")):
                    if isinstance(table_of(part).get("$ref"), str):
                        parent = self._document.follow(self._document.root.within(part))
                        self._below.setdefault(id(parent.value), []).append(heir)
        found: dict[int, Node] = {}
        pending = [node.value]
        while pending:
            for heir in self._below.get(id(pending.pop()), ()):
                value = self._document.follow(heir).value
                if id(value) not in found:
                    found[id(value)] = heir
                    pending.append(value)
        return tuple(found.values())

    def _types(self, value: dict[str, Any], into: Schema) -> None:
        said = value.get("type")
        types = {said} if isinstance(said, str) else {str(each) for each in list_of(said)}
        if types:
            if into.types is None:
                into.types = frozenset(types)
            else:
                both = into.types & types
                # A whole number is a number.
                if {"integer", "number"} <= into.types | types:
                    both |= {"integer"}
                into.types = both or frozenset(types)
        if value.get("nullable") is True:
            into.nullable = True

    def _property(self, into: Schema, name: str, node: Node) -> None:
        into.properties[name] = self._both(into.properties.get(name), node)

    def _both(self, one: Node | None, other: Node) -> Node:
        if one is None or one.value is other.value or one.value == other.value:
            return other
        return self.all_of(one, other)

    def _bounds(self, value: dict[str, Any], into: Schema) -> None:
        for keyword, form in _FORMS.items():
            if keyword in value:
                self._bound(into.bounds.setdefault(form, {}), keyword, value[keyword], value)
        into.bounds = {form: each for form, each in into.bounds.items() if each}

    def _bound(self, bounds: dict[str, Any], keyword: str, given: Any, value: dict[str, Any]) -> None:
        match keyword:
            case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum" if is_number(given):
                is_open = keyword.startswith("exclusive") or value.get(f"exclusive{keyword.capitalize()}") is True
                lower = keyword in ("minimum", "exclusiveMinimum")
                _tighter(bounds, ("gt" if is_open else "ge") if lower else ("lt" if is_open else "le"), given)
            case "multipleOf" if is_number(given) and given > 0:
                bounds["multiple_of"] = given
            case "pattern" if isinstance(given, str):
                both = bounds.get("pattern")
                bounds["pattern"] = given if both in (None, given) else f"{both} and {given}"
            case "uniqueItems" if given is True:
                bounds["unique"] = "items"
            case _ if keyword in _LOWER and is_number(given) and given > 0:
                _tighter(bounds, _LOWER[keyword], given)
            case _ if keyword in _UPPER and is_number(given):
                _tighter(bounds, _UPPER[keyword], given)
            case _ if keyword in _OPAQUE:
                bounds[keyword] = json.dumps(given, sort_keys=True, default=str)
            case _:
                pass


def is_number(value: object) -> bool:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _tighter(bounds: dict[str, Any], name: str, given: Any) -> None:
    choose: Callable[..., Any] = max if name in ("ge", "gt", "min_length") else min
    bounds[name] = choose(bounds[name], given) if name in bounds else given
