"""A contract → its module: whole numbers of a size, enums, messages, errors, events, the contract."""

from collections.abc import Iterator
from textwrap import indent
from typing import Final

from plures.compat import ABSENT, Contract, Enumeration, Field, ListOf, MapOf, Operation, Record
from plures.contract import DEFAULT_DEADLINE_S, Stability
from plures.imports.names import method_name, parameter_name

from .layout import WIDTH, bracketed, field_lines, paragraphs, wrapped
from .order import in_order
from .spelling import Names, doc_source, text_source
from .types import Spelling, used

_STEP: Final = "    "
_FAILED: Final = "failed_precondition"


def module_text(contract: Contract, said: str) -> str:
    """The source of the module.

    Args:
        said: The docstring of the module.
    """
    return _Module(contract).text(said)


class _Module:
    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._class = contract.service.rpartition(".")[2]
        # What a class defines hides what it would name: a field `bytes` with a default hides the type from those below it.
        fields = {parameter_name(key) for each in contract.messages.values() for key in each.fields}
        methods = {method_name(name) for name in contract.operations}
        types = {*contract.messages, *contract.enums, *contract.errors, *contract.events}
        self._names = Names([self._class, *types, *fields, *methods], "", WIDTH)
        self._types = Spelling(contract, self._names)
        self._errors = {each.message: name for name, each in contract.errors.items()}
        self._events = {each.message: (name, each.key) for name, each in contract.events.items()}
        self._made = set(self._requests_and_answers())

    def text(self, said: str) -> str:
        blocks = [self._enum(name, each) for name, each in self._contract.enums.items()]
        messages = {name: each for name, each in self._contract.messages.items() if name not in self._made}
        order, self._types.later = in_order(messages)
        for name in order:
            blocks.append(self._message(name, messages[name]))
            self._types.later.discard(name)
        blocks.append(self._contract_class())
        sizes = "\n".join(self._types.sizes())
        head = f"{doc_source(paragraphs(said, ''), '')}\n{self._names.imports()}"
        top = f"{head}\n\n{sizes}" if sizes else head
        return "\n\n\n".join(each.strip("\n") for each in (top, *blocks)) + "\n"

    def _requests_and_answers(self) -> Iterator[str]:
        """Messages that no class declares: parameters, and answers that are no message."""
        operations = self._contract.operations.items()
        named = {each.answer for name, each in operations if self._value_of(name, each) is None}
        named |= {
            used_one
            for record in self._contract.messages.values()
            for each in record.fields.values()
            for used_one in used(each.type)
        }
        for name, each in self._contract.operations.items():
            yield each.request
            if self._value_of(name, each) is not None and each.answer not in named:
                yield each.answer

    def _value_of(self, name: str, operation: Operation) -> Field | bool | None:
        """What is answered within a message that a contract gives itself: a value, or nothing, which is False."""
        record = self._contract.messages[operation.answer]
        if operation.answer != f"{name}Response" or record.reserved:
            return None
        if not record.fields:
            return False
        return record.fields["value"] if list(record.fields) == ["value"] else None

    def _enum(self, name: str, enum: Enumeration) -> str:
        base = self._names.named("enum", "IntEnum")
        members = [f"{_STEP}{member} = {number}" for member, number in enum.members.items()]
        doc = doc_source(paragraphs(enum.doc, _STEP), _STEP)
        return f"class {name}({base}):\n{doc}" + ("\n" if doc and members else "") + "\n".join(members)

    def _message(self, name: str, record: Record) -> str:
        if name in self._errors:
            status = self._contract.errors[self._errors[name]].status
            given = "" if status == _FAILED else f", status={text_source(status)}"
            head = f"class {self._errors[name]}({self._names.named('plures', 'ContractError')}{given}):"
        elif name in self._events:
            event, key = self._events[name]
            given = f", key={text_source(parameter_name(key))}" if key else ""
            head = f"class {event}({self._names.named('plures', 'Event')}{given}):"
        else:
            head = f"class {name}({self._names.named('plures', 'Message')}):"
        doc = doc_source(self._described(name, record), _STEP)
        fields = [self._field(key, each, _STEP) for key, each in _required_first(record, MapOf)]
        if not fields and not doc:
            return f"{head}\n{_STEP}pass"
        return f"{head}\n{doc}" + ("\n" if doc and fields else "") + "\n".join(fields)

    def _described(self, name: str, record: Record) -> str:
        doc = paragraphs(record.doc, _STEP)
        lines = _lines(record, _STEP)
        return f"{doc or f'{name}.'}\n\nAttributes:\n{lines}" if lines else doc

    def _field(self, key: str, field: Field, margin: str, room: int = WIDTH) -> str:
        annotation = self._types.annotation(field.type, nullable=field.nullable)
        name, default = parameter_name(key), self._default(field)
        if isinstance(field.type, MapOf) and margin:
            # A message copies it; a parameter would share one dict among all calls.
            default = " = {}"
        return field_lines(name, annotation, default, margin, room)

    def _default(self, field: Field) -> str:
        if field.nullable:
            return " = None"
        if field.default is not ABSENT:
            return f" = {self._types.default(field.type, field.default)}"
        if isinstance(field.type, ListOf) and not field.type.bounds.get("min_length"):
            return " = ()"
        return ""

    def _contract_class(self) -> str:
        contract = self._contract
        given = [text_source(contract.name), f"owner={text_source(contract.owner)}"]
        if contract.events:
            given.append(f"events=[{', '.join(contract.events)}]")
        if contract.stability is not Stability.STABLE:
            given.append(f"stability={text_source(contract.stability.value)}")
        if contract.sunset is not None:
            sunset = contract.sunset
            given.append(f"sunset={self._names.named('datetime', 'date')}({sunset.year}, {sunset.month}, {sunset.day})")
        head = bracketed(f"@{self._names.named('plures', 'contract')}(", given, ")")
        doc = doc_source(paragraphs(contract.doc, _STEP), _STEP)
        methods = [self._method(name, each) for name, each in contract.operations.items()]
        protocol = self._names.named("typing", "Protocol")
        return f"{head}\nclass {self._class}({protocol}):\n{doc}" + ("\n" if doc else "") + "\n\n".join(methods)

    def _method(self, name: str, operation: Operation) -> str:
        value = self._value_of(name, operation)
        if value is None:
            answer = operation.answer
        elif isinstance(value, Field):
            answer = self._types.annotation(value.type, nullable=value.nullable)
        else:
            answer = "None"
        if operation.streams:
            answer = f"{self._names.named('collections.abc', 'AsyncIterator')}[{answer}]"
        record = self._contract.messages[operation.request]
        parameters = [self._field(key, each, "", WIDTH - 9) for key, each in _required_first(record)]
        keyword = "def" if operation.streams else "async def"
        doc = doc_source(self._told(operation, record), _STEP * 2)
        end = "\n".join(("", doc.rstrip("\n"), f"{_STEP * 2}...")) if doc else " ..."
        signature = self._signature(f"{keyword} {method_name(name)}(", ["self", *parameters], f") -> {answer}:", end)
        return f"{self._decorator(operation)}\n{signature}"

    def _signature(self, head: str, parameters: list[str], tail: str, end: str) -> str:
        short = end if end == " ..." else ""
        line = f"{_STEP}{head}{', '.join(parameters)}{tail}"
        if "\n" not in line and len(line) + len(short) <= WIDTH:
            return line + end
        return bracketed_always(head, parameters, tail) + end

    def _told(self, operation: Operation, record: Record) -> str:
        doc = paragraphs(operation.doc, _STEP * 2)
        lines = _lines(record, _STEP * 2)
        return f"{doc}\n\nArgs:\n{lines}".strip() if lines else doc

    def _decorator(self, operation: Operation) -> str:
        is_query = operation.kind == "query"
        given: list[str] = []
        if not is_query and operation.idempotent:
            given.append("idempotent=True")
        if operation.deadline_s != DEFAULT_DEADLINE_S:
            given.append(f"deadline_s={operation.deadline_s!r}")
        given += [f"{name}={most:_}" for name, most in operation.limits.items()]
        if operation.errors:
            given.append(f"errors=[{', '.join(operation.errors)}]")
        if operation.cache_s:
            given.append(f"cache_s={operation.cache_s}")
            given += ['cache="public"'] if operation.cache == "public" else []
        return bracketed(f"@{self._names.named('plures', 'query' if is_query else 'command')}(", given, ")", _STEP)


def bracketed_always(head: str, items: list[str], tail: str) -> str:
    """The items in a line of their own, or in one each, though all of it may fit into one."""
    inner = f"{_STEP * 2}{', '.join(items)}"
    if "\n" not in inner and len(inner) <= WIDTH:
        # Formatters put a comma behind a parameter that stands alone.
        comma = "," if len(items) == 1 else ""
        return f"{_STEP}{head}\n{inner}{comma}\n{_STEP}{tail}"
    listed = "".join(f"{indent(each, _STEP * 2)},\n" for each in items)
    return f"{_STEP}{head}\n{listed}{_STEP}{tail}"


def _lines(record: Record, margin: str) -> str:
    """What people are told of each field, as lines of a docstring."""
    told = [(parameter_name(key), each.doc) for key, each in record.fields.items() if each.doc]
    return indent("\n".join(line for name, doc in told for line in wrapped(f"{name}: {doc}", margin, _STEP)), _STEP)


def _required_first(record: Record, *others: type) -> list[tuple[str, Field]]:
    """Fields without a default stand before those with one, as Python asks for it; their numbers keep the form on the wire."""

    def is_later(field: Field) -> bool:
        has_default = isinstance(field.type, ListOf) and not field.type.bounds.get("min_length")
        return field.nullable or field.default is not ABSENT or has_default or isinstance(field.type, others)

    return sorted(record.fields.items(), key=lambda each: is_later(each[1]))
