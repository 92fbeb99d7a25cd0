"""What a name means at a place of a file: an import, a definition of the module, or something that a function binds itself."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from .source import Function, Source

Binding = ast.Import | ast.ImportFrom | ast.stmt
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(frozen=True)
class Bound:
    """A statement that gives a name its meaning.

    Attributes:
        alias: Of an import, which of its names.
        is_sure: It runs whenever the module is imported, or the function called.
        is_typing: It stands under `if TYPE_CHECKING`, and never runs.
    """

    statement: ast.stmt
    alias: ast.alias | None
    is_sure: bool
    is_typing: bool = False


Names = dict[str, list[Bound | None]]
"""Name → what binds it in one scope; None for what is no statement of its own: a parameter, a loop, a `with`."""


class Scopes:
    """The names of one file, by the function in which they are bound."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._of: dict[ast.AST, Names] = {}
        self._chains: dict[ast.AST | None, tuple[ast.AST, ...]] = {None: ()}

    @property
    def module(self) -> Names:
        """The names of the module itself."""
        return self._names(self._source.tree)

    def find(self, name: str, at: ast.AST) -> list[Bound | None]:
        """What binds the name where `at` stands; empty for a builtin and what a star import brings."""
        for scope in self._functions(at):
            if name in (names := self._names(scope)):
                return names[name]
        above = self._source.parents.get(at)
        if isinstance(above, ast.ClassDef) and name in (names := self._names(above)):
            return names[name]
        return self.module.get(name, [])

    def stars(self) -> Iterator[ast.ImportFrom]:
        """The star imports of the module."""
        for node in ast.walk(self._source.tree):
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                yield node

    def _functions(self, at: ast.AST) -> tuple[ast.AST, ...]:
        """The functions around a node, innermost first; what was found for a node around it is not looked for again."""
        parents = self._source.parents
        new: list[ast.AST] = []
        above = parents.get(at)
        while above not in self._chains and above is not None:
            new.append(above)
            above = parents.get(above)
        chain = self._chains[above]
        for node in reversed(new):
            chain = (node, *chain) if isinstance(node, Function | ast.Lambda) else chain
            self._chains[node] = chain
        return chain

    def _names(self, scope: ast.AST) -> Names:
        if scope not in self._of:
            found: Names = defaultdict(list)
            if isinstance(scope, Function | ast.Lambda):
                for argument in ast.walk(scope.args):
                    if isinstance(argument, ast.arg):
                        found[argument.arg].append(None)
            body = [scope.body] if isinstance(scope, ast.Lambda) else getattr(scope, "body", [])
            for statement in body:
                _collect(statement, found, is_sure=True, is_typing=False)
            for name in _declared_elsewhere(body):
                found.pop(name, None)
            self._of[scope] = dict(found)
        return self._of[scope]


def _collect(node: ast.AST, found: Names, *, is_sure: bool, is_typing: bool) -> None:
    match node:
        case ast.Import() | ast.ImportFrom():
            for alias in node.names:
                local = alias.asname or (alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name)
                found[local].append(Bound(node, alias, is_sure, is_typing))
            return
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            found[node.name].append(Bound(node, None, is_sure, is_typing))
            return
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            found[name].append(Bound(node, None, is_sure, is_typing))
            if node.value is not None:
                _collect(node.value, found, is_sure=is_sure, is_typing=is_typing)
            return
        case ast.Name(ctx=ast.Store() | ast.Del()) | ast.ExceptHandler(name=str()) | ast.MatchAs(name=str()):
            found[node.id if isinstance(node, ast.Name) else str(node.name)].append(None)
        case ast.If(test=test):
            is_typing = is_typing or "TYPE_CHECKING" in ast.unparse(test)
        case _:
            pass
    if isinstance(node, _SCOPES):
        return
    for child in ast.iter_child_nodes(node):
        certain = is_sure and not isinstance(node, ast.If | ast.Try | ast.While | ast.For | ast.Match)
        _collect(child, found, is_sure=certain, is_typing=is_typing)


def _declared_elsewhere(body: "list[ast.stmt] | list[ast.expr]") -> set[str]:
    """Names that `global` or `nonlocal` takes from further out."""
    nodes = (node for statement in body for node in ast.walk(statement))
    return {name for node in nodes if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
