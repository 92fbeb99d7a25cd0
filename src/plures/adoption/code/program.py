"""All files of an application, and what an expression in one of them means: a name of a module, here or elsewhere. Runs none of it."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from plures.advisor import Codebase

from .names import Bound, Names, Scopes
from .source import Source, Unread, read_source

_DEEPEST = 12


@dataclass(frozen=True)
class Place:
    """A name at the top of a file of this application.

    Attributes:
        name: Empty for the module itself.
    """

    path: str
    name: str


@dataclass(frozen=True)
class Foreign:
    """A name of another package, with all its dots."""

    dotted: str


Meaning = Place | Foreign


@dataclass(frozen=True)
class Reference:
    """Where a file uses something.

    Attributes:
        binding: The import through which it is reached; None where it is defined in the file, or comes with a star.
    """

    source: Source
    node: ast.Name | ast.Attribute
    binding: Bound | None


class Program:
    """The parsed files of a codebase."""

    def __init__(self, codebase: Codebase) -> None:
        self.codebase = codebase
        read = [self._read(path) for path in sorted(codebase.tree.paths) if path in codebase.index.name_of]
        self.sources: Mapping[str, Source] = {each.path: each for each in read if isinstance(each, Source)}
        self.unread = tuple(each for each in read if isinstance(each, Unread) and each.path in codebase.production)
        self._scopes: dict[str, Scopes] = {}
        self._meanings: dict[ast.expr, Meaning | None] = {}

    def _read(self, path: str) -> Source | Unread:
        tree = self.codebase.tree
        if path not in tree.digests:
            return Unread(path, tree.skipped.get(path, "it was not read"))
        return read_source(path, self.codebase.index.name_of[path], tree.contents[tree.digests[path]])

    @cached_property
    def production(self) -> list[Source]:
        """The files that are neither tests nor documentation."""
        return [source for path, source in self.sources.items() if path in self.codebase.production]

    @cached_property
    def tests(self) -> list[Source]:
        """The files of tests."""
        return [
            source
            for path, source in self.sources.items()
            if path in self.codebase.facts and path not in self.codebase.production
        ]

    def names(self, source: Source) -> Names:
        """What the module itself binds."""
        return self._scope(source).module

    def meaning(self, source: Source, node: ast.expr) -> Meaning | None:
        """What an expression stands for; None for what only running could tell."""
        if not isinstance(node, ast.Name | ast.Attribute):
            return None
        if node not in self._meanings:
            self._meanings[node] = self._meaning(source, node)
        return self._meanings[node]

    def _meaning(self, source: Source, node: ast.expr) -> Meaning | None:
        match node:
            case ast.Name(id=name):
                bound = self._scope(source).find(name, node)
                return self._of_bound(source, name, bound) if bound else self._by_star(source, name, 0)
            case ast.Attribute(value=value, attr=attribute):
                inner = self.meaning(source, value)
                return self._member(source, inner, attribute) if inner else None
            case _:
                return None

    def binding(self, source: Source, node: ast.expr) -> Bound | None:
        """The import with which a chain of names begins."""
        while isinstance(node, ast.Attribute):
            node = node.value
        bound = self._scope(source).find(node.id, node) if isinstance(node, ast.Name) else []
        first = bound[0] if bound else None
        return first if first is not None and first.alias is not None else None

    def place(self, path: str, name: str, depth: int = 0) -> Meaning | None:
        """What a name of a module stands for, through the imports by which it got there."""
        source = self.sources.get(path)
        if source is None or depth > _DEEPEST:
            return None
        bound = self.names(source).get(name)
        if bound is None:
            return self._by_star(source, name, depth)
        return self._of_bound(source, name, bound, depth)

    def references(self, source: Source) -> Iterator[tuple[Meaning, Reference]]:
        """Every chain of names in a file that means something known, the longest ones and their beginnings."""
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                meaning = self.meaning(source, node)
                if meaning is not None:
                    yield meaning, Reference(source, node, self.binding(source, node))

    def imported(self, source: Source, statement: ast.ImportFrom, name: str, depth: int = 0) -> Meaning | None:
        """What `from x import name` takes."""
        base = self._absolute(source, statement)
        dotted = f"{base}.{name}" if base else name
        path = self._find(base, source.path)
        if path is not None and path in self.sources:
            found = self.place(path, name, depth + 1) if name in self.names(self.sources[path]) else None
            if found is not None:
                return found
        module = self._find(dotted, source.path)
        if module is not None:
            return Place(module, "")
        if path is not None:
            return self.place(path, name, depth + 1)
        return Foreign(dotted)

    def module_of(self, source: Source, statement: ast.ImportFrom) -> str:
        """The dotted name of the module from which a statement imports."""
        return self._absolute(source, statement)

    def _find(self, dotted: str, near: str) -> str | None:
        return self.codebase.index.find(dotted, near) if dotted else None

    def _absolute(self, source: Source, statement: ast.ImportFrom) -> str:
        module = statement.module or ""
        if not statement.level:
            return module
        parts = source.module.split(".")
        package = parts if source.is_package else parts[:-1]
        kept = package[: len(package) - (statement.level - 1)]
        return ".".join([*kept, *([module] if module else [])])

    def _of_bound(self, source: Source, name: str, bound: list[Bound | None], depth: int = 0) -> Meaning | None:
        real = [each for each in bound if each is not None]
        if len(real) != len(bound):
            return None
        imports = [each for each in real if each.alias is not None]
        if not imports:
            return Place(source.path, name) if self.names(source).get(name) == bound else None
        if len(imports) != len(real):
            return None
        meanings = {
            self._of_import(source, each.statement, each.alias, depth) for each in imports if each.alias is not None
        }
        return meanings.pop() if len(meanings) == 1 else None

    def _of_import(self, source: Source, statement: ast.stmt, alias: ast.alias, depth: int) -> Meaning | None:
        if isinstance(statement, ast.ImportFrom):
            return self.imported(source, statement, alias.name, depth)
        dotted = alias.name if alias.asname else alias.name.partition(".")[0]
        path = self._find(dotted, source.path)
        return Place(path, "") if path else Foreign(dotted)

    def _member(self, source: Source, inner: Meaning, attribute: str) -> Meaning | None:
        if isinstance(inner, Foreign):
            dotted = f"{inner.dotted}.{attribute}"
            path = self._find(dotted, source.path)
            return Place(path, "") if path else Foreign(dotted)
        if inner.name or inner.path not in self.sources:
            return None
        module = self.sources[inner.path]
        if attribute not in self.names(module):
            below = self._find(f"{module.module}.{attribute}", module.path)
            if below is not None:
                return Place(below, "")
        return self.place(inner.path, attribute)

    def _by_star(self, source: Source, name: str, depth: int) -> Meaning | None:
        for statement in self._scope(source).stars():
            path = self._find(self._absolute(source, statement), source.path)
            if path is not None and path in self.sources and path != source.path and depth <= _DEEPEST:
                found = self.place(path, name, depth + 1)
                if found is not None and not name.startswith("_"):
                    return found
        return None

    def _scope(self, source: Source) -> Scopes:
        return self._scopes.setdefault(source.path, Scopes(source))
