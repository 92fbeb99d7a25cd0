"""Two replicas, one of which does what is done once; each note is a line `what pid` in the file that NOTES names."""

import asyncio
import os
from pathlib import Path
from typing import Protocol

from plures import Application, Capability, Lifecycle, contract, query


@contract("once.clock.v1", owner="tests")
class Clock(Protocol):
    @query()
    async def pid(self) -> int: ...


class ClockService:
    def __init__(self, lifecycle: Lifecycle) -> None:
        lifecycle.on_start(self.migrate, once=True)
        lifecycle.on_start(self.start)
        lifecycle.background(self.schedule, once=True)

    def migrate(self) -> None:
        note("migrates")

    async def start(self) -> None:
        note("starts")

    async def schedule(self) -> None:
        note("schedules")
        await asyncio.Event().wait()

    async def pid(self) -> int:
        return os.getpid()


def note(what: str) -> None:
    with Path(os.environ["NOTES"]).open("a") as notes:
        print(what, os.getpid(), file=notes, flush=True)


app = Application("once", [Capability(Clock, ClockService)])
