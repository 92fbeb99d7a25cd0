"""What could be the first capability: classes and modules that others call, each with what speaks for it and against it."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from plures.adoption.code import Function, Place, Program, Reference, Source
from plures.advisor import Survey

from .applications import WebApplication
from .calls import Caller, Uses
from .crossing import Crossing
from .operations import Operation, Problem, parameters, read_operation
from .reach import Reach, Reaching

_NO_WORK: Final = frozenset(
    {"settings", "config", "conf", "constants", "urls", "asgi", "wsgi", "manage", "admin", "apps", "__main__"}
)
_MANY_JOBS: Final = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "lib", "tools", "core", "base"})
_PLAIN_BASES: Final = frozenset({"object", "ABC", "abc.ABC"})
_FEW_CALLERS = 4
_FEW_OPERATIONS = 6


@dataclass(frozen=True, eq=False)
class Candidate:
    """A class, or the functions of a module.

    Attributes:
        class_name: Empty for the functions of a module.
        operations: Those that others use.
        problems: What is in the way beside the operations.
        made_as: A name of a module that is the one object of the class; None where each caller makes its own.
    """

    source: Source
    class_name: str
    operations: tuple[Operation, ...]
    callers: tuple[Caller, ...]
    reach: Reach
    problems: tuple[Problem, ...] = ()
    made_as: Place | None = None

    @property
    def name(self) -> str:
        """As a person names it with --candidate."""
        return f"{self.source.module}.{self.class_name}" if self.class_name else self.source.module

    @cached_property
    def crossing(self) -> tuple[Operation, ...]:
        """The operations that can cross, while nothing is in the way of the whole."""
        if self.problems:
            return ()
        return tuple(each for each in self.operations if not each.problems)

    @cached_property
    def rewritten(self) -> tuple[Caller, ...]:
        """The uses that the patch writes anew."""
        names = {each.name for each in self.crossing}
        return tuple(each for each in self.callers if each.replaced is not None and each.operation in names)

    @property
    def left(self) -> tuple[Caller, ...]:
        """The uses that it leaves to a person; those of operations that cannot cross are told by the problems of these."""
        return tuple(each for each in self.callers if each.reason)

    @property
    def is_ready(self) -> bool:
        """The patch can take something out."""
        return bool(self.rewritten)

    @property
    def is_called_freely(self) -> bool:
        """Some call could be written anew, if its operation could cross."""
        return any(not each.reason for each in self.callers)

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """What keeps it, or operations of it, from crossing."""
        return (*self.problems, *(problem for each in self.operations for problem in each.problems))

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that its operations touch."""
        return tuple(sorted({name for each in self.crossing or self.operations for name in each.reach.tables}))

    @property
    def works_with(self) -> tuple[str, ...]:
        """Packages that work for it."""
        return tuple(sorted({name for each in self.operations for name in each.reach.works_with}))

    @property
    def weight(self) -> float:
        """How well it serves as the first one: the higher the better."""
        files = len({each.source.path for each in self.callers})
        share = len(self.crossing) / max(1, len(self.operations))
        # Of one that is not ready, what it would be once its operations can cross.
        written = sum(not each.reason for each in self.callers) / max(1, len(self.callers))
        last = self.source.module.rpartition(".")[2].lower()
        return (
            40 * share
            + 25 * written
            + (20 if self.works_with else 0)
            + (5 if self.class_name else 0)
            - 8 * min(6, len(self.tables))
            - 2 * max(0, files - _FEW_CALLERS)
            - 2 * max(0, len(self.operations) - _FEW_OPERATIONS)
            - (10 if last in _MANY_JOBS else 0)
            - sum(10 if each.is_deep else 2 for each in self.all_problems)
        )


def find_candidates(program: Program, survey: Survey, web: WebApplication) -> list[Candidate]:
    """All of them, the best first."""
    finder = _Finder(program, survey)
    found = [
        each
        for source in program.production
        if source.path != web.path and source.module.rpartition(".")[2] not in _NO_WORK
        for each in finder.of(source)
    ]
    return sorted(found, key=lambda each: (not each.is_ready, not each.is_called_freely, -each.weight, each.name))


class _Finder:
    def __init__(self, program: Program, survey: Survey) -> None:
        self._program = program
        self._uses = Uses(program)
        self._crossing = Crossing(program)
        self._reaching = Reaching(program, survey)
        # Those that run when a module is imported.
        self._imports: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for edge in program.codebase.imports:
            if not edge.typing_only and not program.codebase.facts[edge.source].imports[edge.index].lazy:
                self._imports[edge.source].append((edge.target, edge.line))

    def of(self, source: Source) -> Iterator[Candidate]:
        functions = [each for each in source.tree.body if isinstance(each, Function) and not each.decorator_list]
        public = [each for each in functions if self._is_public(source, each.name)]
        used = [each for each in public if self._is_used(Place(source.path, each.name))]
        if used:
            operations = tuple(self._operation(source, each, [each]) for each in used)
            callers = [c for each in operations for c in self._uses.of_function(Place(source.path, each.name), each)]
            if callers:
                problems = tuple(self._circles(source))
                yield Candidate(source, "", operations, tuple(callers), self._reaching.of(source, used), problems)
        for each in source.tree.body:
            if isinstance(each, ast.ClassDef) and self._is_service(source, each):
                candidate = self._of_class(source, each)
                if candidate is not None:
                    yield candidate

    def _of_class(self, source: Source, made: ast.ClassDef) -> Candidate | None:
        methods = [each for each in made.body if isinstance(each, Function) and _is_operation(each)]
        place = Place(source.path, made.name)
        operations = {each.name: self._operation(source, each, _method_code(made, each)) for each in methods}
        if not operations:
            return None
        objects = [*self._objects(place)]
        callers: list[Caller] = []
        for reference in self._uses.by_place.get(place, ()):
            if reference.source.path != source.path:
                callers += self._of_reference(reference, operations, [name for name, _ in objects])
        for name, _ in objects:
            for reference in self._uses.by_place.get(name, ()):
                if reference.source.path != source.path:
                    callers += self._uses.of_object(reference, reference.node, operations)
        names = {each.operation for each in callers}
        used = tuple(each for name, each in operations.items() if name in names)
        if not used:
            return None
        problems = tuple(self._circles(source))
        problems += () if len(objects) == 1 else tuple(_of_constructor(source, made))
        made_as = objects[0][0] if len(objects) == 1 else None
        return Candidate(source, made.name, used, tuple(callers), self._reaching.of(source, [made]), problems, made_as)

    def _of_reference(
        self, reference: Reference, operations: Mapping[str, Operation], objects: Sequence[Place]
    ) -> list[Caller]:
        source = reference.source
        call = source.parents.get(reference.node)
        if not (isinstance(call, ast.Call) and call.func is reference.node):
            if _is_annotation(source, reference.node):
                return []
            return [self._uses.left(reference, "names the class without making an object of it")]
        assigned = source.parents.get(call)
        if not source.functions_around(call) and isinstance(assigned, ast.Assign | ast.AnnAssign):
            target = assigned.targets[0] if isinstance(assigned, ast.Assign) else assigned.target
            if isinstance(target, ast.Name) and Place(source.path, target.id) in objects:
                return []
        if call.args or call.keywords:
            return [self._uses.left(reference, "makes an object with arguments of its own")]
        return self._uses.of_object(reference, call, operations)

    def _objects(self, place: Place) -> Iterator[tuple[Place, ast.Call]]:
        """Names at the top of modules that are objects of the class."""
        for reference in self._uses.by_place.get(place, ()):
            call = reference.source.parents.get(reference.node)
            above = reference.source.parents.get(call) if call is not None else None
            match above:
                case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                    is_top = above in reference.source.tree.body
                    if is_top and isinstance(call, ast.Call) and call.func is reference.node:
                        yield Place(reference.source.path, name), call
                case _:
                    pass

    def _circles(self, source: Source) -> Iterator[Problem]:
        """Imports that lead back: the application would import the module first, where so far another one did."""
        for first, line in self._imports.get(source.path, ()):
            waiting, seen = [first], set[str]()
            while waiting:
                path = waiting.pop()
                if path == source.path:
                    what = f"{source.module} imports {first}, which imports it in turn"
                    yield Problem(source.path, line, what, "import it within the functions that need it")
                    return
                if path not in seen:
                    seen.add(path)
                    waiting += [target for target, _ in self._imports.get(path, ())]

    def _operation(self, source: Source, node: Function, code: list[ast.stmt]) -> Operation:
        return read_operation(source, node, self._crossing, self._reaching.of(source, code))

    def _is_used(self, place: Place) -> bool:
        return any(each.source.path != place.path for each in self._uses.by_place.get(place, ()))

    def _is_public(self, source: Source, name: str) -> bool:
        return not name.startswith("_") and len(self._program.names(source).get(name, [])) == 1

    def _is_service(self, source: Source, made: ast.ClassDef) -> bool:
        bases = {ast.unparse(each) for each in made.bases}
        return (
            self._is_public(source, made.name)
            and not made.decorator_list
            and not made.keywords
            and bases <= _PLAIN_BASES
        )


def _is_operation(method: Function) -> bool:
    arguments = [*method.args.posonlyargs, *method.args.args]
    return (
        not method.name.startswith("_") and not method.decorator_list and bool(arguments) and arguments[0].arg == "self"
    )


def _method_code(made: ast.ClassDef, method: Function) -> list[ast.stmt]:
    """A method with the methods of its class that it needs, the constructor among them."""
    methods = {each.name: each for each in made.body if isinstance(each, Function)}
    found: dict[str, Function] = {}
    waiting = [method.name, "__init__"]
    while waiting:
        name = waiting.pop()
        if name in methods and name not in found:
            found[name] = methods[name]
            nodes = (each for each in ast.walk(methods[name]) if isinstance(each, ast.Attribute))
            waiting += [each.attr for each in nodes if isinstance(each.value, ast.Name) and each.value.id == "self"]
    return list(found.values())


def _is_annotation(source: Source, node: ast.AST) -> bool:
    """It says a type, and nothing happens with it."""
    below = node
    for above in source.around(node):
        if isinstance(above, ast.arg | ast.AnnAssign) and above.annotation is below:
            return True
        if isinstance(above, Function) and above.returns is below:
            return True
        below = above
    return False


def _of_constructor(source: Source, made: ast.ClassDef) -> Iterator[Problem]:
    for each in made.body:
        if isinstance(each, Function) and each.name == "__init__":
            needed = len(parameters(each)) - len(each.args.defaults) - sum(d is not None for d in each.args.kw_defaults)
            if needed > 0:
                names = ", ".join(p.arg for p in parameters(each)[:needed])
                what = f"the constructor of {made.name} asks for {names}"
                yield Problem(
                    source.path,
                    each.lineno,
                    what,
                    f"make one object at the top of a module: {made.name.lower()} = {made.name}(…)",
                )
