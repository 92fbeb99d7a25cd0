"""Messages and enums that operations name, each under a name that no other one has, in the order in which a contract is read."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from plures.compat import ABSENT, Enumeration, Failure, Field, Happening, Named, OneOf, Record
from plures.contract import member, pascal
from plures.errors import Violation
from plures.exports import Notes
from plures.imports import rules
from plures.imports.names import class_name, free, is_member, method_name, parameter_name

from .files import ProtoField, ProtoFile, ProtoMessage, ProtoMethod
from .types import Names, read_field

_EMPTY = "google.protobuf.Empty"
_GOOGLE = "google.protobuf."
_MOST_RESERVED = 50


class Messages:
    """Those of one contract.

    Attributes:
        records: What was read so far; requests and wrapped answers among them.
        unions: The numbers of the keys of unions.
    """

    def __init__(self, file: ProtoFile, unsaid: list[Violation], *, ours: bool) -> None:
        self._file, self._unsaid, self._ours = file, unsaid, ours
        self.records: dict[str, Record] = {}
        self.enums: dict[str, Enumeration] = {}
        self.errors: dict[str, Failure] = {}
        self.unions: dict[str, Mapping[str, int]] = {}
        self._named: dict[str, str] = {}
        self._taken: set[str] = set()
        self._names = Names(self.message, self._enum, self._member, file.messages.get, self._union)

    def reserve(self, methods: Iterable[ProtoMethod]) -> None:
        """Keep the names that a contract gives itself: of all requests, and of answers that are no message of their own."""
        for each in methods:
            name = pascal(method_name(each.name))
            self._taken.add(f"{name}Request")
            if self._is_wrapped(each):
                self._taken.add(f"{name}Response")

    def no_place_for(self, method: ProtoMethod) -> str | None:
        """The type of request or answer that no contract has."""
        both = (method.request, method.answer)
        return next((each for each in both if each.startswith(_GOOGLE) and each != _EMPTY), None)

    def request(self, method: ProtoMethod) -> str:
        """The name of the message of parameters."""
        name = f"{pascal(method_name(method.name))}Request"
        self.records[name] = Record({})
        # What people are told of it stands at the operation.
        self.records[name] = replace(self._record(self._file.messages[method.request], name), doc="")
        return name

    def answer(self, method: ProtoMethod) -> str:
        """The name of the message that is answered."""
        if not self._is_wrapped(method):
            return self.message(method.answer)
        name = f"{pascal(method_name(method.name))}Response"
        self.records[name] = Record({})
        record = self._record(self._file.messages[method.answer], name)
        fields = {key: _as_answer(each) for key, each in record.fields.items()}
        self.records[name] = replace(record, fields=fields, doc="")
        return name

    def message(self, full: str) -> str:
        """The name of a message, which is read where it was not yet."""
        if full not in self._named:
            message = self._file.messages[full]
            name = self._called(full, message.name, message.package)
            self.records[name] = Record({})
            self.records[name] = self._record(message, name)
        return self._named[full]

    def error(self, name: str, status: str) -> str:
        """An error that an operation declares, with its fields."""
        if name not in self.errors:
            full = f"{self._file.package}.{name}"
            for each in self._file.messages.values():
                if each.package == self._file.package and Notes(each.doc).error == (name, status):
                    full = f"{each.package}.{each.name}"
            self.errors[name] = Failure(status, self.message(full))
        return name

    def events(self) -> dict[str, Happening]:
        """The events that the comments of an export name."""
        found: dict[str, Happening] = {}
        for full, each in self._file.messages.items() if self._ours else ():
            event = Notes(each.doc).event if each.package == self._file.package else None
            if event is not None:
                found[event[0]] = Happening(self.message(full), event[1])
        return found

    def _is_wrapped(self, method: ProtoMethod) -> bool:
        """Whether an answer is nothing, or a value that is no message: a message of its own would say no more."""
        message = self._file.messages[method.answer]
        if method.answer == _EMPTY:
            return True
        is_own = message.name == f"{pascal(method_name(method.name))}Response"
        return is_own and (not message.fields or ([each.json_name for each in message.fields] == ["value"]))

    def _called(self, full: str, name: str, package: str) -> str:
        parts = name.split(".")
        # So an export writes an enum whose members others have too.
        words = parts[-1:] if len(parts) > 1 and parts[-2] == f"{parts[-1]}Enum" else parts
        wanted = class_name(*words)
        if wanted in self._taken:
            wanted = (
                class_name(package.rpartition(".")[2], *words) if package != self._file.package else f"{wanted}Message"
            )
        found = free(wanted, self._taken)
        self._taken.add(found)
        self._named[full] = found
        return found

    def _record(self, message: ProtoMessage, name: str) -> Record:
        where = message.name
        fields: dict[str, Field] = {}
        reserved: dict[str, int] = {}
        for each in message.fields:
            key = self._key(each, where)
            field = self._field(each, f"{where}.{each.name}", f"{name}.{key}") if key else None
            if field is None:
                reserved[each.json_name] = each.number
            else:
                fields[key] = field
        self._one_ofs(message, where)
        if message.extended:
            self._unsaid.append(rules.EXTENSIONS.broken(where))
        for option in message.options:
            self._option(where, option)
        reserved |= self._reserved(where, message.reserved, message.reserved_names)
        doc = Notes(message.doc).doc if self._ours else message.doc
        return Record(fields, reserved, doc=doc)

    def _field(self, field: ProtoField, where: str, place: str) -> Field | None:
        for option in field.options:
            # Whether a field is required is read.
            if option != "google.api.field_behavior":
                self._option(where, option)
        found, told = read_field(field, self._names, Notes(field.doc) if self._ours else None)
        self._unsaid.extend(each.rule.broken(where, **each.values) for each in told)
        if found is not None and self._is_union(field.type_name):
            members = self._file.messages[field.type_name].fields
            self.unions[place] = {each.json_name: each.number for each in members}
        return found

    def _key(self, field: ProtoField, where: str) -> str:
        if parameter_name(field.json_name):
            return field.json_name
        problem = f"no name of Python is {field.json_name!r} on the wire"
        self._unsaid.append(rules.FIELD_NAME.broken(f"{where}.{field.name}", problem=problem))
        return ""

    def _one_ofs(self, message: ProtoMessage, where: str) -> None:
        groups: dict[str, list[str]] = {}
        for each in message.fields:
            if each.oneof:
                groups.setdefault(each.oneof, []).append(each.name)
        for name, members in groups.items():
            if len(members) > 1:
                self._unsaid.append(rules.ONE_OF.broken(f"{where}.{name} ({', '.join(members)})"))

    def _option(self, where: str, name: str) -> None:
        self._unsaid.append(rules.OPTION.broken(where, name=name, instead="Say in a Meta(…) what you need of it."))

    def _reserved(self, where: str, ranges: Iterable[tuple[int, int]], names: tuple[str, ...]) -> dict[str, int]:
        ranges = tuple(ranges)
        if sum(last - first + 1 for first, last in ranges) > _MOST_RESERVED:
            told = ", ".join(f"{first} to {last}" for first, last in ranges)
            self._unsaid.append(rules.RESERVED.broken(where, numbers=told))
            return {}
        numbers = [number for first, last in ranges for number in range(first, last + 1)]
        # The file does not say which name had which number; where each has one, they stand in one order.
        known = names if len(names) == len(numbers) else [f"reserved{number}" for number in numbers]
        return dict(zip(known, numbers, strict=True))

    def _is_union(self, full: str) -> bool:
        """Whether a message is what a contract has for one of several messages: an object with one key for that one."""
        message = self._file.messages.get(full)
        if message is None or len(message.fields) < 2 or full.startswith(_GOOGLE):  # noqa: PLR2004 - of one there is no choice
            return False
        types = [each.type_name for each in message.fields]
        return (
            all(each.oneof == message.fields[0].oneof != "" for each in message.fields)
            and all(each.kind == "message" and not each.type_name.startswith(_GOOGLE) for each in message.fields)
            and len(set(types)) == len(types)
            and all(
                member(class_name(*self._file.messages[each.type_name].name.split("."))) == each.json_name
                for each in message.fields
            )
        )

    def _union(self, full: str) -> OneOf | None:
        if not self._is_union(full):
            return None
        fields = self._file.messages[full].fields
        return OneOf({each.json_name: Named(self.message(each.type_name)) for each in fields})

    def _enum(self, full: str) -> str:
        if full in self._named:
            return self._named[full]
        enum = self._file.enums[full]
        name = self._called(full, enum.name, enum.package)
        where = enum.name
        numbers: dict[int, str] = {}
        for each, number in enum.members:
            numbers.setdefault(number, each)
        members = {each: number for number, each in numbers.items()}
        aliases = [each for each, _ in enum.members if each not in members]
        if aliases:
            self._unsaid.append(rules.ALIAS.broken(where, names=", ".join(aliases)))
        odd = [each for each in members if not is_member(each)]
        if odd:
            self._unsaid.append(rules.MEMBER_NAME.broken(where, names=", ".join(odd)))
        kept = {each: number for each, number in members.items() if each not in odd}
        if self._ours:
            # An export adds it where no member is 0.
            kept = {m: n for m, n in kept.items() if n != 0 or not m.endswith("_UNSPECIFIED")}
        reserved = {each: members[each] for each in odd} | self._reserved(where, enum.reserved, enum.reserved_names)
        self.enums[name] = Enumeration(kept, reserved=reserved, doc=enum.doc)
        return name

    def _member(self, full: str, number: int) -> object:
        return next((name for name, each in self.enums[self._enum(full)].members.items() if each == number), ABSENT)


def _as_answer(field: Field) -> Field:
    """The value of an answer, which is there or null."""
    if field.default is ABSENT:
        return field
    return replace(field, required=True, default=ABSENT)
