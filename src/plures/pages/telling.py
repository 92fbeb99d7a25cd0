"""A contract and its lock files → what its page tells."""

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from plures.compat import Contract, compare_contracts, numbered

from .page import ContractPage


class Beside(msgspec.Struct, frozen=True):
    """What a contract does not say of itself.

    Attributes:
        callers: Who declares to call it.
        calls: The capabilities that its service declares to call.
        is_here: Whether it can be called from its page.
    """

    capability: str
    callers: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    is_here: bool = False


def page_of(
    contract: Contract,
    beside: Beside,
    locked: Mapping[str, Contract],
    *,
    base: Mapping[str, Contract] | None = None,
    named: str = "",
) -> ContractPage:
    """The page of a contract.

    Args:
        locked: The lock files by the names of their contracts.
        base: Those of another state to compare with, which is called `named`.
    """
    lock = locked.get(contract.name)
    known = contract if lock is None else replace(numbered(contract, lock), version=lock.version)
    is_locked = lock is not None and known == lock
    states: dict[str, Contract] = {}
    if base is not None and contract.name in base:
        states[f"Since {named}"] = base[contract.name]
    if lock is not None and not is_locked:
        states[f"Since it was locked as {lock.version}"] = lock
    earlier = [each for each in locked.values() if each.family == contract.family and each.major < contract.major]
    if earlier:
        before = max(earlier, key=lambda each: each.major)
        states[f"Against {before.name} {before.version}"] = before
    changes = {since: compare_contracts(each, known) for since, each in states.items()}
    if not changes and lock is not None:
        changes = {f"Since it was locked as {lock.version}": ()}
    told = {
        since: tuple(
            msgspec.structs.replace(each, callers=beside.callers)
            for each in sorted(found, key=lambda c: (-c.severity, c.where))
        )
        for since, found in changes.items()
    }
    return ContractPage(known, beside.capability, beside.callers, beside.calls, told, is_locked, beside.is_here)
