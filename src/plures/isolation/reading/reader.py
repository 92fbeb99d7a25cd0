"""Follows calls through the code of an application, from a function to the operations that it leads to; runs none of it."""

import ast
import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, Final, cast

from plures.contract import OperationDescription
from plures.optional import Optionally
from plures.runtime import Client, ambient_client, blocking, operation_of

from .attributes import attribute_of
from .expressions import Arguments
from .frame import Frame
from .functions import above_of, innermost, names_of
from .needs import How, Need, Piece
from .source import FunctionNode, NoSource, node_of
from .values import (
    UNKNOWN,
    Bound,
    Inner,
    Instance,
    Known,
    Several,
    Value,
    Values,
    identity,
    is_a,
    items_of,
    parts_of,
    union,
)

_DEEPEST: Final = 60
_NOTHING: Final = Arguments()


class Reader:
    """Reads for one owner: a capability, or the edge.

    Args:
        own: Top-level packages of the application. Code of others is not followed: what is passed to it counts as called.
        operations: Those of all capabilities that the owner names, for what cannot be told apart.
        client_of: Gives the client that code gets by `plures.client`; None of what is no contract of the application.
        name_of: What an operation is called among those of its capability.
    """

    def __init__(
        self,
        own: frozenset[str],
        operations: Iterable[OperationDescription],
        client_of: Callable[[Any], Client | None] = lambda _: None,
        name_of: Callable[[OperationDescription], str] = lambda operation: operation.name,
    ) -> None:
        self._name_of = name_of
        self._own = own
        self._client_of = client_of
        self._by_name: dict[str, list[OperationDescription]] = {}
        for operation in operations:
            self._by_name.setdefault(operation.name, []).append(operation)
        self._pieces: dict[object, tuple[Piece, list[Values]]] = {}
        # Keeps alive what is told apart by its id.
        self._kept: list[object] = []
        self._depth = 0

    def start(self, callee: Value) -> Piece:
        """What calling a function or a method leads to."""
        piece = Piece()
        self.call(piece, (callee,), _NOTHING, caught=False)
        return piece

    def made(self, callee: Value, arguments: Mapping[str, Values]) -> Values:
        """What a class or a function makes of these arguments."""
        return self.call(Piece(), (callee,), Arguments(named=arguments), caught=False)

    def attribute(self, piece: Piece, values: Values, name: str, *, caught: bool) -> Values:
        found: list[Values] = []
        for value in values:
            these, property_ = attribute_of(value, name)
            if property_ is not None and self._is_own(property_):
                these = self._enter(piece, property_, value, _NOTHING, caught=caught)
            found.append(these)
        return union(*found)

    def guess(self, piece: Piece, name: str, *, is_awaited: bool, caught: bool) -> None:
        """An operation of this name may be called: whose it is cannot be told."""
        for operation in self._by_name.get(name, ()):
            if operation.blocks == is_awaited:
                # `store.get(key)` without `await` calls no operation that has to be awaited.
                continue
            piece.assumed.add(f"which {name!r} is called")
            self._need(piece, operation, How.CAUGHT if caught else How.NEEDED)

    def call(self, piece: Piece, callees: Values, arguments: Arguments, *, caught: bool) -> Values:
        if not callees:
            self._escape(piece, arguments.all(), caught=caught)
        return union(*(self._call(piece, callee, arguments, caught=caught) for callee in callees))

    def _call(self, piece: Piece, callee: Value, arguments: Arguments, *, caught: bool) -> Values:
        match callee:
            case Bound(code, receiver) if self._is_own(code):
                return self._enter(piece, code, receiver, arguments, caught=caught)
            case Bound(code, Known(optional)) if code in _OPTIONAL_CALLS:
                self._call_optional(piece, optional, _OPTIONAL_CALLS.index(code), arguments)
                return UNKNOWN
            case Inner():
                return self._enter_inner(piece, callee, arguments, caught=caught)
            case Known():
                return self._call_object(piece, callee.object, arguments, caught=caught)
            case _:
                self._escape(piece, arguments.all(), caught=caught)
                return UNKNOWN

    def _call_object(self, piece: Piece, thing: Any, arguments: Arguments, *, caught: bool) -> Values:
        operation = operation_of(thing)
        if operation is not None:
            self._need(piece, operation, How.CAUGHT if caught else How.NEEDED)
            return UNKNOWN
        if is_a(thing, functools.partial):
            called, *given = parts_of(thing)
            self._escape(piece, tuple(given), caught=caught)
            return self._call(piece, called, arguments, caught=caught)
        if isinstance(thing, type):
            return self._make(piece, thing, arguments, caught=caught)
        if isinstance(thing, MethodType) and isinstance(thing.__func__, FunctionType):
            return self._call(piece, Bound(thing.__func__, Known(thing.__self__)), arguments, caught=caught)
        return self._call_function(piece, thing, arguments, caught=caught)

    def _call_function(self, piece: Piece, thing: Any, arguments: Arguments, *, caught: bool) -> Values:
        function = thing if isinstance(thing, BuiltinFunctionType) else inspect.unwrap(thing)
        if isinstance(function, FunctionType) and self._is_own(function):
            return self._enter(piece, function, None, arguments, caught=caught)
        if thing is ambient_client:
            return self._ambient(piece, arguments, caught=caught)
        # `blocking(search.find)` calls what it is given.
        return arguments.all() if thing is blocking else self._collected(piece, arguments, caught=caught)

    def _ambient(self, piece: Piece, arguments: Arguments, *, caught: bool) -> Values:
        """The clients that `plures.client(…)` may give."""
        asked = (each.object for each in arguments.all() if isinstance(each, Known))
        clients = [client for client in map(self._client_of, asked) if client is not None]
        if not clients:
            piece.assumed.add("which contract plures.client is asked for")
            for operation in (each for those in self._by_name.values() for each in those):
                self._need(piece, operation, How.CAUGHT if caught else How.NEEDED)
        return tuple(map(Known, clients))

    def _make(self, piece: Piece, cls: Any, arguments: Arguments, *, caught: bool) -> Values:
        """What calling a class makes."""
        if self._is_own(cls):
            return (self._construct(piece, cls, arguments, caught=caught),)
        if cls is Optionally:
            given = [each.object for each in arguments.all() if isinstance(each, Known)]
            return tuple(Known(Optionally(client)) for client in given if isinstance(client, Client))
        if cls is functools.partial and arguments.positional:
            given_along = (value for values in arguments.positional[1:] for value in values)
            self._escape(piece, tuple(given_along), caught=caught)
            return arguments.positional[0]
        return self._collected(piece, arguments, caught=caught)

    def _collected(self, piece: Piece, arguments: Arguments, *, caught: bool) -> Values:
        """A collection of what was passed, as far as code that is not followed makes one: tuple(parts), sorted(…)."""
        self._escape(piece, arguments.all(), caught=caught)
        return (Several(items_of(arguments.all())),)

    def _call_optional(self, piece: Piece, optional: Any, position: int, arguments: Arguments) -> None:
        named = arguments.positional[position] if len(arguments.positional) > position else UNKNOWN
        names = [each.object.__name__ for each in named if isinstance(each, Known) and callable(each.object)]
        # Of a neighbour: callers have no way to the client, so that none of them calls it without a thought.
        client = cast("Client", vars(optional)["_client"])
        if not names:
            piece.assumed.add(f"which operation of {client!r} is called")
        for operation in _operations_of(client):
            if operation.name in names or not names:
                self._need(piece, operation, How.OPTIONAL)

    def _construct(self, piece: Piece, cls: type, arguments: Arguments, *, caught: bool) -> Instance:
        instance, described = Instance(cls), cast("Any", cls)
        if dataclasses.is_dataclass(described):
            fields = [each.name for each in dataclasses.fields(described) if each.init]
            instance.fields = dict(zip(fields, arguments.positional, strict=False)) | dict(arguments.named)
        for name in ("__init__", "__post_init__"):
            method = inspect.getattr_static(described, name, None)
            # The constructor that `@dataclass` writes has no source, and calls nothing.
            if isinstance(method, FunctionType) and self._is_own(method) and method.__code__.co_filename != "<string>":
                given = arguments if name == "__init__" else _NOTHING
                self._enter(piece, method, instance, given, caught=caught)
        return instance

    def _escape(self, piece: Piece, values: Values, *, caught: bool) -> None:
        """Code that is not followed gets these: it may call whatever can be called."""
        for value in values:
            match value:
                case Bound() if self._is_own(value.function):
                    self._call(piece, value, _NOTHING, caught=caught)
                case Inner():
                    self._call(piece, value, _NOTHING, caught=caught)
                case Several(items):
                    self._escape(piece, items, caught=caught)
                case Known(Client() as client):
                    piece.assumed.add(f"what is done with {client!r}")
                    for operation in _operations_of(client):
                        self._need(piece, operation, How.CAUGHT if caught else How.NEEDED)
                case Known() if self._is_called(value.object):
                    self._call_object(piece, value.object, _NOTHING, caught=caught)
                case _:
                    pass

    def _is_called(self, thing: Any) -> bool:
        """Whether code that gets it may call it, and something follows from that."""
        is_function = isinstance(thing, FunctionType | MethodType) and self._is_own(thing)
        return is_function or isinstance(thing, functools.partial) or operation_of(thing) is not None

    def _need(self, piece: Piece, operation: OperationDescription, how: How) -> None:
        piece.needs.add(Need(operation.capability, self._name_of(operation), how))

    def _enter(
        self, piece: Piece, function: FunctionType, receiver: Value | None, arguments: Arguments, *, caught: bool
    ) -> Values:
        function = innermost(function)
        given = () if receiver is None else ((receiver,),)
        arguments = Arguments((*given, *arguments.positional), arguments.named)
        key = function.__code__, *map(_identities, arguments.positional), *_named(arguments)
        known = self._pieces.get(key)
        if known is None:
            known = self._pieces[key] = Piece(), [UNKNOWN]
            self._kept.append(arguments)
            above = above_of(function, receiver) if receiver is not None else None
            frame = Frame(self, known[0], names_of(function), above=above)
            self._read(function.__code__, frame, arguments, known)
        piece.calls.append((known[0], caught))
        return known[1][0]

    def _enter_inner(self, piece: Piece, inner: Inner, arguments: Arguments, *, caught: bool) -> Values:
        node, frame = inner.node, inner.frame
        key = node, id(frame), *map(_identities, arguments.positional), *_named(arguments)
        known = self._pieces.get(key)
        if known is None:
            known = self._pieces[key] = Piece(), [UNKNOWN]
            self._kept.append((frame, arguments))
            self._read(node, frame.inner(known[0]), arguments, known)
        piece.calls.append((known[0], caught))
        return known[1][0]

    def _read(self, what: Any, frame: Frame, arguments: Arguments, into: tuple[Piece, list[Values]]) -> None:
        try:
            node: FunctionNode = node_of(what) if inspect.iscode(what) else what
        except NoSource as error:
            into[0].assumed.add(f"the source of {error}")
            self._escape(into[0], arguments.all(), caught=False)
            return
        if self._depth >= _DEEPEST:
            into[0].assumed.add("calls that nest very deep")
            return
        _pass(node.args, arguments, frame)
        self._depth += 1
        if isinstance(node, ast.Lambda):
            frame.returned = frame.value(node.body)
        else:
            frame.read(node.body)
        self._depth -= 1
        into[1][0] = frame.returned

    def _is_own(self, thing: Any) -> bool:
        package = str(getattr(thing, "__module__", "")).partition(".")[0]
        return package in self._own and package != "plures"


# The position of the operation among the arguments is that of the method here.
_OPTIONAL_CALLS: Final = tuple(vars(Optionally)[name] for name in ("call", "call_or"))


def _operations_of(client: Client) -> list[OperationDescription]:
    found = map(operation_of, vars(client).values())
    return [operation for operation in found if operation is not None]


def _pass(declared: Any, arguments: Arguments, frame: Frame) -> None:
    """Give the parameters their names."""
    names = [each.arg for each in (*declared.posonlyargs, *declared.args)]
    frame.local.update(dict.fromkeys((*names, *(each.arg for each in declared.kwonlyargs)), UNKNOWN))
    frame.local.update(zip(names, arguments.positional, strict=False))
    frame.local.update({name: values for name, values in arguments.named.items() if name in frame.local})
    if declared.vararg is not None:
        frame.local[declared.vararg.arg] = (Several(union(*arguments.positional[len(names) :])),)
    if declared.kwarg is not None:
        others = [values for name, values in arguments.named.items() if name not in frame.local]
        frame.local[declared.kwarg.arg] = (Several(union(*others)),)


def _identities(values: Values) -> frozenset[object]:
    return frozenset(map(identity, values))


def _named(arguments: Arguments) -> tuple[object, ...]:
    return tuple((name, _identities(values)) for name, values in sorted(arguments.named.items()))
