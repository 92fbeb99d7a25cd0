"""What runs, read from the contract listings of its replicas."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from plures.cli.finding import contracts_at, place_of, the_run
from plures.cli.listing import NotReached
from plures.compat import Contract, read_lock
from plures.errors import InvalidInput
from plures.rollout import Declared, Open, Outside, Version
from plures.topology import read_right


class _Count(msgspec.Struct):
    saga: str
    version: int
    running: int
    compensating: int
    parked: int


class _Listed(msgspec.Struct):
    name: str
    capability: str
    lock: str
    sagas: list[_Count] = []


class _Caller(msgspec.Struct):
    name: str
    may_call: list[str]
    kind: str = "outside"


class _Listing(msgspec.Struct):
    application: str
    contracts: list[_Listed]
    elsewhere: list[_Listed] = []
    edge: Any = None
    declared: Declared | None = None
    callers: list[_Caller] | None = None
    published: list[_Caller] = []


class Replica(msgspec.Struct, frozen=True):
    """What one replica says.

    Attributes:
        hosts: Its capabilities.
        has_edge: Whether the edge is in it.
        says: Whether it declares what it calls; those of older releases of Plures do not.
    """

    at: str
    application: str
    hosts: frozenset[str]
    has_edge: bool
    version: Version
    says: bool
    outside: tuple[Outside, ...]
    sagas: tuple[Open, ...]


def replicas_of(data: Path) -> list[Replica]:
    """All replicas of the run that keeps a data folder.

    Raises:
        NothingRuns, SeveralRun, NotReached, NotLetIn: They cannot be asked.
    """
    return [_replica(at, data) for at in the_run(data).control]


def replica_at(at: str, data: Path) -> Replica:
    """The replica at a control address; raises as `replicas_of`."""
    return _replica(place_of(at, data)[0].removesuffix("/contracts"), data)


def _replica(at: str, data: Path) -> Replica:
    try:
        listing = msgspec.json.decode(contracts_at(at, data), type=_Listing)
        contracts = {each.name: _contract(each, at) for each in (*listing.contracts, *listing.elsewhere)}
    except (msgspec.MsgspecError, UnicodeDecodeError, InvalidInput):
        raise NotReached(at, "what answers there lists no contracts that this release of Plures can read") from None
    homes = {each.name: each.capability for each in (*listing.contracts, *listing.elsewhere)}
    return Replica(
        at,
        listing.application,
        frozenset(each.capability for each in listing.contracts),
        listing.edge is not None,
        Version(contracts, homes, listing.declared or Declared()),
        listing.declared is not None,
        _outside(listing, homes, contracts),
        tuple(
            Open(each.capability, count.saga, count.version, count.running + count.compensating + count.parked)
            for each in listing.contracts
            for count in each.sagas
        ),
    )


def _contract(listed: _Listed, at: str) -> Contract:
    return read_lock(listed.lock, f"{at}: {listed.name}")


def _outside(listing: _Listing, homes: Mapping[str, str], contracts: Mapping[str, Contract]) -> tuple[Outside, ...]:
    """Callers that plures.toml names; processes are known by their constructors, and people see what is there."""
    callers = [*(each for each in listing.callers or () if each.kind == "outside"), *listing.published]
    return tuple(Outside(each.name, rights_of(each.may_call, homes, contracts)) for each in callers)


def rights_of(
    may_call: Sequence[str], homes: Mapping[str, str], contracts: Mapping[str, Contract]
) -> dict[str, frozenset[str]]:
    """Contract → the operations that these rights are for."""
    found: dict[str, frozenset[str]] = {}
    for text in may_call:
        right = read_right(text)
        for name, capability in homes.items():
            version = name.rpartition(".")[2]
            if text == "*" or (capability == right.capability and right.version in ("", version)):
                # All of them, where one right says so.
                every = frozenset(contracts[name].operations)
                found[name] = found.get(name, frozenset()) | ({right.operation} if right.operation else every)
    return found
