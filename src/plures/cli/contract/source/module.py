"""The description of a contract → the source of the module that says the same."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plures.cli.contract.errors import NoSource
from plures.contract import (
    DEFAULT_DEADLINE_S,
    ContractDescription,
    Criticality,
    OperationDeclaration,
    OperationDescription,
    Stability,
    annotations_of,
    derivation_of,
)
from plures.imports import Names, Unspellable, doc_source, text_source

from .spelling import type_source, value_source

_WIDTH = 120


@dataclass(frozen=True)
class ContractSource:
    """A contract as a module.

    Attributes:
        name: Of the contract class.
        derived: Whether `Capability.wrap` made the contract, and no module says it yet.
        imports: The modules that it imports.
    """

    name: str
    text: str
    derived: bool
    imports: frozenset[str]


def source_of(contract: ContractDescription) -> ContractSource:
    """Write a contract down; raises `NoSource` where a type of it cannot be imported."""
    name = contract.service.rpartition(".")[2]
    # What the class defines hides what it would name: a method `list` hides Python's list from the methods below it.
    names = Names([name, *contract.operations], contract.python.__module__.partition(".")[0])
    try:
        body = _class(contract, name, names)
    except Unspellable as error:
        raise NoSource(contract.capability, error.subject, error.problem) from None
    derived = derivation_of(contract.python) is not None
    return ContractSource(name, f"{names.imports()}\n\n\n{body}", derived, names.modules)


def _class(contract: ContractDescription, name: str, names: Names) -> str:
    events = ", ".join(type_source(event.python, names) for event in contract.events)
    given = [
        text_source(contract.name),
        f"owner={text_source(contract.owner)}",
        *([f"events=[{events}]"] if events else []),
        *([f"stability={text_source(contract.stability.value)}"] if contract.stability is not Stability.STABLE else []),
        *([f"deprecated={value_source(contract.deprecated, names)}"] if contract.deprecated is not None else []),
        *([f"sunset={value_source(contract.sunset, names)}"] if contract.sunset is not None else []),
    ]
    head = f"@{names.named('plures', 'contract')}({', '.join(given)})\n"
    head += f"class {name}({names.named('typing', 'Protocol')}):\n{doc_source(contract.doc, '    ')}"
    operations = [_operation(each, contract.python, names) for each in contract.operations.values()]
    return head + ("\n" if contract.doc.strip() else "") + "\n".join(operations)


def _operation(operation: OperationDescription, python: type, names: Names) -> str:
    method: Any = inspect.getattr_static(python, operation.name)
    hints = annotations_of(method, include_extras=True)
    answer = type_source(hints["return"], names)
    parameters = _parameters(operation.signature, hints, names)
    # An answer that streams is no coroutine, though the method of a service is written like one.
    keyword = "def" if operation.streams or operation.blocks else "async def"
    line = f"    {keyword} {operation.name}({', '.join(parameters)}) -> {answer}:"
    if len(line) > _WIDTH:
        listed = "".join(f"        {each},\n" for each in parameters)
        line = f"    {keyword} {operation.name}(\n{listed}    ) -> {answer}:"
    doc = doc_source(inspect.cleandoc(method.__doc__ or ""), "        ")
    body = f"\n{doc}        ...\n" if doc else " ...\n"
    return f"    @{_decorator(operation.declaration, names)}\n{line}{body}"


def _parameters(signature: inspect.Signature, hints: Mapping[str, Any], names: Names) -> list[str]:
    found = ["self"]
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    for n, parameter in enumerate(signature.parameters.values()):
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in found:
            found.append("*")
        default = "" if parameter.default is parameter.empty else f" = {value_source(parameter.default, names)}"
        found.append(f"{parameter.name}: {type_source(hints[parameter.name], names)}{default}")
        if parameter.kind is parameter.POSITIONAL_ONLY and parameter.kind not in kinds[n + 1 :]:
            found.append("/")
    return found


def _decorator(declaration: OperationDeclaration, names: Names) -> str:
    """What differs from the defaults."""
    given: list[str] = []
    if not declaration.is_query and declaration.idempotent:
        given.append("idempotent=True")
    if declaration.key:
        given.append(f"key={text_source(declaration.key)}")
    if declaration.deadline_s != DEFAULT_DEADLINE_S:
        given.append(f"deadline_s={declaration.deadline_s!r}")
    given += [f"{name}={most:_}" for name, most in declaration.limits.items()]
    if declaration.errors:
        given.append(f"errors=[{', '.join(type_source(error, names) for error in declaration.errors)}]")
    if declaration.criticality is not Criticality.NORMAL:
        given.append(f"criticality={text_source(declaration.criticality.value)}")
    for name, kind in (("headers", declaration.headers), ("trailers", declaration.trailers)):
        if kind is not None:
            given.append(f"{name}={type_source(kind, names)}")
    if declaration.hedge_after_s:
        given.append(f"hedge_after_s={declaration.hedge_after_s!r}")
    if declaration.cache_s:
        given.append(f"cache_s={declaration.cache_s!r}")
        given += [f"cache={text_source(declaration.cache)}"] if declaration.cache == "public" else []
    return f"{names.named('plures', 'query' if declaration.is_query else 'command')}({', '.join(given)})"
