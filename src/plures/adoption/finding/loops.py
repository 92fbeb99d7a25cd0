"""Which functions run on an event loop: `async def`, and plain functions that one of these calls, as far as names tell."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from plures.adoption.code import Function, Place, Program, Source


class Loops:
    """Plain functions with the `async def` from which a chain of calls leads to them."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._by_name: defaultdict[str, list[tuple[Source, ast.AST]]] = defaultdict(list)
        for source in program.sources.values():
            for node in ast.walk(source.tree):
                if isinstance(node, Function):
                    self._by_name[node.name].append((source, node))
        self._from: dict[ast.AST, str] = {}
        self._follow()

    def above(self, function: ast.AST) -> str:
        """The `async def` that calls it, as name (file:line); empty where none does."""
        return self._from.get(function, "")

    def _follow(self) -> None:
        waiting: list[tuple[Source, ast.AST, str]] = [
            (source, node, f"{node.name} ({source.path}:{node.lineno})")
            for named in self._by_name.values()
            for source, node in named
            if isinstance(node, ast.AsyncFunctionDef)
        ]
        while waiting:
            source, node, origin = waiting.pop()
            for home, called in self._called(source, node):
                if isinstance(called, ast.FunctionDef) and called not in self._from:
                    self._from[called] = origin
                    waiting.append((home, called, origin))

    def _called(self, source: Source, function: ast.AST) -> Iterator[tuple[Source, ast.AST]]:
        for node in ast.walk(function):
            if not isinstance(node, ast.Call):
                continue
            meaning = self._program.meaning(source, node.func)
            if isinstance(meaning, Place) and meaning.path in self._program.sources:
                bound = self._program.names(self._program.sources[meaning.path]).get(meaning.name, [])
                yield from ((self._program.sources[meaning.path], each.statement) for each in bound if each is not None)
            elif meaning is None:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                # Of an object whose class is unknown, a name that only one function has tells enough.
                if len(self._by_name.get(name, ())) == 1:
                    yield self._by_name[name][0]
