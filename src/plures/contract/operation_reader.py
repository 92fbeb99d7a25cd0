"""A method of a contract → the description of an operation, with the messages that travel for it."""

import inspect
import math
import typing
from asyncio import Future
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Iterable, Iterator, Sequence
from typing import Any, Final, get_args, get_origin

from plures.errors import PluresError, Rule, Violation

from . import rules
from .annotations import Unresolvable, annotations_of, is_text, show, signature_of
from .codec import Codec, Field, MessageType
from .declare import MOST_MESSAGE_BYTES, OPERATION, Criticality, OperationDeclaration
from .description import ErrorDescription, OperationDescription, message_of
from .error import ContractError, field_names
from .foreign import is_plain, parameters_of
from .headers import CACHE, Beside, cache_problem, is_headers, read_beside
from .names import pascal
from .type_reader import TypeReader, is_message, unresolved

_STREAM_ORIGINS: Final = (AsyncIterator, typing.AsyncIterator)
_AWAITED_ORIGINS: Final = (Awaitable, Coroutine, Future)
_ITERATED_ORIGINS: Final = (Iterator, Iterable, Generator)
_ATTRIBUTES_OF_ERRORS: Final = frozenset(["what", "why", "fix", *dir(ContractError)])


class OperationReader:
    """Reads one method of a contract. Violations go to those of the type reader."""

    def __init__(
        self,
        reader: TypeReader,
        service: str,
        contract: type,
        method: Callable[..., Any],
        declaration: OperationDeclaration | None = None,
        *,
        passed_over: int | None = 1,
        errors: dict[type, ErrorDescription] | None = None,
    ) -> None:
        """Prepare.

        Args:
            declaration: Of a method that carries none.
            passed_over: So many of its first parameters do not travel; None for all.
            errors: Those that were read for other operations of the contract; what is read here is added.
        """
        self._reader, self._service, self._method = reader, service, method
        self._where = f"{contract.__name__}.{method.__name__}"
        self._declaration: OperationDeclaration = declaration or getattr(method, OPERATION)
        self._passed_over = passed_over
        self._errors: dict[type, ErrorDescription] = {} if errors is None else errors
        self._has_callers = declaration is None or passed_over == 1

    def read(self) -> OperationDescription:
        hints = self._hints(self._method, self._where)
        signature = signature_of(self._method)
        travelling = slice(len(signature.parameters) if self._passed_over is None else self._passed_over, None)
        signature = signature.replace(parameters=list(signature.parameters.values())[travelling])
        if not 0 < self._declaration.deadline_s < math.inf:
            self._report(rules.DEADLINE, self._where)
        if self._declaration.criticality not in tuple(Criticality):
            self._report(rules.CRITICALITY, self._where, criticality=self._declaration.criticality)
        errors = [error for error in self._declaration.errors if self._is_error(error)]
        names = [error.__name__ for error in errors]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._report(rules.ERROR_NAME, self._where, name=name)
        streams = get_origin(hints.get("return")) in _STREAM_ORIGINS
        answer, wraps = self._answer(hints, streams=streams)
        self._check_key(signature, hints, streams=streams)
        self._check_hedge(streams=streams)
        self._check_limits()
        beside = self._beside(signature, hints)
        self._check_cache(beside, streams=streams)
        return OperationDescription(
            name=self._method.__name__,
            path=f"/{self._service}/{pascal(self._method.__name__)}",
            declaration=self._declaration,
            streams=streams,
            request=self._codec(self._request(signature, hints)),
            answer=self._codec(answer),
            wraps_answer=wraps,
            errors=tuple(self._error(error) for error in errors),
            signature=signature,
            beside=beside,
            blocks=not streams and inspect.isfunction(self._method) and not inspect.iscoroutinefunction(self._method),
        )

    def _report(self, rule: Rule, where: str, **values: object) -> None:
        self._reader.violations.append(rule.broken(where, **values))

    def _report_once(self, rule: Rule, where: str, **values: object) -> None:
        """A class of headers may stand in several operations."""
        broken = rule.broken(where, **values)
        if broken not in self._reader.violations:
            self._reader.violations.append(broken)

    def _check_hedge(self, *, streams: bool) -> None:
        after_s = self._declaration.hedge_after_s
        if not after_s:
            return
        if streams:
            problem = "a stream is asked of one replica"
        elif not 0 < after_s < self._declaration.deadline_s:
            problem = "it is no time within the deadline"
        else:
            return
        self._report(rules.HEDGE, self._where, hedge_after_s=after_s, problem=problem)

    def _check_limits(self) -> None:
        for name in ("max_request_bytes", "max_response_bytes"):
            value: object = getattr(self._declaration, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                problem = "it is no number of bytes"
            elif value > MOST_MESSAGE_BYTES:
                problem = f"a listener takes no message of more than {MOST_MESSAGE_BYTES:,} bytes"
            else:
                continue
            self._report(rules.MESSAGE_LIMIT, self._where, name=name, value=value, problem=problem)

    def _check_cache(self, beside: Beside | None, *, streams: bool) -> None:
        declared, beside = self._declaration, beside or Beside()
        takes, tells = beside.request is not None, frozenset(beside.answer.names if beside.answer else ())
        problem = cache_problem(declared.cache_s, declared.cache, streams=streams, takes_headers=takes, tells=tells)
        if problem:
            self._report(CACHE, self._where, cache_s=declared.cache_s, cache=declared.cache, problem=problem)

    def _check_key(self, signature: inspect.Signature, hints: dict[str, Any], *, streams: bool) -> None:
        key = self._declaration.key
        if not key:
            return
        if not self._declaration.idempotent:
            problem = "it is not idempotent"
        elif streams:
            problem = "it streams"
        elif key not in signature.parameters:
            problem = "it has no such parameter"
        elif not is_text(hints.get(key)):
            problem = "the parameter is no text"
        else:
            return
        self._report(rules.KEY, self._where, key=key, problem=problem)

    def _beside(self, signature: inspect.Signature, hints: dict[str, Any]) -> Beside | None:
        parameters = [(name, hints[name]) for name in signature.parameters if self._is_beside(hints.get(name))]
        return read_beside(self._declaration, parameters, self._reader.message, self._where, self._report_once)

    def _is_beside(self, annotation: Any) -> bool:
        # What only steps of a saga take is kept with all else that they take.
        return self._has_callers and is_headers(annotation)

    def _hints(self, annotated: Any, where: str) -> dict[str, Any]:
        try:
            return annotations_of(annotated, include_extras=True)
        except Unresolvable as error:
            self._reader.violations.append(unresolved(error, where))
            return {}

    def _request(self, signature: inspect.Signature, hints: dict[str, Any]) -> MessageType:
        fields: list[Field] = []
        for parameter in signature.parameters.values():
            where = f"{self._where}({parameter.name})"
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                self._report(rules.PARAMETER, where)
            elif parameter.name not in hints:
                self._report(rules.NO_TYPE, where)
            elif not self._is_beside(hints[parameter.name]):
                default = Field.REQUIRED if parameter.default is parameter.empty else parameter.default
                fields.append(self._reader.field(parameter.name, hints[parameter.name], default, where))
        return message_of(f"{pascal(self._method.__name__)}Request", fields, hints)

    def _answer(self, hints: dict[str, Any], *, streams: bool) -> tuple[MessageType, bool]:
        """The message of an answer or of an item, and whether it wraps the value that the method returns."""
        annotation, where = hints.get("return", type(None)), f"{self._where} -> "
        is_coroutine = inspect.iscoroutinefunction(self._method)
        if "return" not in hints:
            self._report(rules.NO_RETURN_TYPE, where)
        elif streams and is_coroutine:
            self._report(rules.STREAM, where)
        elif get_origin(annotation) in _AWAITED_ORIGINS:
            self._report(rules.NOT_ASYNC, where)
            annotation = get_args(annotation)[-1]
        elif get_origin(annotation) in _ITERATED_ORIGINS:
            self._report(rules.BLOCKING_STREAM, where)
            annotation = get_args(annotation)[0]
        if streams:
            annotation = get_args(annotation)[0]
        name = f"{pascal(self._method.__name__)}Response"
        if annotation is type(None):
            return message_of(name, [], {}), True
        if is_message(annotation):
            return self._reader.message(annotation, where), False
        value = Field("value", "value", self._reader.read(annotation, where))
        return message_of(name, [value], {"value": annotation}), True

    def _is_error(self, error: Any) -> bool:
        """Whether it can be declared. Type checkers see the difference, but not every user runs one."""
        is_declared = isinstance(error, type) and issubclass(error, ContractError) and error is not ContractError
        is_error = is_declared or (is_plain(error) and not issubclass(error, PluresError))
        if not is_error:
            self._report(rules.ERROR_CLASS, self._where, error=show(error))
        return is_error

    def _error(self, error: Any) -> ErrorDescription:
        if error in self._errors:
            return self._errors[error]
        before, read = len(self._reader.violations), self._read_error(error)
        # What is wrong with it is told for each operation.
        if len(self._reader.violations) == before:
            self._errors[error] = read
        return read

    def _read_error(self, error: Any) -> ErrorDescription:
        where = f"error {error.__qualname__}"
        if not issubclass(error, ContractError):
            return self._plain_error(error, where)
        hints = self._hints(error, where)
        fields: list[Field] = []
        for name in field_names(error):
            default = getattr(error, name, Field.REQUIRED)
            fields.append(self._reader.field(name, hints.get(name, object), default, f"{where}.{name}"))
            if name in _ATTRIBUTES_OF_ERRORS:
                self._report(rules.ERROR_FIELD, f"{where}.{name}")
        package = self._service.rpartition(".")[0]
        message = message_of(error.__name__, fields, hints)
        return ErrorDescription(f"{package}.{error.__name__}", error, self._codec(message))

    def _plain_error(self, error: type[Exception], where: str) -> ErrorDescription:
        """An exception of the application: what its constructor takes travels."""
        parameters = parameters_of(error)
        hints = {name: each.annotation for name, each in parameters.items()}
        if inspect.isfunction(error.__init__):
            hints = {name: hint for name, hint in self._hints(error.__init__, where).items() if name in parameters}
        fields: list[Field] = []
        for name, each in parameters.items():
            at = f"{where}({name})"
            if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
                self._report(rules.PARAMETER, at)
            elif name not in hints:
                self._report(rules.NO_TYPE, at)
            else:
                default = Field.REQUIRED if each.default is each.empty else each.default
                fields.append(self._reader.field(name, hints[name], default, at))
        namespace = {"__module__": error.__module__, "__annotations__": hints, "__doc__": error.__doc__}
        carrier: Any = type(error.__name__, (ContractError,), namespace)
        for field in fields:
            if field.default is not Field.REQUIRED:
                setattr(carrier, field.name, field.default)
        message = message_of(error.__name__, fields, hints)
        name = f"{self._service.rpartition('.')[0]}.{error.__name__}"
        return ErrorDescription(name, carrier, self._codec(message), original=error)

    def _codec(self, message: MessageType) -> Codec:
        # msgspec may refuse types that break a rule; the description is not used then.
        return Codec(message, exact=bool(self._reader.violations))


def read_work(
    service: type,
    path: str,
    method: Callable[..., Any],
    *,
    errors: Sequence[type[ContractError]],
    passed_over: int | None = None,
) -> tuple[OperationDescription, list[Violation]]:
    """Describe a method of a service that no contract has, such as a step of a saga, as if it were an operation. With violations, the description must not be used.

    Args:
        service: The class whose method it is.
        path: `<package>.<Contract>`, which names it together with the method.
        errors: Those that are kept as its answer.
        passed_over: So many of its first parameters are not kept; None for all.
    """
    declaration = OperationDeclaration(is_query=False, idempotent=True, deadline_s=1.0, errors=tuple(errors))
    reader = TypeReader()
    read = OperationReader(reader, path, service, method, declaration, passed_over=passed_over).read()
    return read, reader.violations
