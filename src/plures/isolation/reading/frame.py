"""Reads the body of one function, statement by statement."""

import ast
from collections.abc import Sequence
from typing import Final

from plures.errors import Unavailable

from .expressions import Arguments, Expressions
from .needs import Piece
from .values import Inner, Known, items_of, union

_FAILURE: Final = Unavailable
_NOTHING: Final = Arguments()


class Frame(Expressions):
    """One function, while it is read."""

    def inner(self, piece: Piece) -> "Frame":
        """The frame of a function within this one."""
        return Frame(self.calls, piece, self.names, outer=self)

    def read(self, body: Sequence[ast.stmt]) -> None:
        """Read statements."""
        for statement in body:
            self._statement(statement)

    def parts(self, node: ast.AST) -> None:
        """Read what a statement or an expression consists of."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                self._statement(child)
            elif isinstance(child, ast.expr):
                self.value(child)
            else:
                self.parts(child)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.bind(node.name, (Inner(node, self),))
            case ast.Return():
                self.returned = union(self.returned, self.value(node.value))
            case ast.Assign():
                values = self.value(node.value)
                for target in node.targets:
                    self.assign(target, values, node.value)
            case ast.AnnAssign() if node.value is not None:
                self.assign(node.target, self.value(node.value), node.value)
            case ast.For() | ast.AsyncFor():
                self.assign(node.target, items_of(self.value(node.iter)))
                self.read([*node.body, *node.orelse])
            case ast.With() | ast.AsyncWith():
                self._with(node.items, node.body)
            case ast.Try():
                self._try(node)
            case _:
                self.parts(node)

    def _try(self, node: ast.Try) -> None:
        goes_on = any(map(self._goes_on, node.handlers))
        self.caught += goes_on
        self.read(node.body)
        self.caught -= goes_on
        for handler in node.handlers:
            self.read(handler.body)
        self.read([*node.orelse, *node.finalbody])

    def _with(self, items: list[ast.withitem], body: list[ast.stmt]) -> None:
        suppressing = 0
        for item in items:
            entered = self.value(item.context_expr)
            for name in ("__aenter__", "__enter__", "__aexit__", "__exit__"):
                self.calls.call(self.piece, self.attribute(entered, name), _NOTHING, caught=self.caught > 0)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, entered)
            suppressing += self._suppresses(item.context_expr)
        self.caught += suppressing
        self.read(body)
        self.caught -= suppressing

    def _suppresses(self, node: ast.expr) -> bool:
        if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith("suppress"):
            return False
        return any(map(self._is_failure, node.args))

    def _goes_on(self, handler: ast.ExceptHandler) -> bool:
        """Whether it catches that a capability does not answer, and does not fail with it."""
        is_caught = handler.type is None or self._is_failure(handler.type)
        return is_caught and not isinstance(handler.body[-1], ast.Raise)

    def _is_failure(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Tuple):
            return any(map(self._is_failure, node.elts))
        classes = [each.object for each in self.value(node) if isinstance(each, Known)]
        return any(isinstance(each, type) and issubclass(_FAILURE, each) for each in classes)
