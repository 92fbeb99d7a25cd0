"""Who calls what: each use of a function or class from another file, and whether it can be written anew without thought."""

import ast
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from plures.adoption.code import Bound, Foreign, Place, Program, Reference, Source

from .loops import Loops
from .operations import Operation
from .patched import Patched

_JOBS: Final = (
    "task",
    "shared_task",
    "command",
    "scheduled_job",
    "job",
    "cron",
    "group",
    "periodic_task",
    "actor",
    "on_event",
)
_CATCH_ALL: Final = frozenset({"Exception", "BaseException"})


@dataclass(frozen=True, eq=False)
class Caller:
    """One use from another file.

    Attributes:
        replaced: What stands for the client from now on: the function itself, or what makes or is the object; None where a person must look.
        reason: Why a person must look; empty where none must.
        local: The name by which the file has what it calls.
        catches: Exceptions of the application that it catches.
    """

    source: Source
    node: ast.expr
    operation: str
    replaced: ast.expr | None
    reason: str
    binding: Bound | None
    local: str
    catches: tuple[Place, ...] = ()

    @property
    def where(self) -> str:
        """file:line."""
        return f"{self.source.path}:{self.node.lineno}"


class Uses:
    """All uses of names of the application, in its production code."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._loops = Loops(program)
        self._patched = Patched(program)
        found: defaultdict[Place, list[Reference]] = defaultdict(list)
        for source in program.production:
            for meaning, reference in program.references(source):
                if isinstance(meaning, Place) and meaning.name:
                    found[meaning].append(reference)
        self.by_place: Mapping[Place, list[Reference]] = dict(found)

    def of_function(self, place: Place, operation: Operation) -> list[Caller]:
        """Uses of a function, outside of its own file."""
        return [
            self._caller(each, each.node, operation.name, each.node, operation)
            for each in self.by_place.get(place, ())
            if each.source.path != place.path
        ]

    def of_object(self, reference: Reference, made: ast.expr, operations: Mapping[str, Operation]) -> list[Caller]:
        """Uses of an object of a class.

        Args:
            made: The expression that is the object: its name, or the call that makes it.
        """
        source = reference.source
        above = source.parents.get(made)
        match above:
            case ast.Attribute(attr=name) if name in operations:
                return [self._caller(reference, above, name, made, operations[name])]
            case ast.Assign(targets=[ast.Name(id=name)]) if isinstance(made, ast.Call) and source.functions_around(
                made
            ):
                return self._of_local(reference, made, name, operations)
            case ast.Attribute(attr=name):
                reason = f"uses {name}, which is no operation"
            case _:
                reason = "passes it on, so that what is called of it cannot be seen"
        return [self._left(reference, "", reason)]

    def _of_local(
        self, reference: Reference, made: ast.Call, name: str, operations: Mapping[str, Operation]
    ) -> list[Caller]:
        source = reference.source
        function = source.functions_around(made)[0]
        named = [each for each in ast.walk(function) if isinstance(each, ast.Name) and each.id == name]
        if sum(isinstance(each.ctx, ast.Store) for each in named) > 1:
            return [self._left(reference, "", f"gives {name} several values")]
        callers: list[Caller] = []
        for each in named:
            above = source.parents.get(each)
            if isinstance(each.ctx, ast.Load):
                if not (isinstance(above, ast.Attribute) and above.attr in operations):
                    return [self._left(reference, "", f"uses {name} for something that is no operation")]
                callers.append(self._caller(reference, above, above.attr, made, operations[above.attr]))
        reasons = [each for each in callers if each.reason]
        return [self._left(reference, each.operation, each.reason) for each in reasons[:1]] or callers

    def left(self, reference: Reference, reason: str) -> Caller:
        """A use that a person must look at."""
        return self._left(reference, "", reason)

    def _left(self, reference: Reference, operation: str, reason: str) -> Caller:
        return Caller(
            reference.source, reference.node, operation, None, reason, reference.binding, _first(reference.node)
        )

    def _caller(
        self, reference: Reference, called: ast.expr, operation: str, replaced: ast.expr, declared: Operation
    ) -> Caller:
        reason = self._reason(reference, called, declared)
        catches, uncaught = self._catches(reference.source, called)
        reason = reason or uncaught
        return Caller(
            reference.source, called, operation, None if reason else replaced, reason, reference.binding,
            _first(reference.node), catches,
        )  # fmt: skip

    def _reason(  # noqa: PLR0911 - a list of reasons
        self, reference: Reference, called: ast.expr, declared: Operation
    ) -> str:
        source, node = reference.source, reference.node
        call = source.parents.get(called)
        if not (isinstance(call, ast.Call) and call.func is called):
            return f"passes {declared.name} on instead of calling it"
        functions = source.functions_around(node)
        if not functions:
            return "calls while the module is imported, when no application runs yet"
        if outside := _outside(source, functions):
            return outside
        if reference.binding is None or not reference.binding.is_sure:
            return "has it by an import under a condition, or with a star"
        if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
            return "passes an open list of arguments"
        if test := self._patched.where(source.module, _first(node)):
            return f"is what a test replaces ({test})"
        return self._loop_reason(source, call, functions, declared) or _changed_place(source, node)

    def _loop_reason(
        self,
        source: Source,
        call: ast.Call,
        functions: "list[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda]",
        declared: Operation,
    ) -> str:
        is_async = [isinstance(each, ast.AsyncFunctionDef) for each in functions]
        if not declared.blocks:
            awaited = is_async[0] and isinstance(source.parents.get(call), ast.Await)
            return "" if awaited else "does not await it where it is called"
        if any(is_async):
            return f"is async: write await asyncio.to_thread(plures.client(…).{declared.name}, …), or make the function a def"
        if origin := next((found for each in functions if (found := self._loops.above(each))), ""):
            return f"may run on the event loop: {origin} calls it"
        return ""

    def _catches(self, source: Source, called: ast.expr) -> tuple[tuple[Place, ...], str]:
        """Exceptions that the caller catches: those of the application, and why others are in the way."""
        caught: list[Place] = []
        below: ast.AST = called
        for above in source.around(called):
            if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef):
                break
            if isinstance(above, ast.Try) and below in above.body:
                for handler in above.handlers:
                    kinds = (
                        handler.type.elts
                        if isinstance(handler.type, ast.Tuple)
                        else [handler.type]
                        if handler.type
                        else []
                    )
                    for kind in kinds:
                        meaning = self._program.meaning(source, kind)
                        if isinstance(meaning, Place) and meaning.name:
                            caught.append(meaning)
                        elif isinstance(meaning, Foreign) or ast.unparse(kind) not in _CATCH_ALL:
                            return (
                                (),
                                f"catches {ast.unparse(kind)}, which does not cross: raise one of your own instead",
                            )
            below = above
        return tuple(dict.fromkeys(caught)), ""


def _outside(source: Source, functions: "list[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda]") -> str:
    """Why the code around a call runs where no application is hosted."""
    if "/management/commands/" in f"/{source.path}" or source.module.rpartition(".")[2] in ("__main__", "manage"):
        return "is a command of its own process: host the application there, or leave it"
    for function in functions:
        for decorator in getattr(function, "decorator_list", []):
            name = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator).rpartition(".")[2]
            if name in _JOBS:
                return f"is a job or a command (@{name}), which may run in a process of its own"
    return ""


def _changed_place(source: Source, node: ast.expr) -> str:
    """Whether the text at a node is the node: positions within f-strings are wrong before Python 3.12."""
    try:
        is_same = ast.dump(ast.parse(f"({source.snippet(node)})", mode="eval").body) == ast.dump(node)
    except (SyntaxError, ValueError):
        is_same = False
    return "" if is_same else "stands where its text cannot be told, as within an f-string"


def _first(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
