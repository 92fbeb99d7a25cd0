"""What older versions of a contract call: what the newer one does, and whatever their adapters ask for besides."""

from typing import Protocol

from plures import Application, Capability, contract, query
from plures.application import assemble
from plures.isolation import each_alone, isolate, units_of


@contract("isles.far.v1", owner="tests")
class Far(Protocol):
    @query()
    async def look(self) -> int: ...


@contract("isles.near.v2", owner="tests")
class Near(Protocol):
    @query()
    async def look(self) -> int: ...


@contract("isles.near.v1", owner="tests")
class NearV1(Protocol):
    @query()
    async def look(self) -> int: ...
    @query()
    async def count(self) -> int: ...


@contract("isles.caller.v1", owner="tests")
class Caller(Protocol):
    @query()
    async def through_the_old(self) -> int: ...
    @query()
    async def through_the_new(self) -> int: ...


class FarService:
    async def look(self) -> int:
        return 1


class NearService:
    async def look(self) -> int:
        return 2


class OnV2:
    def __init__(self, newer: Near, far: Far) -> None:
        self._newer, self._far = newer, far

    async def look(self) -> int:
        return await self._newer.look() + await self._far.look()

    async def count(self) -> int:
        return await self._newer.look()


class CallerService:
    def __init__(self, old: NearV1, new: Near) -> None:
        self._old, self._new = old, new

    async def through_the_old(self) -> int:
        return await self._old.look()

    async def through_the_new(self) -> int:
        return await self._new.look()


APP = Application(
    "isles",
    [
        Capability(Near, NearService, older=[Capability(NearV1, OnV2)]),
        Capability(Far, FarService),
        Capability(Caller, CallerService),
    ],
)


def test_versions_are_told_apart() -> None:
    units = units_of(assemble(APP))
    calls = {unit.name: sorted(f"{need.capability}.{need.operation}" for need in unit.needs) for unit in units}
    assert calls == {
        "near.look": [],
        "near.v1.look": ["far.look", "near.look"],
        "near.v1.count": ["near.look"],
        "far.look": [],
        "caller.through_the_old": ["near.v1.look"],
        "caller.through_the_new": ["near.look"],
    }


def test_what_one_version_needs_does_not_take_the_other_with_it() -> None:
    [far] = isolate(units_of(assemble(APP)), each_alone(["far"]))
    assert {unit.name: fate.name for unit, fate in far.fates.items()} == {
        "near.look": "WORKS",
        "near.v1.look": "FAILS",
        "near.v1.count": "WORKS",
        "caller.through_the_old": "FAILS",
        "caller.through_the_new": "WORKS",
    }
