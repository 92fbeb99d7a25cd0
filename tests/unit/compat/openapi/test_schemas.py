"""Pairs of schemas: does a caller fail that sends the old one, and does one that reads it?"""

from pathlib import Path
from typing import Any

import pytest

from .documents import answer, api, body, report, rules_of

S, INT, N, B = ({"type": each} for each in ("string", "integer", "number", "boolean"))
ANY: dict[str, Any] = {}
NULL = {"type": "null"}


def obj(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties} | ({"required": list(required)} if required else {})


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    return schema | {"additionalProperties": False}


def one(*members: Any, **more: Any) -> dict[str, Any]:
    return {"oneOf": list(members)} | more


def several(*members: Any, **more: Any) -> dict[str, Any]:
    return {"anyOf": list(members)} | more


def both(*members: Any, **more: Any) -> dict[str, Any]:
    return {"allOf": list(members)} | more


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def items(of: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": of} | more


def tagged(*names: str, tag: str = "kind", mapping: dict[str, str] | None = None) -> dict[str, Any]:
    said = {"propertyName": tag} | ({"mapping": {k: ref(v)["$ref"] for k, v in mapping.items()}} if mapping else {})
    return one(*map(ref, names), discriminator=said)


SCHEMAS = {
    "Cat": obj("kind", kind=S, lives=INT),
    "Dog": obj("kind", kind=S, barks=B),
    "Kitty": obj("kind", kind=S, lives=INT),
    "Base": obj("id", id=S),
    "Node": obj("value", value=S, next=ref("Node"), children=items(ref("Node"))),
    "Json": several(S, N, NULL, items(ref("Json"))),
    "Colour": S | {"enum": ["red", "green"]},
    "Alias": ref("Base"),
}
OLD_CAT = obj("name", name=S)
# before, after, whether callers fail that send it, whether callers fail that read it
PAIRS: dict[str, tuple[Any, Any, bool, bool]] = {
    "the same": (obj("a", a=S), obj("a", a=S), False, False),
    "words about it": (S | {"description": "x", "example": "y"}, S | {"title": "z", "examples": ["q"]}, False, False),
    "order of fields": (obj(a=S, b=INT), obj(b=INT, a=S), False, False),
    "order of required": (obj("a", "b", a=S, b=INT), obj("b", "a", a=S, b=INT), False, False),
    "required field added": (obj(a=S), obj("b", a=S, b=S), True, False),
    "required field with default added": (obj(a=S), obj("b", a=S, b=S | {"default": "x"}), True, False),
    "optional field added": (obj(a=S), obj(a=S, b=S), False, False),
    "required field removed": (obj("b", a=S, b=S), obj(a=S), False, True),
    "optional field removed": (obj(a=S, b=S), obj(a=S), False, False),
    "field removed from a closed one": (closed(obj(a=S, b=S)), closed(obj(a=S)), True, False),
    "field added to a closed one": (closed(obj(a=S)), closed(obj(a=S, b=S)), False, False),
    "renamed": (obj("b", a=S, b=INT), obj("c", a=S, c=INT), True, True),
    "became required": (obj(a=S), obj("a", a=S), True, False),
    "became optional": (obj("a", a=S), obj(a=S), False, True),
    "required without being declared": (obj(a=S), obj("b", a=S), True, False),
    "3.0 nullable": (obj(a=S), obj(a=S | {"nullable": True}), False, True),
    "3.1 nullable": (obj(a=S), obj(a={"type": ["string", "null"]}), False, True),
    "3.1 nullable by union": (obj(a=S), obj(a=several(S, NULL)), False, True),
    "no longer nullable": (obj(a={"type": ["string", "null"]}), obj(a=S), True, False),
    "3.0 to 3.1 spelling": (obj(a=S | {"nullable": True}), obj(a={"type": ["null", "string"]}), False, False),
    "union spelling of null": (obj(a={"type": ["string", "null"]}), obj(a=one(NULL, S)), False, False),
    "nullable $ref": (obj(a=ref("Base")), obj(a=one(NULL, ref("Base"))), False, True),
    "nullable $ref by allOf": (obj(a=ref("Base")), obj(a=both(ref("Base"), nullable=True)), False, True),
    "null among the values": (obj(a=S | {"enum": ["x"]}), obj(a=S | {"enum": ["x", None]}), False, True),
    "nullable items": (items(S), items({"type": ["string", "null"]}), False, True),
    "items not nullable": (items({"type": ["string", "null"]}), items(S), True, False),
    "string to integer": (obj(a=S), obj(a=INT), True, True),
    "integer to string": (obj(a=INT), obj(a=S), True, True),
    "integer to number": (obj(a=INT), obj(a=N), False, True),
    "number to integer": (obj(a=N), obj(a=INT), True, False),
    "boolean to string": (obj(a=B), obj(a=S), True, True),
    "string to object": (obj(a=S), obj(a=obj(b=S)), True, True),
    "object to list": (obj(a=obj(b=S)), obj(a=items(obj(b=S))), True, True),
    "scalar to list": (obj(a=S), obj(a=items(S)), True, True),
    "list to scalar": (obj(a=items(S)), obj(a=S), True, True),
    "items changed": (items(S), items(INT), True, True),
    "items declared": (items(ANY), items(S), True, False),
    "anything to string": (obj(a=ANY), obj(a=S), True, False),
    "string to anything": (obj(a=S), obj(a=ANY), False, True),
    "more types": (obj(a=S), obj(a={"type": ["string", "integer"]}), False, True),
    "fewer types": (obj(a={"type": ["string", "integer"]}), obj(a=S), True, False),
    "types in another order": (obj(a={"type": ["string", "integer"]}), obj(a={"type": ["integer", "string"]}), False, False),
    "format added": (obj(a=S), obj(a=S | {"format": "uuid"}), True, False),
    "format removed": (obj(a=S | {"format": "email"}), obj(a=S), False, True),
    "format changed": (obj(a=S | {"format": "date"}), obj(a=S | {"format": "date-time"}), True, True),
    "format for the eye": (obj(a=S), obj(a=S | {"format": "password"}), False, False),
    "int32 to int64": (obj(a=INT | {"format": "int32"}), obj(a=INT | {"format": "int64"}), False, True),
    "int64 to int32": (obj(a=INT | {"format": "int64"}), obj(a=INT | {"format": "int32"}), True, False),
    "int64 to integer": (obj(a=INT | {"format": "int64"}), obj(a=INT), False, True),
    "float to double": (obj(a=N | {"format": "float"}), obj(a=N | {"format": "double"}), False, True),
    "value added": (obj(a=S | {"enum": ["x"]}), obj(a=S | {"enum": ["x", "y"]}), False, True),
    "value removed": (obj(a=S | {"enum": ["x", "y"]}), obj(a=S | {"enum": ["x"]}), True, False),
    "values in another order": (obj(a=S | {"enum": ["x", "y"]}), obj(a=S | {"enum": ["y", "x"]}), False, False),
    "became a choice": (obj(a=S), obj(a=S | {"enum": ["x"]}), True, False),
    "a choice no longer": (obj(a=S | {"enum": ["x"]}), obj(a=S), False, True),
    "numbers to choose from": (obj(a=INT | {"enum": [1, 2]}), obj(a=INT | {"enum": [1, 2, 3]}), False, True),
    "a number becomes a choice": (obj(a=INT), obj(a=INT | {"enum": [1, 2]}), True, False),
    "a choice without a type": (obj(a={"enum": ["x", "y"]}), obj(a=S | {"enum": ["x", "y"]}), False, False),
    "a shared choice spelt out": (obj(a=ref("Colour")), obj(a=S | {"enum": ["red", "green"]}), False, False),
    "const added": (obj(a=S), obj(a=S | {"const": "x"}), True, False),
    "const removed": (obj(a=S | {"const": "x"}), obj(a=S), False, True),
    "const changed": (obj(a=S | {"const": "x"}), obj(a=S | {"const": "y"}), True, True),
    "const to enum": (obj(a=S | {"const": "x"}), obj(a=S | {"enum": ["x"]}), False, False),
    "minimum added": (obj(a=INT), obj(a=INT | {"minimum": 1}), True, False),
    "minimum raised": (obj(a=INT | {"minimum": 1}), obj(a=INT | {"minimum": 2}), True, False),
    "minimum lowered": (obj(a=INT | {"minimum": 1}), obj(a=INT | {"minimum": 0}), False, True),
    "minimum removed": (obj(a=INT | {"minimum": 1}), obj(a=INT), False, True),
    "maximum lowered": (obj(a=N | {"maximum": 9}), obj(a=N | {"maximum": 8}), True, False),
    "maximum raised": (obj(a=N | {"maximum": 9}), obj(a=N | {"maximum": 10}), False, True),
    "3.0 exclusive": (obj(a=N | {"minimum": 1}), obj(a=N | {"minimum": 1, "exclusiveMinimum": True}), True, False),
    "3.0 exclusive as 3.1": (obj(a=N | {"minimum": 1, "exclusiveMinimum": True}), obj(a=N | {"exclusiveMinimum": 1}), False, False),
    "3.0 not exclusive": (obj(a=N | {"minimum": 1}), obj(a=N | {"minimum": 1, "exclusiveMinimum": False}), False, False),
    "3.1 exclusive maximum": (obj(a=N | {"maximum": 5}), obj(a=N | {"exclusiveMaximum": 5}), True, False),
    "above 0 is from 1 on": (obj(a=INT | {"exclusiveMinimum": 0}), obj(a=INT | {"minimum": 1}), False, False),
    "multipleOf finer": (obj(a=INT | {"multipleOf": 10}), obj(a=INT | {"multipleOf": 5}), False, True),
    "minLength added": (obj(a=S), obj(a=S | {"minLength": 1}), True, False),
    "minLength of nothing": (obj(a=S), obj(a=S | {"minLength": 0}), False, False),
    "maxLength lowered": (obj(a=S | {"maxLength": 9}), obj(a=S | {"maxLength": 8}), True, False),
    "maxLength removed": (obj(a=S | {"maxLength": 9}), obj(a=S), False, True),
    "pattern added": (obj(a=S), obj(a=S | {"pattern": "^a$"}), True, False),
    "pattern removed": (obj(a=S | {"pattern": "^a$"}), obj(a=S), False, True),
    "maxItems lowered": (items(S, maxItems=9), items(S, maxItems=8), True, False),
    "minItems lowered": (items(S, minItems=2), items(S, minItems=1), False, True),
    "unique items asked": (items(S), items(S, uniqueItems=True), True, False),
    "unique items no longer": (items(S, uniqueItems=True), items(S), False, True),
    "maxProperties added": (obj(a=S), obj(a=S) | {"maxProperties": 3}, True, False),
    "minProperties lowered": (obj(a=S) | {"minProperties": 2}, obj(a=S) | {"minProperties": 1}, False, True),
    "not added": (obj(a=S), obj(a=S | {"not": {"const": "x"}}), True, False),
    "dependentRequired added": (obj(a=S, b=S), obj(a=S, b=S) | {"dependentRequired": {"a": ["b"]}}, True, False),
    "prefixItems changed": ({"type": "array", "prefixItems": [S, INT]}, {"type": "array", "prefixItems": [S, S]}, True, True),
    "closed": (obj(a=S), closed(obj(a=S)), True, False),
    "opened": (closed(obj(a=S)), obj(a=S), False, False),
    "open in words": (obj(a=S), obj(a=S) | {"additionalProperties": True}, False, False),
    "a map's values": ({"type": "object", "additionalProperties": S}, {"type": "object", "additionalProperties": INT}, True, True),
    "a map's values wider": ({"type": "object", "additionalProperties": INT}, {"type": "object", "additionalProperties": N}, False, True),
    "a map takes a field": ({"type": "object", "additionalProperties": S}, obj(a=S) | {"additionalProperties": S}, False, False),
    "a map of anything": ({"type": "object"}, {"type": "object", "additionalProperties": {}}, False, False),
    "readOnly added": (obj(a=S), obj("b", a=S, b=S | {"readOnly": True}), False, False),
    "readOnly removed": (obj("b", a=S, b=S | {"readOnly": True}), obj(a=S), False, True),
    "readOnly no longer": (obj("b", a=S, b=S | {"readOnly": True}), obj("b", a=S, b=S), True, False),
    "writeOnly added": (obj(a=S), obj("b", a=S, b=S | {"writeOnly": True}), True, False),
    "writeOnly removed": (obj("b", a=S, b=S | {"writeOnly": True}), obj(a=S), False, False),
    "became writeOnly": (obj("b", a=S, b=S), obj("b", a=S, b=S | {"writeOnly": True}), False, True),
    "readOnly narrower": (obj(b=S | {"readOnly": True}), obj(b=S | {"readOnly": True, "maxLength": 3}), False, False),
    "writeOnly wider": (obj(b=INT | {"writeOnly": True}), obj(b=N | {"writeOnly": True}), False, False),
    "default changed": (obj(a=INT | {"default": 1}), obj(a=INT | {"default": 2}), True, False),
    "default declared": (obj(a=INT), obj(a=INT | {"default": 2}), False, False),
    "deprecated": (obj(a=S), obj(a=S | {"deprecated": True}), False, False),
    "allOf split": (obj("id", id=S, a=S), both(ref("Base"), obj(a=S)), False, False),
    "allOf joined": (both(ref("Base"), obj(a=S)), obj("id", id=S, a=S), False, False),
    "allOf asks more": (both(ref("Base")), both(ref("Base"), obj("a", a=S)), True, False),
    "allOf asks less": (both(ref("Base"), obj("a", a=S)), both(ref("Base")), False, True),
    "allOf twice the same": (both(obj(a=S)), both(obj(a=S), obj(a=S)), False, False),
    "allOf around a $ref": (obj(a=ref("Base")), obj(a=both(ref("Base"), description="It")), False, False),
    "allOf makes it required": (both(obj(a=S)), both(obj(a=S), {"required": ["a"]}), True, False),
    "allOf bounds": (obj(a=both(INT, {"minimum": 1})), obj(a=both(INT, {"minimum": 1}, {"minimum": 3})), True, False),
    "a $ref spelt out": (ref("Base"), obj("id", id=S), False, False),
    "a $ref to a $ref": (ref("Base"), ref("Alias"), False, False),
    "a $ref with another name": (obj(a=ref("Cat")), obj(a=ref("Kitty")), False, False),
    "recursive, the same": (ref("Node"), ref("Node"), False, False),
    "recursive union": (ref("Json"), ref("Json"), False, False),
    "variant added": (one(ref("Cat")), one(ref("Cat"), ref("Dog")), False, True),
    "variant removed": (one(ref("Cat"), ref("Dog")), one(ref("Cat")), True, False),
    "anyOf variant added": (several(ref("Cat")), several(ref("Cat"), ref("Dog")), False, True),
    "anyOf variant removed": (several(ref("Cat"), ref("Dog")), several(ref("Cat")), True, False),
    "variants in another order": (one(ref("Cat"), ref("Dog")), one(ref("Dog"), ref("Cat")), False, False),
    "oneOf to anyOf": (one(ref("Cat"), ref("Dog")), several(ref("Cat"), ref("Dog")), False, False),
    "one becomes a union": (ref("Cat"), one(ref("Cat"), ref("Dog")), False, True),
    "a union becomes one": (one(ref("Cat"), ref("Dog")), ref("Cat"), True, False),
    # Exactly one of `oneOf` has to match: what callers send is of both.
    "wrapped into two that take it": (obj("a", "b", a=S, b=S), one(obj("a", a=S, b=S), obj("b", a=S, b=S)), True, True),
    "wrapped into two that take it, by anyOf": (obj("a", "b", a=S, b=S), several(obj("a", a=S, b=S), obj("b", a=S, b=S)), False, True),
    "wrapped into two of which one takes it": (obj("a", a=S, b=S), one(obj("a", a=S, b=S), obj("b", a=S, b=S)), False, True),
    "wrapped into one that takes it and one of other fields": (obj("a", a=S), one(obj("a", a=S), obj("c", c=S)), False, True),
    "wrapped into two, told apart by a value": (obj("a", a=S | {"enum": ["x"]}), one(obj("a", a=S | {"enum": ["x"]}), obj("a", a=S | {"enum": ["y"]})), False, True),
    "a field wrapped": (obj(f=obj("a", "b", a=S, b=S)), obj(f=one(obj("a", a=S, b=S), obj("b", a=S, b=S))), True, True),
    "wrapped deep within": (obj("f", f=obj("a", "b", a=S, b=S)), one(obj("f", f=obj("a", a=S, b=S)), obj("f", f=obj("b", a=S, b=S))), True, True),
    "items wrapped": (items(INT), items(one(INT, N)), True, True),
    "a scalar wrapped": (obj(a=INT), obj(a=one(INT, N)), True, True),
    "a scalar wrapped, of which one takes it": (obj(a=S), obj(a=one(S, INT)), False, True),
    "two that overlapped before": (one(obj("a", a=S), obj(a=S)), one(obj("a", a=S), obj(a=S)), False, False),
    "another one beside two that overlapped": (one(ref("Cat"), ref("Kitty")), one(ref("Cat"), ref("Kitty"), obj("kind", kind=S, lives=INT)), False, True),
    "another one that overlaps": (one(ref("Cat"), ref("Dog")), one(ref("Cat"), ref("Dog"), ref("Kitty")), True, True),
    "variants that overlap from now on": (one(obj("a", a=S, b=S), obj("b", a=S, b=S)), one(obj(a=S, b=S), obj("b", a=S, b=S)), True, True),
    "anyOf becomes oneOf of two that overlap": (several(obj("a", a=S), obj(a=S)), one(obj("a", a=S), obj(a=S)), True, False),
    "a union of one": (ref("Cat"), one(ref("Cat")), False, False),
    "scalars in a union": (obj(a=S), obj(a=one(S, INT)), False, True),
    "a union as types": (obj(a=one(S, INT)), obj(a={"type": ["integer", "string"]}), False, False),
    "a variant that another has": (obj(a=one(INT, N)), obj(a=N), False, False),
    "within a variant": (one(obj("a", a=S), obj("b", b=S)), one(obj("a", a=S), obj("b", b=INT)), True, True),
    "a variant asks more": (one(obj("a", a=S), obj("b", b=S)), one(obj("a", a=S), obj("b", "c", b=S, c=S)), True, False),
    "beside a union": (one({"required": ["a"]}, {"required": ["b"]}) | obj(a=S, b=S), one({"required": ["a"]}, {"required": ["b"]}) | obj(a=S, b=S, c=S), False, False),
    "tag changed": (tagged("Cat", "Dog"), tagged("Cat", "Dog", tag="type"), True, True),
    "tag added": (one(ref("Cat"), ref("Dog")), tagged("Cat", "Dog"), False, False),
    "tag removed": (tagged("Cat", "Dog"), one(ref("Cat"), ref("Dog")), True, True),
    "tagged variant added": (tagged("Cat"), tagged("Cat", "Dog"), False, True),
    "tagged variant removed": (tagged("Cat", "Dog"), tagged("Cat"), True, False),
    "value of a tag changed": (tagged("Cat", "Dog", mapping={"cat": "Cat", "dog": "Dog"}), tagged("Cat", "Dog", mapping={"cat": "Cat", "hound": "Dog"}), True, True),
    "mapping that says the name": (tagged("Cat", "Dog"), tagged("Cat", "Dog", mapping={"Cat": "Cat", "Dog": "Dog"}), False, False),
    "variant of another name": (one(ref("Cat"), ref("Dog")), one(ref("Kitty"), ref("Dog")), False, False),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_a_caller_that_sends_it_fails_as_the_table_says(name: str, tmp_path: Path) -> None:
    before, after, breaks, _ = PAIRS[name]
    documents = (api(body(each), components={"schemas": SCHEMAS}) for each in (before, after))
    found = report(tmp_path, *documents)
    assert found.passes is not breaks, rules_of(found)


@pytest.mark.parametrize("name", PAIRS)
def test_a_caller_that_reads_it_fails_as_the_table_says(name: str, tmp_path: Path) -> None:
    before, after, _, breaks = PAIRS[name]
    documents = (api(answer(each), components={"schemas": SCHEMAS}) for each in (before, after))
    found = report(tmp_path, *documents)
    assert found.passes is not breaks, rules_of(found)
