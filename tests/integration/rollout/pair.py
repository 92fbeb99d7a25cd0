"""Two versions of a small shop, and what happens where one of them calls the other over the wire."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from textwrap import dedent, indent
from types import ModuleType
from typing import Any

import httpx
import msgspec

from plures.application import Assembly, assemble
from plures.compat import described
from plures.deploy import ListenAddress, ListenAddresses, hosting
from plures.host import Placement, declared
from plures.rollout import Change, Conflict, Declared, Newer, Place, Running, Version, judge
from plures.topology import Policies

_TEXT = """
from collections.abc import AsyncIterator
from enum import Enum
from typing import Annotated, Literal, Protocol

from plures import Application, Capability, ContractError, Message, Meta, command, contract, query

{messages}

@contract("pair.stock.v1", owner="tests")
class {name}(Protocol):
{operations}

class StockService({name}):
{service}

@contract("pair.till.v1", owner="tests")
class Till(Protocol):
    @command(deadline_s=60)
    async def probe(self) -> str: ...

class TillService(Till):
    def __init__(self, stock: {name}) -> None:
        self._stock = stock

    async def probe(self) -> str:
        return str(await self._probe(self._stock))

    async def _probe(self, stock: {name}) -> object:
{probe}

app = Application("{application}", [Capability({name}, StockService), Capability(Till, TillService)])
"""
ANYWHERE = ListenAddresses(public=ListenAddress(port=0), control_port=0)
PLACES = tuple(Place(name, (name,), hosted=(name,)) for name in ("stock", "till"))


class Side(msgspec.Struct, frozen=True):
    """One version: the messages and operations of its contract, what serves them, and how its caller calls.

    Attributes:
        probe: Returns what is compared with what a service of the same version answers.
    """

    operations: str
    service: str
    probe: str
    messages: str = ""
    name: str = "Stock"
    application: str = "pair"

    @property
    def text(self) -> str:
        """Its module."""
        return _TEXT.format(
            messages=dedent(self.messages),
            operations=indent(dedent(self.operations), " " * 4),
            service=indent(dedent(self.service), " " * 4),
            probe=indent(dedent(self.probe), " " * 8),
            name=self.name,
            application=self.application,
        )

    def assembly(self, module: str) -> Assembly:
        """Its application, made by a module of that name."""
        made = ModuleType(module)
        exec(compile(self.text, f"{module}.py", "exec", dont_inherit=True), made.__dict__)
        return assemble(made.app)


def version_of(assembly: Assembly) -> Version:
    contracts = {each.name: described(each) for each in assembly.contracts}
    homes = {each.name: each.capability for each in assembly.contracts}
    return Version(contracts, homes, msgspec.convert(declared(assembly), Declared))


def conflicts(old: Assembly, new: Assembly) -> list[Conflict]:
    """What a check finds of them, whatever the order."""
    running = Running(dict.fromkeys(("stock", "till"), version_of(old)))
    verdict = judge(Change(running, version_of(new), PLACES), {}, at_once=True)
    return [*verdict.refused]


def placed(capability: str, data: Path, **said: Any) -> Placement:
    """One capability alone, which lets calls wait where the machine is busy."""
    return Placement(frozenset({capability}), edge=False, data=data, policies=Policies({"queue_s": 10.0}), **said)


async def probed(control: str, token: str = "") -> str:
    """What the caller at an address got of the callee that it knows, or the error that it got."""
    async with httpx.AsyncClient(timeout=90, trust_env=False) as client:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = await client.post(f"{control}/pair.till.v1.Till/Probe", json={}, headers=headers)
    said: dict[str, str] = answer.json()
    return said["value"] if answer.is_success else f"failed: {said['code']}: {said['message']}"


async def answers(sides: Mapping[str, Assembly], folder: Path) -> dict[tuple[str, str], str]:
    """(caller, callee) → what the caller gets, or the error that it gets, by real requests between them."""
    got: dict[tuple[str, str], str] = {}
    async with AsyncExitStack() as stack:
        for callee, assembly in sides.items():
            stock = placed("stock", folder / f"stock-{callee}")
            there = await stack.enter_async_context(hosting(assembly, stock, ANYWHERE))
            for caller, calling in sides.items():
                endpoints = {"stock": (there.control_url,)}
                till = placed("till", folder / f"{caller}-{callee}", endpoints=endpoints)
                async with hosting(calling, till, ANYWHERE) as here:
                    got[caller, callee] = await probed(here.control_url)
    return got


NEWER = {("old", "new"): Newer.CALLEE, ("new", "old"): Newer.CALLER}
