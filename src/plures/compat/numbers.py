"""Numbers of fields in the binary form: what is locked keeps its own, what is new gets one that no field ever had.

They never follow the order of declaration, so that moving a line changes nothing.
"""

from collections.abc import Mapping
from dataclasses import replace

from .changes import Side
from .diff import Walk
from .model import Contract, Enumeration, Field, Record, union_in


def numbered(new: Contract, old: Contract | None) -> Contract:
    """The contract with the numbers of the locked one, and further ones for what that one does not have.

    A message that has another name takes over the numbers of the one that stood in its place.
    """
    named = _counterparts(new, old)
    before = {name: old.messages[each] for name, each in named.items()} if old is not None else {}
    messages = {name: _record(each, before.get(name, Record({}))) for name, each in new.messages.items()}
    known = old.enums if old is not None else dict[str, Enumeration]()
    enums = {name: _enum(each, known.get(name, Enumeration({}))) for name, each in new.enums.items()}
    return replace(new, messages=messages, enums=enums, unions=_unions(new, old, named))


def _counterparts(new: Contract, old: Contract | None) -> Mapping[str, str]:
    """For each message the name of the one that the locked contract has in its places."""
    if old is None:
        return {}
    same = {name: name for name in new.messages if name in old.messages}
    if len(same) == len(new.messages):
        return same
    walk = Walk(old, new)
    for name, operation in new.operations.items():
        if name in old.operations:
            walk.start(Side.BOTH, name, old.operations[name].request, operation.request)
            walk.start(Side.BOTH, name, old.operations[name].answer, operation.answer)
    for name, error in new.errors.items():
        if name in old.errors:
            walk.start(Side.BOTH, name, old.errors[name].message, error.message)
    for name, event in new.events.items():
        if name in old.events:
            walk.start(Side.BOTH, name, old.events[name].message, event.message)
    found = {after: before for before, after in walk.pairs() if before in old.messages}
    return found | same


def _record(new: Record, old: Record) -> Record:
    reserved = dict(old.reserved) | {name: each.number for name, each in old.fields.items() if name not in new.fields}
    known = {name: each.number for name, each in old.fields.items() if name in new.fields}
    # A field that comes back takes its number back.
    known |= {name: reserved.pop(name) for name in new.fields if name in reserved}
    following = max((0, *known.values(), *reserved.values())) + 1
    fields: dict[str, Field] = {}
    for name, field in new.fields.items():
        if name not in known:
            known[name] = following
            following += 1
        fields[name] = replace(field, number=known[name])
    return replace(new, fields=fields, reserved=reserved)


def _unions(new: Contract, old: Contract | None, named: Mapping[str, str]) -> dict[str, Mapping[str, int]]:
    """The keys of unions with their numbers; a key that is gone keeps its own as well."""
    known: Mapping[str, Mapping[str, int]] = old.unions if old is not None else {}
    found: dict[str, Mapping[str, int]] = {}
    for name, record in new.messages.items():
        for key, field in record.fields.items():
            union = union_in(field.type)
            if union is not None:
                numbers = dict(known.get(f"{named.get(name, name)}.{key}", {}))
                for member in union.members:
                    numbers.setdefault(member, max((0, *numbers.values())) + 1)
                found[f"{name}.{key}"] = numbers
    return found


def _enum(new: Enumeration, old: Enumeration) -> Enumeration:
    reserved = dict(old.reserved) | {name: number for name, number in old.members.items() if name not in new.members}
    members: dict[str, int] = {}
    following = max((0, *old.members.values(), *reserved.values(), *new.members.values())) + 1
    # Members with whole numbers of their own keep these; one of them may be 0.
    own = any(new.members.values())
    for name, number in new.members.items():
        if own:
            members[name] = number
        elif name in old.members or name in reserved:
            members[name] = old.members[name] if name in old.members else reserved.pop(name)
        else:
            members[name] = following
            following += 1
    reserved = {name: each for name, each in reserved.items() if name not in new.members}
    return replace(new, members=members, reserved=reserved)
