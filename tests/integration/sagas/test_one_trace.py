"""A saga whose process is killed goes on in another one, and is still one trace: what began it, the run that was cut, and the one that ends it."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from plures import Application, Capability, Database, Migration, Saga, Sagas, command, contract, saga
from plures.telemetry import NoTelemetry, Reading, SpanRead
from tests.fleet import fleet, in_groups

APP = "tests.integration.sagas.test_one_trace:app"
LINES = Migration(1, "lines", ("CREATE TABLE lines (id TEXT NOT NULL)",))
PATIENCE_S = 90


@contract("trace.till.v1", owner="tests")
class Till(Protocol):
    @command(deadline_s=30, idempotent=True, key="id")
    async def note(self, id: str, line: str) -> None: ...  # noqa: A002


@contract("trace.shop.v1", owner="tests")
class Shop(Protocol):
    @command(deadline_s=30)
    async def order(self, id: str, gate: str) -> None: ...  # noqa: A002


class TillService(Till):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, id: str, line: str) -> None:  # noqa: A002
        async with self._database.write() as connection:
            await connection.execute("INSERT INTO lines VALUES (:line)", {"line": line})


class ShopService(Shop):
    def __init__(self, database: Database, sagas: Sagas, till: Till) -> None:
        self._sagas, self._till = sagas, till

    async def order(self, id: str, gate: str) -> None:  # noqa: A002
        await self._sagas.start(self.paying, id, gate)

    @saga()
    async def paying(self, saga: Saga, gate: str) -> None:
        await saga.step(self._till.note, saga.key("first"), "first")
        await saga.step(self._wait, gate)
        await saga.step(self._till.note, saga.key("last"), "last")

    async def _wait(self, gate: str) -> None:
        while not Path(gate).exists():  # noqa: ASYNC110, ASYNC240 - another process makes it
            await asyncio.sleep(0.02)


app = Application("trace", [Capability(Till, TillService, migrations=[LINES]), Capability(Shop, ShopService)])


def spans_of(kept: Reading) -> tuple[SpanRead, ...]:
    """Those of the trace in which the saga began."""
    try:
        found = [kept.trace(line.id) for line in kept.traces()]
    except NoTelemetry:
        return ()
    for trace in found:
        if trace is not None and any((it.name, it.kind) == ("shop.paying", "producer") for it in trace.spans):
            return trace.spans
    return ()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110 - other processes write it
            await asyncio.sleep(0.05)


async def test_a_saga_whose_process_is_killed_is_one_trace(tmp_path: Path) -> None:
    kept, gate = Reading(tmp_path), tmp_path / "gate"
    topology = in_groups({"shop": ["shop"], "till": ["till"]})
    async with fleet(APP, topology, tmp_path, keeps=True) as running:
        await running.client(Shop).order("17", str(gate))
        # The first process has written what it did so far; it is in its second step.
        await until(lambda: any(it.name == "shop.paying: till.note" for it in spans_of(kept)))
        running.kill("shop.1")
        gate.touch()
        await until(lambda: any((it.name, it.kind) == ("shop.paying", "consumer") for it in spans_of(kept)))
        # What the other process has served is written at a time of its own.
        await until(lambda: Counter((it.name, it.kind) for it in spans_of(kept))["till/Note", "server"] == 2)
        spans = spans_of(kept)
        processes = [each for each in kept.processes() if each.name == "shop"]
    by_id = {each.id: each for each in spans}

    def above(span: SpanRead) -> list[str]:
        """What a span is a part of, the nearest first."""
        names: list[str] = []
        while span.parent in by_id:
            span = by_id[span.parent]
            names.append(span.name)
        return names

    assert len({each.pid for each in processes}) == 2
    # The run that was cut has never ended: its step has, and is of the same trace.
    first, last = sorted((it for it in spans if it.name == "shop.paying: till.note"), key=lambda it: it.began)
    assert above(last) == ["shop.paying", "shop.paying", "shop/Order"]
    assert first.parent not in by_id
    calls = [it for it in spans if it.name == "till/Note" and it.kind == "server"]
    assert sorted(map(above, calls), key=len) == [
        ["till/Note", "shop.paying: till.note"],
        ["till/Note", "shop.paying: till.note", "shop.paying", "shop.paying", "shop/Order"],
    ]
    assert [above(it) for it in spans if it.name == "shop.paying: wait"] == [
        ["shop.paying", "shop.paying", "shop/Order"]
    ]
