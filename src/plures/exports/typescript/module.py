"""The module: a head, the types, the operations with their requests and answers, the client."""

from collections.abc import Iterator

from plures.compat import Contract
from plures.exports.about import is_deprecated, version_of
from plures.exports.notes import limits_note

from .client import CLIENT
from .types import Types, comment, member, text

_HEAD = (
    "// {name} {version}, written by `plures contract export`: edit the contract, and not this file.\n"
    "// Types are what JSON has on the wire. One that ends with Input is what a caller sends, where that may leave out what an answer always has."
)


def typescript_module(contract: Contract) -> str:
    """The text of the module."""
    types = Types(contract)
    # Names of our own come first, so that no message takes them.
    own = [*_calls(contract, types), *_errors(contract, types), *_events(contract, types), *_operations(contract)]
    said = [contract.doc, f"Owner: {contract.owner}. Stability: {contract.stability.value}."]
    said += (
        [f"@deprecated It may be gone after {contract.sunset}."] if is_deprecated(contract) and contract.sunset else []
    )
    lines = [
        _HEAD.format(name=contract.name, version=version_of(contract)),
        "",
        *comment("\n".join(each for each in said if each)),
        *own,
        *types.lines,
    ]
    return "\n".join(lines) + "\n" + CLIENT


def _calls(contract: Contract, types: Types) -> Iterator[str]:
    yield "export interface Calls {"
    for name, operation in contract.operations.items():
        errors = operation.errors
        told = [operation.doc, f"Deadline: {operation.deadline_s:g} s.", limits_note(operation.limits)]
        told += [f"Cache-Control: {operation.cache_control}."] if operation.cache_s else []
        told += (
            [f"Errors: {', '.join(f'{each} ({contract.errors[each].status})' for each in errors)}."] if errors else []
        )
        yield from comment("\n".join(each for each in told if each), "  ")
        request, answer = types.message(operation.request, sent=True), types.message(operation.answer, sent=False)
        yield f"  {member(name)}: {{ request: {request}; answer: {answer} }};"
    yield "}"
    streams = [text(name) for name, each in contract.operations.items() if each.streams]
    yield f"export type StreamName = {' | '.join(streams) or 'never'};"
    yield "export type UnaryName = Exclude<keyof Calls, StreamName>;"


def _errors(contract: Contract, types: Types) -> Iterator[str]:
    yield ""
    yield "/** The errors that this contract declares, with their fields. */"
    yield "export type DeclaredError ="
    for name, failure in contract.errors.items():
        fields = types.message(failure.message, sent=False)
        yield f"  | {{ type: {text(f'{contract.name}.{name}')}; fields: {fields} }}"
    if not contract.errors:
        yield "  never"
    yield "  ;"


def _events(contract: Contract, types: Types) -> Iterator[str]:
    if contract.events:
        yield ""
        yield "/** The events of this contract, by name. */"
        yield "export interface Events {"
        for name, event in contract.events.items():
            yield f"  {member(name)}: {types.message(event.message, sent=False)};"
        yield "}"


def _operations(contract: Contract) -> Iterator[str]:
    yield ""
    yield "export const operations = {"
    for name, operation in contract.operations.items():
        kind = "query" if operation.kind == "query" else "command"
        yield (
            f"  {member(name)}: {{ path: {text(f'/{contract.service}/{name}')}, kind: {text(kind)}, "
            f"idempotent: {str(operation.idempotent or kind == 'query').lower()}, deadlineMs: {round(operation.deadline_s * 1000)} }},"
        )
    yield "} as const satisfies { readonly [Name in keyof Calls]: object };"
