"""Which annotations could cross a wire, judged by what is written: nothing is imported. Its verdicts are those of plures.contract."""

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from plures.adoption.code import Foreign, Meaning, Place, Program, Source

_PLAIN: Final = frozenset({
    "bool", "int", "float", "str", "bytes",
    "decimal.Decimal", "uuid.UUID", "datetime.date", "datetime.time", "datetime.datetime", "datetime.timedelta",
})  # fmt: skip
_LISTS: Final = frozenset({
    "list", "tuple", "typing.List", "typing.Tuple", "typing.Sequence", "collections.abc.Sequence",
})  # fmt: skip
_MAPS: Final = frozenset({"dict", "typing.Dict", "typing.Mapping", "collections.abc.Mapping"})
_ENUMS: Final = frozenset({"enum.Enum", "enum.StrEnum", "enum.IntEnum"})
_MODELS: Final = frozenset({"pydantic.BaseModel", "pydantic.main.BaseModel", "plures.Message"})
_MAPPED: Final = (
    "sqlalchemy.",
    "sqlmodel.",
    "django.db.",
    "flask_sqlalchemy.",
    "tortoise.",
    "peewee.",
    "mongoengine.",
    "beanie.",
)
_DEEPEST: Final = 8
"""So many classes above a class are followed: names may go in a circle."""
_WEB: Final = ("fastapi.", "starlette.", "flask.", "django.", "werkzeug.", "quart.", "rest_framework.", "litestar.")
_INSTEAD: Final = {
    "dict": "say dict[str, T], or write a message with its fields",
    "list": "say list[T]",
    "tuple": "say tuple[T, ...]",
    "set": "say list[T]",
    "frozenset": "say list[T]",
    "object": "name the type",
    "typing.Any": "name the type",
    "typing.Dict": "say dict[str, T]",
    "typing.List": "say list[T]",
    "collections.abc.Callable": "let the service do what it is told by a value",
    "typing.Callable": "let the service do what it is told by a value",
    "pathlib.Path": "say str for where it lies, or bytes for what is in it",
    "typing.Iterable": "say list[T]",
    "typing.Iterator": "say list[T]",
    "collections.abc.Iterable": "say list[T]",
    "collections.abc.Iterator": "say list[T]",
}


@dataclass(frozen=True)
class Refusal:
    """Why a type cannot cross, and what to write instead."""

    what: str
    fix: str


class Crossing:
    """Judges annotations of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[Place, Refusal | None] = {}

    def refusal(self, source: Source, annotation: ast.expr) -> Refusal | None:
        """None where the type can cross."""
        match annotation:
            case ast.Constant(value=None):
                return None
            case ast.Constant(value=str() as text):
                return self._quoted(source, annotation, text)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self._union(source, [left, right])
            case ast.Subscript(value=value, slice=inner):
                return self._subscript(source, value, inner)
            case ast.Name() | ast.Attribute():
                return self._named(source, annotation)
            case _:
                return Refusal(f"{ast.unparse(annotation)} is no type that can be read", "write the type itself")

    def _quoted(self, source: Source, at: ast.Constant, text: str) -> Refusal | None:
        try:
            parsed = ast.parse(text.strip(), mode="eval").body
        except SyntaxError:
            return Refusal(f"{text!r} is no type", "correct it")
        for node in ast.walk(parsed):
            # So that names are looked up where the text stands.
            source.parents.setdefault(node, source.parents.get(at, source.tree))
        return self.refusal(source, parsed)

    def _union(self, source: Source, members: list[ast.expr]) -> Refusal | None:
        flat = [each for member in members for each in _members(member)]
        some = [each for each in flat if not (isinstance(each, ast.Constant) and each.value is None)]
        refused = next(filter(None, (self.refusal(source, each) for each in some)), None)
        if refused is None and len(some) > 1:
            for each in some:
                meaning = self._program.meaning(source, each) if isinstance(each, ast.Name | ast.Attribute) else None
                if not isinstance(meaning, Place) or self._is_enum(meaning):
                    names = " | ".join(map(ast.unparse, some))
                    return Refusal(f"{names} is a union of more than messages", "take one type, or a message for each")
        return refused

    def _subscript(  # noqa: PLR0911 - a table of cases
        self, source: Source, value: ast.expr, inner: ast.expr
    ) -> Refusal | None:
        name = self._dotted(source, value)
        items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if name in ("typing.Optional", "typing.Union"):
            return self._union(source, [*items, ast.Constant(None)] if name == "typing.Optional" else items)
        if name in ("typing.Annotated", "typing_extensions.Annotated"):
            return self.refusal(source, items[0])
        if name in ("typing.Literal", "typing_extensions.Literal"):
            texts = all(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in items)
            return None if texts else Refusal("Literal of other values than texts", "use an Enum")
        if name in _MAPS:
            if len(items) == 2 and self._dotted(source, items[0]) == "str":  # noqa: PLR2004
                return self._item(source, items[1])
            return Refusal(
                f"{ast.unparse(value)}[{ast.unparse(inner).strip('()')}]: the keys of a JSON object are text",
                "use dict[str, T], or a list of messages",
            )
        if name in _LISTS:
            listed = [each for each in items if not (isinstance(each, ast.Constant) and each.value is Ellipsis)]
            return next(filter(None, (self._item(source, each) for each in listed)), None)
        if name in _INSTEAD:
            return Refusal(f"{name.rpartition('.')[2]} cannot cross", _INSTEAD[name])
        return self._named(source, value)

    def _item(self, source: Source, item: ast.expr) -> Refusal | None:
        members = _members(item)
        holds_none = any(isinstance(each, ast.Constant) and each.value is None for each in members)
        if holds_none or (isinstance(item, ast.Subscript) and self._dotted(source, item.value) == "typing.Optional"):
            return Refusal("None in a list or a dict", "leave out what is None")
        return self.refusal(source, item)

    def _dotted(self, source: Source, node: ast.expr) -> str:
        meaning = self._program.meaning(source, node)
        if isinstance(meaning, Foreign):
            return meaning.dotted
        return node.id if isinstance(node, ast.Name) and meaning is None else ""

    def _named(self, source: Source, node: ast.expr) -> Refusal | None:
        meaning = self._program.meaning(source, node)
        if isinstance(meaning, Place):
            return self._own(meaning)
        name = self._dotted(source, node)
        if name in _PLAIN:
            return None
        shown = ast.unparse(node)
        if name in _INSTEAD:
            return Refusal(f"{shown} cannot cross", _INSTEAD[name])
        if name.startswith(_MAPPED):
            return Refusal(
                f"{shown} belongs to a database", "let the operation open its own session, and take and answer values"
            )
        if name.startswith(_WEB):
            return Refusal(f"{shown} belongs to the web application", "pass the values that are needed of it")
        return Refusal(f"{shown} is not a type that can cross", "use a dataclass or a pydantic model with its fields")

    def _own(self, place: Place) -> Refusal | None:
        if place not in self._known:
            # A class that holds itself crosses if the rest of it does.
            self._known[place] = None
            self._known[place] = self._judge(place)
        return self._known[place]

    def _judge(self, place: Place) -> Refusal | None:  # noqa: PLR0911 - a table of cases
        home = self._program.sources[place.path]
        bound = self._program.names(home).get(place.name, [])
        statement = bound[0].statement if len(bound) == 1 and bound[0] is not None else None
        if isinstance(statement, ast.Assign):
            return self.refusal(home, statement.value)
        if not isinstance(statement, ast.ClassDef):
            return Refusal(f"{place.name} is no class that can be read", "name a class, or write the type itself")
        bases = self._bases(place)
        if bases & _ENUMS:
            return None
        if any(base.startswith(_MAPPED) for base in bases):
            return Refusal(
                f"{place.name} is mapped to a table", "take and answer a message with the fields that callers need"
            )
        if not (bases & _MODELS or _is_dataclass(statement)):
            kind = "a class without declared fields"
            return Refusal(f"{place.name} is {kind}", "make it a dataclass or a pydantic model")
        if place in self._inherited:
            return Refusal(f"{place.name} has subclasses, which would arrive as {place.name}", "name the subclass")
        return self._fields(home, statement)

    @cached_property
    def _inherited(self) -> frozenset[Meaning]:
        """The classes of the application that others inherit."""
        found = (
            self._program.meaning(source, base)
            for source in self._program.production
            for node in source.tree.body
            if isinstance(node, ast.ClassDef)
            for base in node.bases
        )
        return frozenset(each for each in found if each is not None)

    def _fields(self, home: Source, made: ast.ClassDef) -> Refusal | None:
        for statement in made.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                name = statement.target.id
                if (
                    self._dotted(home, getattr(statement.annotation, "value", statement.annotation))
                    == "typing.ClassVar"
                ):
                    continue
                if name.startswith("_"):
                    return Refusal(f"{made.name} has the private field {name}", "write a message without it")
                refused = self.refusal(home, statement.annotation)
                if refused is not None:
                    return Refusal(f"{made.name}.{name}: {refused.what}", refused.fix)
        return None

    def _bases(self, place: Place, depth: int = 0) -> frozenset[str]:
        """The dotted names of all classes above, as far as the code tells."""
        home = self._program.sources[place.path]
        bound = self._program.names(home).get(place.name, [])
        statement = bound[0].statement if bound and bound[0] is not None else None
        if not isinstance(statement, ast.ClassDef) or depth > _DEEPEST:
            return frozenset()
        found: set[str] = set()
        for base in statement.bases:
            meaning = self._program.meaning(home, base.value if isinstance(base, ast.Subscript) else base)
            if isinstance(meaning, Foreign):
                found.add(meaning.dotted)
            elif isinstance(meaning, Place):
                found |= self._bases(meaning, depth + 1)
        return frozenset(found)

    def _is_enum(self, place: Place) -> bool:
        return bool(self._bases(place) & _ENUMS)

    def bases(self, place: Place) -> frozenset[str]:
        """The classes of other packages above a class, with all their dots."""
        return self._bases(place)


def _members(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_members(node.left), *_members(node.right)]
    return [node]


def _is_dataclass(node: ast.ClassDef) -> bool:
    names = [ast.unparse(each.func if isinstance(each, ast.Call) else each) for each in node.decorator_list]
    return any(name in ("dataclass", "dataclasses.dataclass") for name in names)
