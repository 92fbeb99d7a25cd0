"""Applications in two versions, made for tests: what each declares, and what a check of them finds."""

from collections.abc import Sequence
from types import ModuleType

import msgspec

from plures.application import Assembly, assemble
from plures.compat import described
from plures.data import numbered
from plures.host import declared
from plures.rollout import Change, Conflict, Declared, Open, Outside, Place, Running, Verdict, Version, judge

HEAD = """
from typing import Protocol
from plures import (
    Application, Capability, Database, Event, Events, Message, Migration, Saga, Sagas, command, contract, query, saga, subscribe,
)
"""


def shop(text: str) -> Assembly:
    """The application of a module."""
    module = ModuleType("rollout_shop")
    exec(compile(HEAD + text, "rollout_shop.py", "exec", dont_inherit=True), module.__dict__)
    return assemble(module.app)


def version(assembly: Assembly) -> Version:
    contracts = {each.name: described(each) for each in assembly.contracts}
    homes = {each.name: each.capability for each in assembly.contracts}
    return Version(contracts, homes, msgspec.convert(declared(assembly), Declared))


def process(name: str, *capabilities: str, new: bool = False, **said: bool) -> Place:
    """A process that hosts what it hosted before; one that is new hosts nothing yet."""
    names = capabilities or (name,)
    return Place(name, names, hosted=() if new else names, **said)


def verdict(
    old: Assembly,
    new: Assembly,
    *places: Place,
    sagas: Sequence[Open] = (),
    outside: Sequence[Outside] = (),
    chosen: Sequence[str] = (),
    at_once: bool = False,
) -> Verdict:
    before = version(old)
    running = Running({each.name: before for each in places if each.hosted}, tuple(outside), tuple(sagas))
    migrations = {name: numbered(it.migrations) for name, it in new.capabilities.items()}
    return judge(Change(running, version(new), places), migrations, chosen=chosen, at_once=at_once)


def brief(conflicts: Sequence[Conflict]) -> list[tuple[str, str, str, str, str]]:
    """Who is newer, who calls what of whom, the rule, and who must be first."""
    return [
        (each.newer.value, f"{each.caller} {each.callee}", each.operation, each.code, each.first) for each in conflicts
    ]
