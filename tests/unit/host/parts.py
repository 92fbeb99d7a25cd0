"""What the tests of a host are made of: three contracts, services that note what happens to them, an ASGI client."""

import json
from pathlib import Path
from typing import Any, Protocol

from plures import Application, Capability, Lifecycle, contract, query
from plures.application import assemble
from plures.host import Host, Mode, Placement
from plures.http import Request, Response
from plures.topology import PlacedTelemetry


@contract("parts.a.v1", owner="tests")
class A(Protocol):
    @query(deadline_s=30)
    async def ask(self, depth: int = 0) -> str: ...


@contract("parts.b.v1", owner="tests")
class B(Protocol):
    @query(deadline_s=30)
    async def ask(self, depth: int = 0) -> str: ...


@contract("parts.c.v1", owner="tests")
class C(Protocol):
    @query(deadline_s=30)
    async def ask(self, depth: int = 0) -> str: ...


class Notes(list[str]):
    """What happened, in order."""

    def takes_note(self, lifecycle: Lifecycle, owner: str) -> None:
        """Register two hooks of each kind."""
        for register in (lifecycle.on_start, lifecycle.on_ready, lifecycle.on_drain, lifecycle.on_stop):
            for number in (1, 2):
                register(self.noting(f"{owner} {register.__name__[3:]} {number}"))

    def noting(self, what: str) -> Any:
        async def hook() -> None:
            self.append(what)

        return hook

    def service(self, owner: str, *needs: type) -> Any:
        """An implementation that needs contracts, and whose hooks take note."""

        class Service:
            def __init__(self, lifecycle: Lifecycle, **clients: Any) -> None:
                notes.append(f"{owner} built")
                notes.takes_note(lifecycle, owner)
                self._clients = list(clients.values())

            async def ask(self, depth: int = 0) -> str:
                if not depth or not self._clients:
                    return owner
                return f"{owner} {await self._clients[0].ask(depth - 1)}"

        notes = self
        return taking(Service, needs)


def taking(build: Any, needs: tuple[type, ...]) -> Any:
    """A function with one annotated parameter for each contract, which `build` gets by name."""
    names = [f"need_{need.__name__.lower()}" for need in needs]
    scope: dict[str, Any] = {"build": build, "Lifecycle": Lifecycle, **dict(zip(names, needs, strict=True))}
    typed = "".join(f", {name}: {name}" for name in names)
    passed = "".join(f", {name}={name}" for name in names)
    exec(f"def compose(lifecycle: Lifecycle{typed}):\n    return build(lifecycle{passed})", scope)
    return scope["compose"]


def host_of(
    data: Path,
    *capabilities: Any,
    edge: Any = None,
    hosts: str | None = None,
    mode: Mode = Mode.PRODUCTION,
    endpoints: dict[str, tuple[str, ...]] | None = None,
    telemetry: PlacedTelemetry | None = None,
    **more: Any,
) -> Host:
    """A host of those of the capabilities that `hosts` names (all of them when it is left out), and of the edge."""
    assembly = assemble(Application("parts", [c for c in capabilities if isinstance(c, Capability)], edge=edge))
    chosen = frozenset(assembly.capabilities if hosts is None else hosts.split())
    placement = Placement(chosen, edge=True, data=data, mode=mode, endpoints=endpoints or {}, telemetry=telemetry)
    return Host(assembly, placement, **more)


async def request(answer: Any, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
    """One request to what a control listener serves: status, parsed JSON, headers of the answer."""
    given = {"content-type": "application/json", **headers}
    sent = {name.encode(): value.encode() for name, value in given.items()}
    response: Response = await answer(Request("GET" if body is None else "POST", path, b"", sent, body or b""))
    answered = {"content-type": response.content_type.decode()}
    answered |= {name.decode(): value.decode() for name, value in response.headers}
    content = response.body
    return response.status, json.loads(content) if content else None, answered
