"""Messages, enums and unions as types. What a caller writes and what it reads are two types, where they differ."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
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
from plures.exports.names import wrapped

_ALIASES: Final[Mapping[str, tuple[str, str, str]]] = {
    "int64": (
        "Int64", "number | string",
        "A whole number; as text beyond 2^53, and always as text where protobuf wrote it. `Number(it)` or `BigInt(it)` reads both.",
    ),
    "double": ("Double", 'number | "NaN" | "Infinity" | "-Infinity"', "A number; JSON has no words for some of them."),
    "bytes": ("Base64", "string", "Bytes, as base64."),
    "timestamp": ("Timestamp", "string", "A moment, as 2031-06-30T14:30:00Z. `new Date(it)` reads it."),
    "date": ("Day", "string", "A day, as 2031-06-30."),
    "time": ("TimeOfDay", "string", "A time of day, as 14:30:00."),
    "duration": ("Duration", "string", "A length of time in seconds, as 3.5s."),
    "any": ("AnyMessage", '{ readonly "@type": string; readonly [key: string]: unknown }', "A message of protobuf: its type, and its fields."),
    "uuid": ("Uuid", "string", "A UUID."),
    "decimal": ("Decimal", "string", "A decimal number, written exactly."),
}  # fmt: skip
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
# What the language or the client below needs under its own name.
_TAKEN: Final[frozenset[str]] = frozenset(
    "AbortSignal Array AsyncGenerator BigInt BodyInit CallFailed Calls CallOptions DataView DeclaredError Error Events Exclude Extract Infinity JSON NaN Number Object Promise "
    "Record Response String StreamName TextDecoder TextEncoder Uint8Array UnaryName any as async await bigint boolean break case catch class const continue "
    "debugger declare default delete do else enum export extends false finally for from function if implements import in infer instanceof "
    "interface is keyof let namespace never new null number object of package private protected public readonly return satisfies static "
    "string super switch symbol this throw true try type typeof undefined unknown var void while with yield".split()
)


class Types:
    """The types of one contract.

    Attributes:
        lines: The declarations of what was asked for so far, and of all that it is made of.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._taken: set[str] = {*_TAKEN}
        self._names: dict[str, str] = {}
        for name in sorted((*contract.messages, *contract.enums)):
            self._names[name] = self.free(name)
        self._declared: dict[str, list[str]] = {}
        self._differ = _differing(contract)

    @property
    def lines(self) -> list[str]:
        return [line for name in sorted(self._declared) for line in ("", *self._declared[name])]

    def free(self, wanted: str) -> str:
        """A name that nothing else has in the module."""
        number, name = 1, wanted
        while name in self._taken:
            number += 1
            name = f"{wanted}{number}"
        self._taken.add(name)
        return name

    def message(self, name: str, *, sent: bool) -> str:
        """The name of the type of a message, as a caller sends it or as it receives it."""
        shown, splits = self._names[name], sent and name in self._differ
        if splits:
            shown = self._named(f"{name} sent", f"{shown}Input")
        if shown not in self._declared:
            # It stands there before its fields are written, since messages may nest themselves.
            self._declared[shown] = []
            self._declared[shown].extend(self._interface(shown, self._contract.messages[name], sent=sent))
        return shown

    def _named(self, key: str, wanted: str) -> str:
        if key not in self._names:
            self._names[key] = self.free(wanted)
        return self._names[key]

    def _interface(self, shown: str, record: Record, *, sent: bool) -> Iterator[str]:
        yield from comment(record.doc)
        if not record.fields:
            # An interface without members would take any value.
            yield f"export type {shown} = Record<string, never>;"
            return
        yield f"export interface {shown} {{"
        for key, field in record.fields.items():
            yield from comment("\n".join(_told(field, sent=sent)), "  ")
            mark = "?" if _may_miss(field, sent=sent) else ""
            written = self._type(field.type, sent=sent) + (" | null" if field.nullable else "")
            yield f"  {member(key)}{mark}: {written};"
        yield "}"

    def _type(self, type_: Type, *, sent: bool) -> str:  # noqa: PLR0911 - a table of cases
        match type_:
            case Scalar(kind="double", bounds=bounds) if bounds:
                return "number"
            case Scalar(kind=kind):
                return self._alias(kind) if kind in _ALIASES else {"bool": "boolean"}.get(kind, "string")
            case Choice(values=values):
                return " | ".join(map(text, values))
            case Named(name=name) if name in self._contract.enums:
                return self._enum(name, self._contract.enums[name])
            case Named(name=name):
                return self.message(name, sent=sent)
            case ListOf(item=item):
                return f"readonly {_within(self._type(item, sent=sent))}[]"
            case MapOf(value=value):
                return f"{{ readonly [key: string]: {self._type(value, sent=sent)} }}"
            case TupleOf(parts=parts):
                return f"readonly [{', '.join(self._type(part, sent=sent) for part in parts)}]"
            case OneOf(members=members):
                # What is not there is said, so that `if (it.cash)` tells them apart.
                return " | ".join(
                    "{ " + "; ".join(
                        f"{member(key)}: {self._type(members[key], sent=sent)}" if key == chosen else f"{member(key)}?: never"
                        for key in members
                    ) + " }"
                    for chosen in members
                )  # fmt: skip

    def _alias(self, kind: str) -> str:
        wanted, written, doc = _ALIASES[kind]
        shown = self._named(f"scalar {kind}", wanted)
        self._declared.setdefault(shown, [*comment(doc), f"export type {shown} = {written};"])
        return shown

    def _enum(self, name: str, enum: Enumeration) -> str:
        shown = self._names[name]
        known = [text(each) for each in enum.members]
        # Editors offer the known ones, and the compiler reminds of those that come later.
        later = [] if enum.closed else ["(string & {})"]
        self._declared.setdefault(shown, [*comment(enum.doc), f"export type {shown} = {' | '.join([*known, *later])};"])
        return shown


def comment(said: str, indent: str = "") -> list[str]:
    """A text as a comment of JSDoc; nothing where there is none."""
    if not said.strip():
        return []
    lines = wrapped(said, indent, " *")
    if len(lines) == 1:
        return [f"{indent}/** {lines[0].strip()[2:]} */"]
    return [f"{indent}/**", *lines, f"{indent} */"]


def text(value: str) -> str:
    """A text as it is written in code."""
    return json.dumps(value)


def member(key: str) -> str:
    """The name of a member."""
    return key if _IDENTIFIER.fullmatch(key) else text(key)


def _within(written: str) -> str:
    return f"({written})" if "|" in written or written.startswith("readonly") else written


def _may_miss(field: Field, *, sent: bool) -> bool:
    if field.nullable:
        return True
    is_filled = isinstance(field.type, ListOf) and bool(field.type.bounds.get("min_length"))
    return sent and not field.required and not is_filled


def _told(field: Field, *, sent: bool) -> Iterator[str]:
    if field.doc:
        yield field.doc
    bounds: Mapping[str, Any] = field.type.bounds if isinstance(field.type, Scalar | ListOf) else {}
    if bounds:
        yield "Bounds: " + ", ".join(f"{name} {value}" for name, value in bounds.items()) + "."
    if sent and field.default is not ABSENT:
        yield f"Left out, it is {json.dumps(field.default)}."


def _differing(contract: Contract) -> set[str]:
    """Messages that are one type to write and another one to read, themselves or in what they hold."""
    messages = contract.messages
    differ = {
        name for name, record in messages.items()
        if any(_may_miss(each, sent=True) != _may_miss(each, sent=False) for each in record.fields.values())
    }  # fmt: skip
    holds = {name: set(_held(each.type for each in record.fields.values())) for name, record in messages.items()}
    while more := {name for name in messages if name not in differ and holds[name] & differ}:
        differ |= more
    return differ & _met(contract)


def _met(contract: Contract) -> set[str]:
    """Messages that callers read; of those that they only write, there is one type."""
    roots = [each.answer for each in contract.operations.values()]
    roots += [each.message for each in contract.errors.values()]
    roots += [each.message for each in contract.events.values()]
    seen: set[str] = set()
    while roots:
        name = roots.pop()
        if name in contract.messages and name not in seen:
            seen.add(name)
            roots.extend(_held(each.type for each in contract.messages[name].fields.values()))
    return seen


def _held(types: Iterable[Type]) -> Iterator[str]:
    for each in types:
        if isinstance(each, Named):
            yield each.name
        yield from _held(parts_of(each))
