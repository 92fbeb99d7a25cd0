"""A function, or a method, as an operation: what of it can cross a wire, and what a person must write first."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from plures.adoption.code import Function, Source
from plures.contract import is_spellable

from .crossing import Crossing
from .reach import Reach

_CHANGES: Final = frozenset(
    "append extend insert update pop popitem remove clear add discard setdefault sort reverse".split()
)
# What is called so is rarely a value.
_NOT_VALUES: Final = frozenset(
    "app request response session db dao engine conn connection cursor websocket callback func function handler form queryset".split()
)
_SPELLING: Final = "use lower-case words joined by single underscores"
_OWN: Final = frozenset({"self", "cls"})


@dataclass(frozen=True)
class Problem:
    """One thing that keeps a function from being an operation.

    Attributes:
        is_deep: It is more than an annotation that is missing.
    """

    path: str
    line: int
    what: str
    fix: str
    is_deep: bool = True

    @property
    def where(self) -> str:
        """file:line."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, eq=False)
class Operation:
    """A public function or method.

    Attributes:
        problems: Empty where it can cross as it is written.
    """

    source: Source
    node: Function
    reach: Reach
    problems: tuple[Problem, ...]

    @property
    def name(self) -> str:
        """Of the function."""
        return self.node.name

    @property
    def blocks(self) -> bool:
        """It is a plain `def`."""
        return isinstance(self.node, ast.FunctionDef)


def parameters(node: Function) -> list[ast.arg]:
    """All but `self`."""
    arguments = node.args
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [each for n, each in enumerate(listed) if n or each.arg not in _OWN]


def defaults(node: Function) -> dict[str, ast.expr]:
    """Parameter → what it is where it is left out."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    found = dict(
        zip(
            [each.arg for each in positional[len(positional) - len(arguments.defaults) :]],
            arguments.defaults,
            strict=True,
        )
    )
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return found | {each.arg: default for each, default in named if default is not None}


def returns_nothing(node: Function) -> bool:
    """No return statement of the function has a value, and it does not yield."""
    return not any(
        isinstance(each, ast.Yield | ast.YieldFrom) or (isinstance(each, ast.Return) and each.value is not None)
        for each in _own_nodes(node)
    )


def read_operation(source: Source, node: Function, crossing: Crossing, reach: Reach) -> Operation:
    """Judge one function."""
    found = [*_of_signature(source, node, crossing), *_of_body(source, node, reach)]
    return Operation(source, node, reach, tuple(found))


def _of_signature(source: Source, node: Function, crossing: Crossing) -> Iterator[Problem]:
    def problem(at: ast.arg | Function, what: str, fix: str) -> Problem:
        return Problem(source.path, at.lineno, f"{node.name}: {what}", fix)

    if not is_spellable(node.name):
        yield problem(node, "peers cannot spell the name", _SPELLING)
    for star in filter(None, (node.args.vararg, node.args.kwarg)):
        yield problem(star, f"{star.arg} is an open list of parameters", "name each parameter")
    given = defaults(node)
    for each in parameters(node):
        yield from _of_parameter(source, node, each, given.get(each.arg), crossing)
    if node.returns is not None:
        if refused := crossing.refusal(source, node.returns):
            yield problem(node, f"its answer: {refused.what}", refused.fix)
    elif not returns_nothing(node):
        what = f"{node.name}: its answer has no type"
        yield Problem(source.path, node.lineno, what, "write -> and the type of what it returns", is_deep=False)
    if any(isinstance(each, ast.Yield | ast.YieldFrom) for each in _own_nodes(node)):
        yield problem(node, "it is a generator", "return a list")


def _of_parameter(
    source: Source, node: Function, each: ast.arg, default: ast.expr | None, crossing: Crossing
) -> Iterator[Problem]:
    if not is_spellable(each.arg):
        what = f"{node.name}: peers cannot spell the parameter {each.arg}"
        yield Problem(source.path, each.lineno, what, _SPELLING)
    if each.annotation is None:
        what, fix = f"{node.name}: {each.arg} has no type", f"write {each.arg}: {_guess(default)}"
        yield Problem(source.path, each.lineno, what, fix, is_deep=each.arg in _NOT_VALUES)
    elif refused := crossing.refusal(source, each.annotation):
        yield Problem(source.path, each.lineno, f"{node.name}: {each.arg}: {refused.what}", refused.fix)
    elif default is not None and (why := _default_problem(each.annotation, default)):
        what = f"{node.name}: the default of {each.arg} {why}"
        yield Problem(source.path, each.lineno, what, "write a literal of the declared type, or None with T | None")


def _of_body(source: Source, node: Function, reach: Reach) -> Iterator[Problem]:
    names = {each.arg for each in parameters(node)}
    for each in _own_nodes(node):
        changed = _changed(each)
        if changed in names:
            what = f"{node.name}: it changes its argument {changed}, which its caller would not see"
            yield Problem(source.path, getattr(each, "lineno", node.lineno), what, "change a copy, and return it")
            names.discard(changed)
    for path, line, name in reach.contexts[:1]:
        what = f"{node.name}: it needs {name} which exists within a request alone"
        yield Problem(path, line, what, "pass the values that it needs as arguments, or open the context within it")
    for path, line, name in reach.foreign_raises[:1]:
        what = f"{node.name}: {name} belongs to the web application"
        yield Problem(path, line, what, "raise an exception of your own, and let the handler answer it")


def _changed(node: ast.AST) -> str:
    """The name whose value a node changes in place."""
    match node:
        case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
            return name
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
            return name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in _CHANGES:
            return name
        case _:
            return ""


def _own_nodes(node: Function) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions within it."""
    waiting: list[ast.AST] = [*node.body]
    while waiting:
        each = waiting.pop()
        yield each
        if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(each)


def _default_problem(annotation: ast.expr, default: ast.expr) -> str:
    try:
        value = ast.literal_eval(default)
    except ValueError:
        return "is no literal"
    text = ast.unparse(annotation)
    is_optional = "None" in text or "Optional" in text
    if value is None:
        return "" if is_optional else "is None, and its type has no None"
    if is_optional:
        return "would replace a None"
    return "is not empty" if isinstance(value, list | tuple | dict | set) and value else ""


def _guess(default: ast.expr | None) -> str:
    """The type that a default has, where it tells."""
    if isinstance(default, ast.Constant) and default.value is not None:
        return type(default.value).__name__
    return "…" if default is None else "… | None" if isinstance(default, ast.Constant) else "…"
