"""A request context goes to processes of the run, and to no other."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from plures import Application, Capability, Message, acting_for
from plures.application import assemble
from plures.host import Host, Placement
from plures.runtime import Outgoing, Reply

from .parts import A, B


class Shopper(Message):
    user: str


class Elsewhere:
    """Answers everything, and notes what came."""

    def __init__(self) -> None:
        self.contexts: dict[str, str] = {}

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        self.contexts[url] = outgoing.context
        return Reply(200, b'{"value":"yes"}')

    async def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        raise NotImplementedError
        yield

    async def knock(self, url: str) -> None: ...

    def give_up(self, outgoing: Outgoing) -> None: ...

    async def close(self) -> None: ...


@pytest.mark.parametrize("is_set", [True, False])
async def test_what_runs_elsewhere_does_not_get_it(tmp_path: Path, is_set: bool) -> None:
    assembly = assemble(Application("parts", [Capability(A), Capability(B)], context=Shopper))
    endpoints = {"a": ("http://ours:1",), "b": ("http://theirs:1",)}
    placement = Placement(frozenset(), edge=False, data=tmp_path, endpoints=endpoints, outside=frozenset({"b"}))
    elsewhere = Elsewhere()
    host = Host(assembly, placement, transport=elsewhere)
    await host.start()
    if is_set:
        with acting_for(Shopper("anna")):
            await host.client(A).ask()
            await host.client(B).ask()
    else:
        await host.client(A).ask()
        await host.client(B).ask()
    await host.stop()
    assert bool(elsewhere.contexts["http://ours:1"]) == is_set
    assert elsewhere.contexts["http://theirs:1"] == ""
