"""Runs an application as processes, kills or stops one after the other under load, and looks at what still answers."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from plures.deploy import BackoffPolicy, RunningProcesses, SupervisorOptions, local_processes
from plures.errors import PluresError
from plures.isolation.fates import Fate, Isolation
from plures.topology import EMBEDDED, Replicas, Topology

from .asking import Asker, Request
from .verdict import Verdict

_HELD_DOWN_S: Final = 3600.0
_IN_FLIGHT: Final = 4
_NOTICED_S: Final = 0.3
_RECOVERY_S: Final = 30.0
_ASKED_AGAIN_AFTER_S: Final = 0.02


class Signal(StrEnum):
    """How a process dies."""

    KILLED = "killed"
    STOPPED = "stopped"
    """It neither answers nor ends."""


class NotWell(PluresError):
    """Requests are answered badly before anything is killed, so nothing can be learnt from them."""

    code = "isolation.not_well"


@dataclass(frozen=True)
class VerifyOptions:
    """How it is verified.

    Attributes:
        application: Import string.
        data: An empty folder.
        rounds: How often each request is asked while something is dead.
        limit_s: Most time for one request.
    """

    application: str
    data: Path
    rounds: int = 3
    limit_s: float = 10.0


@dataclass(frozen=True)
class Verified:
    """What was seen of one death.

    Attributes:
        was_dead: Whether the process was still dead when all was asked: if not, nothing was proved.
        back_s: So many seconds after it was ready, or went on, everything answered again; None where it did not within 30.
    """

    isolation: Isolation
    signal: Signal
    verdicts: tuple[Verdict, ...]
    was_dead: bool
    back_s: float | None

    @property
    def agrees(self) -> bool:
        return self.was_dead and self.back_s is not None and all(verdict.agrees for verdict in self.verdicts)


async def verify(
    topology: Topology, isolations: Sequence[Isolation], requests: Sequence[Request], options: VerifyOptions
) -> AsyncGenerator[Verified, None]:
    """Kill, then stop, each process that an isolation is about; those with the edge, and those that run elsewhere, are left alone.

    Raises:
        PluresError: The application does not start; or `NotWell`.
    """
    # What is killed stays dead until it is started again: the pause before a restart is longer than all of this.
    backoff = BackoffPolicy(first_s=_HELD_DOWN_S, most_s=_HELD_DOWN_S)
    supervising = SupervisorOptions(backoff=backoff, grace_s=2.0)
    running = local_processes(
        alone(topology), options.application, data=options.data, options=supervising, lines=_Unsaid()
    )
    async with running as processes:
        if processes.public_url is None:
            raise NotWell("There is no edge to ask", why="the application, or the topology, has none", fix="Add one.")
        asker = Asker(processes.public_url, requests, limit_s=options.limit_s)
        problems = await asker.learn()
        if problems:
            raise NotWell(
                "Not all is well before anything is killed", why="; ".join(problems), fix="Mend or leave them out."
            )
        watch = _Watch(processes, asker, requests, options.rounds)
        for isolation in isolations:
            for how in Signal:
                if f"{isolation.death.name}.1" in processes.pids and not isolation.death.takes_edge:
                    yield await watch.death(isolation, how)


def alone(topology: Topology) -> Topology:
    """The topology with one replica of each process and its data in files: it must touch no database that is in use."""
    processes = tuple(msgspec.structs.replace(process, replicas=Replicas()) for process in topology.processes)
    return replace(topology, processes=processes, storage=EMBEDDED, broker=None)


class _Unsaid:
    """The log of processes that are meant to die."""

    def write(self, source: str, line: str) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class _Watch:
    """What is asked of whom."""

    processes: RunningProcesses
    asker: Asker
    requests: Sequence[Request]
    rounds: int

    async def death(self, isolation: Isolation, how: Signal) -> Verified:
        """Let a process die, look at what answers, and bring it back."""
        name = isolation.death.name
        pid = self.processes.pids[f"{name}.1"]
        if how is Signal.KILLED:
            self.processes.kill(name)
        else:
            os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(_NOTICED_S)
            verdicts = await self._under_load(isolation)
            was_dead = self._is_dead(name, pid, how)
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
            if pid not in self.processes.pids.values():
                await self.processes.restart(name)
        return Verified(isolation, how, verdicts, was_dead, await self._back_s())

    def _is_dead(self, name: str, pid: int, how: Signal) -> bool:
        if how is Signal.KILLED:
            return f"{name}.1" not in self.processes.pids
        return self.processes.pids.get(f"{name}.1") == pid and is_stopped(pid)

    async def _under_load(self, isolation: Isolation) -> tuple[Verdict, ...]:
        places = asyncio.Semaphore(_IN_FLIGHT)

        async def see(request: Request) -> tuple[Fate, str]:
            async with places:
                return await self.asker.see(request)

        seen = await asyncio.gather(*(see(request) for request in self.requests for _ in range(self.rounds)))
        fates: Mapping[str, Fate] = {unit.name: fate for unit, fate in isolation.fates.items()}
        verdicts: list[Verdict] = []
        for number, request in enumerate(self.requests):
            of_it = seen[number * self.rounds : (number + 1) * self.rounds]
            # What is not among them is dead itself.
            verdict = _verdict(request, fates.get(request.unit, Fate.FAILS), of_it)
            verdicts.append(verdict if verdict.agrees else await self._without_load(request, verdict))
        return tuple(verdicts)

    async def _without_load(self, request: Request, under_load: Verdict) -> Verdict:
        """Ask once more, one after the other: a slow machine is no lack of isolation. What it mostly does counts then."""
        seen = sorted([await self.asker.see(request) for _ in range(self.rounds)], key=lambda each: each[0])
        again = _verdict(request, under_load.computed, seen[: len(seen) // 2 + 1])
        failed = sum(fate is Fate.FAILS for fate, _ in seen)
        return replace(again, asked=under_load.asked + len(seen), failed=under_load.failed + failed)

    async def _back_s(self) -> float | None:
        """The seconds until everything answers again; all are asked at once, each until it has an answer."""
        began = time.monotonic()

        async def again(request: Request) -> bool:
            while (await self.asker.see(request))[0] is Fate.FAILS:
                if time.monotonic() - began > _RECOVERY_S:
                    return False
                await asyncio.sleep(_ASKED_AGAIN_AFTER_S)
            return True

        answered = await asyncio.gather(*(again(request) for request in self.requests))
        return time.monotonic() - began if all(answered) else None


def is_stopped(pid: int) -> bool:
    """Whether a process is stopped by a signal, as far as the system tells (Linux)."""
    with suppress(OSError):
        # Behind the name, which is in parentheses and may hold anything.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    return True


def _verdict(request: Request, computed: Fate, seen: Sequence[tuple[Fate, str]]) -> Verdict:
    worst, why = max(seen, key=lambda each: each[0])
    failed = sum(fate is Fate.FAILS for fate, _ in seen)
    return Verdict(request.name, request.unit, computed, worst, why, len(seen), failed)
