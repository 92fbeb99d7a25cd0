"""Spans of a trace that is drawn say what ended before them, and in which task."""

import asyncio
from pathlib import Path
from typing import Protocol

import pytest

from plures import Application, Capability, contract, query
from plures.application import assemble
from plures.host import Host, Placement
from plures.planning.replay import Request, Wait, begun_side_by_side, replayed, requests_of
from plures.telemetry import Reading
from plures.telemetry.store.rows import with_order, without_order
from plures.topology import Drawn, PlacedTelemetry, TelemetrySettings

KEPT, NOT_KEPT = Drawn(share=1, per_s=1e6), Drawn(share=0)
MANY = 30
"""Requests, of which a busy machine may stop some between two tasks, where they look as if they waited: one that it does not stop says how it is."""


@contract("followed.callee.v1", owner="tests")
class Callee(Protocol):
    @query()
    async def get(self, text: str) -> str: ...


@contract("followed.caller.v1", owner="tests")
class Caller(Protocol):
    @query()
    async def ask(self) -> None: ...


class CalleeService(Callee):
    async def get(self, text: str) -> str:
        return text


class CallerService(Caller):
    def __init__(self, callee: Callee) -> None:
        self._callee = callee

    async def ask(self) -> None:
        await self._callee.get("first")
        await asyncio.gather(*(self._callee.get(f"beside {n}") for n in range(3)))
        await self._callee.get("last")


async def asked(folder: Path, drawn: Drawn) -> Reading:
    assembly = assemble(Application("followed", [Capability(Callee, CalleeService), Capability(Caller, CallerService)]))
    telemetry = PlacedTelemetry(folder, "main", 1, TelemetrySettings(drawn=drawn))
    host = Host(assembly, Placement(frozenset(assembly.capabilities), edge=False, data=folder, telemetry=telemetry))
    await host.start()
    for _ in range(MANY):
        await host.client(Caller).ask()
    await host.stop()
    return Reading(folder)


async def test_what_ran_side_by_side_is_told_from_what_waited(tmp_path: Path) -> None:
    """Five calls that never wait: three of them are begun together, so a remote one would be waited for three times."""
    reading = await asked(tmp_path, KEPT)
    requests: list[Request] = []
    for line in [each for each in reading.traces() if each.name == "caller/Ask"]:
        trace = reading.trace(line.id)
        assert trace is not None
        first, *beside, last = [each for each in trace.spans if each.name == "callee/Get"]
        assert len(beside) == 3
        assert {each.after for each in beside} == {first.id}
        assert len({each.task for each in (first, *beside)}) == 4
        assert (last.after, last.task) == (first.id, first.task)
        assert {each.attributes for each in trace.spans} == {""}
        requests += requests_of([each for each in trace.spans if each.kind == "internal"])
    assert len(requests) == MANY
    found = begun_side_by_side(requests)
    for request in requests:
        lasted = request.root.ended - request.root.began
        assert replayed(request, lambda _: True, Wait(1e6, 0), found) == pytest.approx(3e6 + lasted, abs=lasted)


async def test_spans_that_are_not_drawn_say_nothing(tmp_path: Path) -> None:
    reading = await asked(tmp_path, NOT_KEPT)
    assert [each for each in reading.traces() if each.name == "caller/Ask"] == []


@pytest.mark.parametrize("attributes", ["", '{"a": 1}', "two\nlines", "ends\n", "\n" + "0" * 24])
def test_attributes_come_back_as_they_were(attributes: str) -> None:
    assert without_order(with_order(attributes, 7, 9)) == (attributes, 7, 9)
    assert without_order(attributes)[0] in (attributes, "")
