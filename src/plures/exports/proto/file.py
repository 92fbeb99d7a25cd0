"""A contract → a `.proto` file, with the numbers of the lock file.

Names of members of enums stand as they are on the wire, since the JSON mapping writes them: the rule of buf that asks for a prefix is told so.
"""

from collections.abc import Iterator, Mapping

from plures.compat import Contract, Enumeration, OneOf, Operation, Record, union_in
from plures.contract import Stability
from plures.errors import InvalidInput, Violation
from plures.exports.names import camel, snake, wrapped
from plures.exports.notes import OURS, limits_note
from plures.exports.rules import ENUM_NUMBER, UNLOCKED

from .types import IMPORTS, enum_name, proto_field, union_name

_HEAD = f"// {{name}} {{version}}, {OURS}: edit the contract, and not this file."
_MOST_NAMED = 3
_INT32 = range(-(2**31), 2**31)


def proto_text(contract: Contract) -> str:
    """The text of the file; raises `InvalidInput` with all that has no number."""
    problems = problems_of(contract)
    if problems:
        raise InvalidInput(contract.name, problems)
    body = [*_service(contract)]
    for name, record in sorted(contract.messages.items()):
        body += ["", *_message(contract, name, record)]
    for name, enum in sorted(contract.enums.items()):
        body += ["", *_enum(contract, name, enum)]
    text = "\n".join(body)
    imports = sorted({path for name, path in IMPORTS.items() if name in text})
    head = [
        _HEAD.format(name=contract.name, version=contract.version),
        "",
        'syntax = "proto3";',
        "",
        f"package {contract.name};",
        "",
    ]
    if imports:
        head += [*(f'import "{each}";' for each in imports), ""]
    return "\n".join([*head, text]) + "\n"


def problems_of(contract: Contract) -> list[Violation]:
    """Why it cannot be written with the numbers that it has."""
    return list(_problems(contract))


def _problems(contract: Contract) -> Iterator[Violation]:
    unlocked = list(_unlocked(contract))
    if unlocked:
        more = len(unlocked) - _MOST_NAMED
        names = ", ".join(unlocked[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        yield UNLOCKED.broken(contract.name, names=names)
    for name, enum in contract.enums.items():
        for member, number in enum.members.items():
            if number not in _INT32:
                yield ENUM_NUMBER.broken(f"{contract.name}, {name}.{member}", number=number)


def _unlocked(contract: Contract) -> Iterator[str]:
    """What has no number."""
    for name, record in contract.messages.items():
        for key, field in record.fields.items():
            if not field.number:
                yield f"{name}.{key}"
            union = union_in(field.type)
            numbers = contract.unions.get(f"{name}.{key}", {})
            yield from (f"{name}.{key}.{each}" for each in (union.members if union else ()) if each not in numbers)
    for name, enum in contract.enums.items():
        # Without numbers all of them are 0.
        if len(set(enum.members.values())) < len(enum.members):
            yield name


def _service(contract: Contract) -> Iterator[str]:
    name = contract.service.rpartition(".")[2]
    yield from wrapped(contract.doc, "", "//")
    yield from wrapped(f"Owner: {contract.owner}. Stability: {contract.stability.value}.", "", "//")
    if contract.sunset is not None:
        yield f"// Sunset: {contract.sunset}."
    if not name.endswith("Service"):
        yield "// buf:lint:ignore SERVICE_SUFFIX"
    yield f"service {name} {{"
    if contract.stability is Stability.DEPRECATED:
        yield "  option deprecated = true;"
    uses = [each for o in contract.operations.values() for each in (o.request, o.answer)]
    for number, (key, operation) in enumerate(contract.operations.items()):
        yield from [""] if number else []
        yield from _operation(contract, key, operation, uses)
    yield "}"


def _operation(contract: Contract, name: str, operation: Operation, uses: list[str]) -> Iterator[str]:
    notes = [f"Deadline: {operation.deadline_s:g} s."]
    if operation.limits:
        notes.append(limits_note(operation.limits))
    if operation.cache_control:
        notes.append(f"Cache-Control: {operation.cache_control}.")
    if operation.errors:
        notes.append(
            "Errors: " + ", ".join(f"{each} ({contract.errors[each].status})" for each in operation.errors) + "."
        )
    yield from wrapped("\n".join([operation.doc, *notes]), "  ", "//")
    if uses.count(operation.request) > 1 or uses.count(operation.answer) > 1:
        yield "  // buf:lint:ignore RPC_REQUEST_RESPONSE_UNIQUE"
    if operation.request not in (f"{name}Request", f"{contract.service.rpartition('.')[2]}{name}Request"):
        yield "  // buf:lint:ignore RPC_REQUEST_STANDARD_NAME"
    if operation.answer not in (f"{name}Response", f"{contract.service.rpartition('.')[2]}{name}Response"):
        yield "  // buf:lint:ignore RPC_RESPONSE_STANDARD_NAME"
    level = "NO_SIDE_EFFECTS" if operation.kind == "query" else "IDEMPOTENT" if operation.idempotent else ""
    stream = "stream " if operation.streams else ""
    request, answer = (_seen_from_service(contract, each) for each in (operation.request, operation.answer))
    head = f"  rpc {name}({request}) returns ({stream}{answer})"
    if level:
        yield f"{head} {{"
        yield f"    option idempotency_level = {level};"
        yield "  }"
    else:
        yield f"{head};"


def _seen_from_service(contract: Contract, name: str) -> str:
    """The name of a message. A method of the same name would hide it."""
    return f".{contract.name}.{name}" if name in contract.operations else name


def _message(contract: Contract, name: str, record: Record) -> Iterator[str]:
    yield from wrapped(record.doc, "", "//")
    for error, failure in contract.errors.items():
        if failure.message == name:
            yield f"// The fields of the error {error}, whose status is {failure.status}."
    for event, happening in contract.events.items():
        if happening.message == name:
            yield f"// The event {event}." + (f" {happening.key} keeps it in order." if happening.key else "")
    yield f"message {name} {{"
    yield from _reserved(record.reserved, is_field=True)
    for key, field in record.fields.items():
        union = union_in(field.type)
        if union is not None:
            yield from _union(union_name(key), union, contract.unions[f"{name}.{key}"])
        written = proto_field(field, union_name(key), contract)
        yield from wrapped("\n".join(each for each in (field.doc, *written.notes) if each), "  ", "//")
        spelled, option = _field_name(key)
        yield f"  {written.label}{written.type} {spelled} = {field.number}{option};"
    yield "}"


def _union(name: str, union: OneOf, known: Mapping[str, int]) -> Iterator[str]:
    yield f"  message {name} {{"
    gone = {key: number for key, number in known.items() if key not in union.members}
    yield from (f"  {line}" for line in _reserved(gone, is_field=True))
    yield "    oneof value {"
    for key, member in union.members.items():
        spelled, option = _field_name(key)
        yield f"      {getattr(member, 'name', '')} {spelled} = {known[key]}{option};"
    yield "    }"
    yield "  }"


def _field_name(key: str) -> tuple[str, str]:
    """The name in the file, and what says that JSON has another one than protobuf would make of it."""
    spelled = snake(key)
    return spelled, "" if camel(spelled) == key else f' [json_name = "{key}"]'


def _enum(contract: Contract, name: str, enum: Enumeration) -> Iterator[str]:
    yield from wrapped(enum.doc, "", "//")
    lines = [f"enum {name} {{", *_members(name, enum), "}"]
    spelled = enum_name(contract, name)
    if spelled == name:
        yield from lines
    else:
        yield f"message {spelled.partition('.')[0]} {{"
        yield from (f"  {line}" for line in lines)
        yield "}"


def _members(name: str, enum: Enumeration) -> Iterator[str]:
    prefix = snake(name).upper()
    yield from _reserved(enum.reserved, is_field=False)
    zero = next((member for member, number in enum.members.items() if number == 0), None)
    if zero is None:
        yield f"  {prefix}_UNSPECIFIED = 0;"
    elif zero != f"{prefix}_UNSPECIFIED":
        yield "  // buf:lint:ignore ENUM_ZERO_VALUE_SUFFIX"
    for member, number in sorted(enum.members.items(), key=lambda each: (each[1] != 0, each[1])):
        if not member.startswith(f"{prefix}_"):
            yield "  // buf:lint:ignore ENUM_VALUE_PREFIX"
        if not member.isupper():
            yield "  // buf:lint:ignore ENUM_VALUE_UPPER_SNAKE_CASE"
        yield f"  {member} = {number};"


def _reserved(known: Mapping[str, int], *, is_field: bool) -> Iterator[str]:
    if known:
        yield f"  reserved {', '.join(str(each) for each in sorted(known.values()))};"
        names = sorted(snake(each) if is_field else each for each in known)
        yield f"  reserved {', '.join(f'{chr(34)}{each}{chr(34)}' for each in names)};"
