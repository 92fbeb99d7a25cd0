"""Which calls would fail while the old and the new version of an application run side by side."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from msgspec import structs

from plures.compat import Contract

from .meeting import Difference, differences
from .values import EDGE, Concern, Conflict, Newer, Outside, Place, Running, Version

_TWO_STEPS: Final = "Roll it out in two releases: first what is added, beside what there was; then take away what is not called any more."


class Change(msgspec.Struct, frozen=True):
    """What is to happen.

    Attributes:
        comes: The version of all processes that are replaced.
        places: The processes, in the order of the topology.
    """

    running: Running
    comes: Version
    places: Sequence[Place]

    def now(self, capability: str) -> Place | None:
        """The process that hosts a capability now."""
        return next((each for each in self.places if capability in each.hosted), None)

    def then(self, capability: str) -> Place | None:
        """The process that hosts it afterwards."""
        return next((each for each in self.places if capability in each.capabilities), None)


class Ends(msgspec.Struct, frozen=True):
    """Who calls whom, and in which processes they are."""

    caller: str
    source: str
    callee: str
    target: str


def calls(change: Change) -> Iterator[Conflict]:
    """All that keeps callers and callees from talking; calls within a process never meet another version."""
    for place in change.places:
        old = change.running.of(place.name)
        for caller in _callers(place, place.hosted):
            for contract in old.declared.calls.get(caller, ()):
                yield from _old_to_new(change, place, caller, contract)
        for caller in _callers(place, place.capabilities):
            for contract in change.comes.declared.calls.get(caller, ()) if not place.stays else ():
                yield from _new_to_old(change, place, caller, contract)
    for outside in change.running.outside:
        yield from _from_outside(change, outside)


def _callers(place: Place, capabilities: Sequence[str]) -> tuple[str, ...]:
    return ((EDGE,) if place.edge else ()) + tuple(capabilities)


def _old_to_new(change: Change, place: Place, caller: str, contract: str) -> Iterator[Conflict]:
    old = change.running.of(place.name)
    capability = old.homes.get(contract, "")
    target = change.then(capability) or change.now(capability)
    known = old.contracts.get(contract)
    if known is None or target is None or target.stays or target.name == place.name:
        return
    for each in differences(known, change.comes.contracts.get(contract), is_newer=False):
        first = "" if place.stays else place.name
        ends = Ends(caller, place.name, capability, target.name)
        yield from _conflicts(each, Newer.CALLEE, ends, known, first)


def _new_to_old(change: Change, place: Place, caller: str, contract: str) -> Iterator[Conflict]:
    capability = change.comes.homes.get(contract, "")
    known, target = change.comes.contracts.get(contract), change.then(capability)
    if known is None or target is None or target.name == place.name:
        return
    # Where it moves to another process, that one is asked, and it does not have it yet.
    is_there = capability in target.hosted or target.stays
    served = change.running.of(target.name).contracts.get(contract) if is_there else None
    for each in differences(known, served, is_newer=True):
        first = "" if target.stays else target.name
        ends = Ends(caller, place.name, capability, target.name)
        yield from _conflicts(each, Newer.CALLER, ends, known, first)


def _from_outside(change: Change, outside: Outside) -> Iterator[Conflict]:
    """Callers that are no processes of the application know what runs now, and go on knowing it."""
    for contract, operations in outside.contracts.items():
        old = next((each for each in change.running.versions.values() if contract in each.contracts), None)
        capability = old.homes[contract] if old is not None else ""
        target = change.then(capability) or change.now(capability)
        if old is None or target is None or target.stays:
            continue
        ends = Ends(outside.name, "", capability, target.name)
        served = change.comes.contracts.get(contract)
        for each in differences(old.contracts[contract], served, is_newer=False, is_ours=False):
            for found in _conflicts(each, Newer.CALLEE, ends, old.contracts[contract], ""):
                if not operations or found.operation in operations:
                    yield found
                elif not found.operation:
                    yield from (structs.replace(found, operation=each) for each in sorted(operations))


def _conflicts(found: Difference, newer: Newer, ends: Ends, known: Contract, first: str) -> Iterator[Conflict]:
    fix = found.instead if newer is Newer.CALLEE and found.instead else _TWO_STEPS
    called = found.called(known)
    for operation in () if called is None else called or ("",):
        yield Conflict(
            Concern.CALL, newer, ends.caller, ends.source, ends.callee, ends.target,
            known.name, operation, found.code, found.what, first, fix,
        )  # fmt: skip
