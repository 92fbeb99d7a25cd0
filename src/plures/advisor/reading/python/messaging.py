"""Recognises code of Plures: contracts with their events, what handles events, and the steps of sagas. Sees one file only."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .chain import annotation, chain
from .facts import Client, ContractClass, Handler, Import, Messaging, SagaMethod, SharedTables, Step

_Method = ast.FunctionDef | ast.AsyncFunctionDef


def messaging_of(tree: ast.Module, imports: Iterable[Import]) -> Messaging | None:
    """What the file has of it; None for most files."""
    listed = list(imports)
    words, names = _Words(listed), {each.alias or each.name or each.module.partition(".")[0] for each in listed}
    classes = list(_classes(tree.body))
    found = dict.fromkeys(client for node in classes for client in _clients(node))
    # The contract of another capability is imported.
    clients = [client for client in found if client.kind.partition(".")[0] in names]
    if not words:
        return Messaging(clients=tuple(clients)) if clients else None
    messaging = Messaging(
        contracts=tuple(contract for node in classes if (contract := _contract(node, words))),
        handlers=(*(h for node in classes for h in _handlers(node, words)), *_handlers_elsewhere(tree, words)),
        sagas=tuple(saga for node in classes for saga in _sagas(node, words)),
        clients=tuple(clients),
        optional=tuple(dict.fromkeys(_optional(tree, classes, words))),
        shared=tuple(_shared(tree, words)),
    )
    return messaging if messaging != Messaging() else None


def _classes(statements: Iterable[ast.stmt]) -> Iterator[ast.ClassDef]:
    """Classes of the module, also those under a condition. What a function makes is not searched: most of a file is functions."""
    for statement in statements:
        match statement:
            case ast.ClassDef():
                yield statement
                yield from _classes(statement.body)
            case ast.If() | ast.Try():
                yield from _classes((*statement.body, *statement.orelse))
            case _:
                pass


class _Words:
    """What the names of a file mean of Plures."""

    def __init__(self, imports: Iterable[Import]) -> None:
        ours = [each for each in imports if not each.level and each.module.partition(".")[0] == "plures"]
        self._words = {each.alias or each.name or "plures": each.name for each in ours}

    def __bool__(self) -> bool:
        return bool(self._words)

    def of(self, node: ast.expr) -> str:
        """`subscribe` for `plures.subscribe()` or for another name that it was imported by; empty for what is not ours."""
        names = chain(node.func if isinstance(node, ast.Call) else node)
        if not names or names[0] not in self._words:
            return ""
        return self._words[names[0]] or (names[1] if names[1:] else "")

    def decorate(self, node: ast.ClassDef | _Method, word: str) -> ast.expr | None:
        """The decorator of that name, if there is one."""
        return next((each for each in node.decorator_list if self.of(each) == word), None)


def _contract(node: ast.ClassDef, words: _Words) -> ContractClass | None:
    decorator = words.decorate(node, "contract")
    if decorator is None:
        return None
    events = _keyword(decorator, "events")
    listed = events.elts if isinstance(events, ast.List | ast.Tuple) else []
    return ContractClass(node.name, tuple(name for each in listed if (name := annotation(each))), node.lineno)


def _handlers(node: ast.ClassDef, words: _Words) -> Iterator[Handler]:
    for method in _methods(node):
        taken = method.args.posonlyargs + method.args.args
        if words.decorate(method, "subscribe") and taken[1:] and (event := annotation(taken[1].annotation)):
            yield Handler(method.name, event, method.lineno)


def _handlers_elsewhere(tree: ast.Module, words: _Words) -> Iterator[Handler]:
    """What `Capability(Mail, subscriptions={"confirm": OrderPlaced})` says of code that is not here."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args and words.of(node) == "Capability"):
            continue
        listed = _keyword(node, "subscriptions")
        for key, value in zip(listed.keys, listed.values, strict=True) if isinstance(listed, ast.Dict) else ():
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and (event := annotation(value)):
                yield Handler(key.value, event, value.lineno, contract=annotation(node.args[0]))


def _shared(tree: ast.Module, words: _Words) -> Iterator[SharedTables]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args and words.of(node) == "Capability"):
            continue
        listed = _keyword(node, "shared_tables")
        if isinstance(listed, ast.List | ast.Tuple) and listed.elts:
            names = [
                each.value for each in listed.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
            models = [name for each in listed.elts if not isinstance(each, ast.Constant) and (name := annotation(each))]
            yield SharedTables(annotation(node.args[0]), tuple(names), tuple(models), node.lineno)


def _keyword(node: ast.expr, name: str) -> ast.expr | None:
    given = node.keywords if isinstance(node, ast.Call) else []
    return next((each.value for each in given if each.arg == name), None)


def _methods(node: ast.ClassDef) -> list[_Method]:
    return [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]


def _clients(node: ast.ClassDef) -> Iterator[Client]:
    """Attributes with their types: annotated ones, and what the constructor takes, also by the name that it is kept by."""
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield from _client(statement.target.id, annotation(statement.annotation))
    for method in _methods(node):
        if method.name != "__init__":
            continue
        taken = {each.arg: annotation(each.annotation) for each in (*method.args.args, *method.args.kwonlyargs)}
        for name, kind in taken.items():
            yield from _client(name, kind)
        for statement in method.body:
            match statement:
                case ast.Assign(targets=[ast.Attribute(attr=kept)], value=ast.Name(id=name)) if name in taken:
                    yield from _client(kept, taken[name])
                case _:
                    pass


def _client(name: str, kind: str) -> Iterator[Client]:
    # A class of another module; `str` and the like are none.
    if kind.rpartition(".")[2][:1].isupper():
        yield Client(name, kind)


def _optional(tree: ast.Module, classes: Sequence[ast.ClassDef], words: _Words) -> Iterator[str]:
    """The contracts that functions, methods and fields take as `Optionally[Search]`."""
    functions = [each for each in tree.body if isinstance(each, _Method)]
    functions += [method for node in classes for method in _methods(node)]
    taken = [
        each.annotation for one in functions for each in (*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs)
    ]
    fields = [each.annotation for node in classes for each in node.body if isinstance(each, ast.AnnAssign)]
    for each in (*taken, *fields):
        match each:
            case ast.Subscript(value=kind, slice=contract) if words.of(kind) == "Optionally" and annotation(contract):
                yield annotation(contract)
            case _:
                pass


def _sagas(node: ast.ClassDef, words: _Words) -> Iterator[SagaMethod]:
    methods = {method.name: method for method in _methods(node)}
    for method in methods.values():
        taken = method.args.posonlyargs + method.args.args
        if words.decorate(method, "saga") and taken[1:]:
            steps = tuple(sorted(_steps(method, taken[1].arg, methods), key=lambda step: step.line))
            yield SagaMethod(method.name, steps, method.lineno)


def _steps(method: _Method, saga: str, methods: Mapping[str, _Method]) -> Iterator[Step]:
    """What `saga.step(…)`, its `.undone_by(…)` and `saga.undo(…)` are given; of an own method, what that calls."""
    meant = _local_names(method)
    for node in ast.walk(method):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        is_saga = chain(node.func)[:-1] == [saga]
        undo = node.func.attr == "undone_by" or (is_saga and node.func.attr == "undo")
        if not (undo or (is_saga and node.func.attr == "step")):
            continue
        first, *rest = chain(node.args[0]) or [""]
        for client, operation in _asked([*meant.get(first, [first]), *rest], methods, frozenset()):
            yield Step(client, operation, undo, node.args[0].lineno)


def _asked(names: Sequence[str], methods: Mapping[str, _Method], seen: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(attribute, operation) of each call that a step leads to, once each."""
    own = names[1] if names[:1] == ["self"] and names[1:] and not names[2:] else ""
    if not own and names[1:]:
        yield names[-2], names[-1]
    elif own in methods and own not in seen:
        meant = _local_names(methods[own])
        calls = [chain(node.func) for node in ast.walk(methods[own]) if isinstance(node, ast.Call)]
        inner = ([*meant.get(call[0], call[:1]), *call[1:]] for call in calls if call)
        yield from dict.fromkeys(found for call in inner for found in _asked(call, methods, seen | {own}))


def _local_names(method: _Method) -> dict[str, list[str]]:
    """What local names stand for, as in `to, key = self.parties, saga.id`."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(method):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if chain(value):
                found[name] = chain(value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(names) == len(values):
                pairs = zip(names, values, strict=True)
                found |= {name.id: chain(value) for name, value in pairs if isinstance(name, ast.Name) and chain(value)}
            case _:
                pass
    return found
