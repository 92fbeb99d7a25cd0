"""Reads expressions: what they may be, and what they call."""

import ast
import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

from .needs import Piece
from .values import UNKNOWN, Above, Inner, Instance, Known, Several, Values, items_of, union

_TOGETHER: Final = frozenset(("gather", "wait_for", "shield"))
_Read: TypeAlias = Callable[[Any], Values]


@dataclass(frozen=True)
class Arguments:
    """What is passed to a call."""

    positional: tuple[Values, ...] = ()
    named: Mapping[str, Values] = field(default_factory=dict[str, Values])

    def all(self) -> Values:
        return tuple(value for values in (*self.positional, *self.named.values()) for value in values)


class Calls(Protocol):
    """What a function that is read asks of the reader."""

    def attribute(self, piece: Piece, values: Values, name: str, *, caught: bool) -> Values: ...
    def call(self, piece: Piece, callees: Values, arguments: Arguments, *, caught: bool) -> Values: ...
    def guess(self, piece: Piece, name: str, *, is_awaited: bool, caught: bool) -> None: ...


class Expressions:
    """The expressions of one function.

    Args:
        names: What the function can see besides its own names: of its module, and of functions around it.
        above: For `super()`: its receiver, and the classes above that of the method.

    Attributes:
        outer: The function that this one is within.
        caught: How many things around the code that is read now catch a failure and go on.
    """

    def __init__(
        self,
        calls: Calls,
        piece: Piece,
        names: Mapping[str, Any],
        *,
        outer: "Expressions | None" = None,
        above: Above | None = None,
    ) -> None:
        self.calls = calls
        self.piece = piece
        self.names = names
        self.outer = outer
        self.above: Above | None = outer.above if above is None and outer is not None else above
        self.local: dict[str, Values] = {}
        self.returned: Values = UNKNOWN
        self.caught = 0
        self._awaited: set[ast.expr] = set()
        # What is not here is nothing in itself: only its parts are looked at.
        self._reads: dict[type[ast.expr], _Read] = {
            ast.Attribute: lambda node: self.attribute(self.value(node.value), node.attr),
            ast.Await: self._await,
            ast.BoolOp: lambda node: union(*map(self.value, node.values)),
            ast.Call: self._call,
            ast.Dict: lambda node: self._collection([*node.keys, *node.values]),
            ast.DictComp: lambda node: self._comprehension(node, node.key, node.value),
            ast.GeneratorExp: lambda node: self._comprehension(node, node.elt),
            ast.IfExp: self._choice,
            ast.Lambda: lambda node: (Inner(node, self),),
            ast.List: lambda node: self._collection(node.elts),
            ast.ListComp: lambda node: self._comprehension(node, node.elt),
            ast.Name: lambda node: self._lookup(node.id),
            ast.NamedExpr: self._named,
            ast.Set: lambda node: self._collection(node.elts),
            ast.SetComp: lambda node: self._comprehension(node, node.elt),
            ast.Starred: lambda node: items_of(self.value(node.value)),
            ast.Subscript: self._subscript,
            ast.Tuple: lambda node: self._collection(node.elts),
            ast.Yield: self._yield,
            ast.YieldFrom: self._yield,
        }

    def value(self, node: ast.expr | None) -> Values:
        """What an expression may be; notes what it calls."""
        read = self._reads.get(type(node)) if node is not None else None
        if read is not None:
            return read(node)
        if node is not None:
            self.parts(node)
        return UNKNOWN

    def parts(self, node: ast.AST) -> None:
        """Read what an expression consists of."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
            else:
                self.parts(child)

    def attribute(self, owners: Values, name: str) -> Values:
        return self.calls.attribute(self.piece, owners, name, caught=self.caught > 0)

    def assign(self, target: ast.expr, values: Values, source: ast.expr | None = None) -> None:
        """Let a target be `values`, too; `source` is the expression that they come from."""
        match target:
            case ast.Name(name):
                self.bind(name, values)
            case ast.Attribute(owner, name):
                for each in self.value(owner):
                    if isinstance(each, Instance):
                        each.fields[name] = union(each.fields.get(name, UNKNOWN), values)
            case ast.Tuple(targets) | ast.List(targets):
                pairs = source.elts if isinstance(source, ast.Tuple) and len(source.elts) == len(targets) else ()
                for number, part in enumerate(targets):
                    self.assign(part, self.value(pairs[number]) if pairs else items_of(values))
            case _:
                self.value(target)

    def bind(self, name: str, values: Values) -> None:
        """Let a name be `values`, too."""
        self.local[name] = union(self.local.get(name, UNKNOWN), values)

    def _lookup(self, name: str) -> Values:
        within: Expressions | None = self
        while within is not None:
            if name in within.local:
                return within.local[name]
            within = within.outer
        if name in self.names:
            return (Known(self.names[name]),)
        return (Known(getattr(builtins, name)),) if hasattr(builtins, name) else UNKNOWN

    def _await(self, node: ast.Await) -> Values:
        self._expect(node.value)
        return self.value(node.value)

    def _expect(self, awaited: ast.expr) -> None:
        """Calls that are awaited, also together: `await gather(client.get(…), …)`."""
        if isinstance(awaited, ast.Call):
            self._awaited.add(awaited)
            if ast.unparse(awaited.func).rpartition(".")[2] in _TOGETHER:
                for each in awaited.args:
                    self._expect(each)

    def _call(self, node: ast.Call) -> Values:
        if isinstance(node.func, ast.Name) and node.func.id == "super" and self.above is not None:
            return (self.above,)
        # asyncio.gather(…, return_exceptions=True) fails with none of them.
        keeps = any(each.arg == "return_exceptions" for each in node.keywords)
        self.caught += keeps
        positional = tuple(self.value(each) for each in node.args)
        named = {each.arg or "**": self.value(each.value) for each in node.keywords}
        callees = self.value(node.func)
        if not callees and isinstance(node.func, ast.Attribute):
            is_awaited = node in self._awaited
            self.calls.guess(self.piece, node.func.attr, is_awaited=is_awaited, caught=self.caught > 0)
        answer = self.calls.call(self.piece, callees, Arguments(positional, named), caught=self.caught > 0)
        self.caught -= keeps
        return answer

    def _choice(self, node: ast.IfExp) -> Values:
        self.value(node.test)
        return union(self.value(node.body), self.value(node.orelse))

    def _named(self, node: ast.NamedExpr) -> Values:
        found = self.value(node.value)
        self.assign(node.target, found)
        return found

    def _subscript(self, node: ast.Subscript) -> Values:
        self.value(node.slice)
        return items_of(self.value(node.value))

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Values:
        self.returned = union(self.returned, self.value(node.value))
        return UNKNOWN

    def _collection(self, elements: list[ast.expr]) -> Values:
        return (Several(union(*map(self.value, elements))),)

    def _comprehension(self, node: Any, *elements: ast.expr) -> Values:
        generators: list[ast.comprehension] = node.generators
        for generator in generators:
            self.assign(generator.target, items_of(self.value(generator.iter)))
            for condition in generator.ifs:
                self.value(condition)
        return self._collection(list(elements))
