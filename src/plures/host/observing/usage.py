"""Counts who calls which version of which contract, from here and from outside, and keeps it; warns outsiders who call a deprecated one."""

import asyncio
import logging
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Final

from plures.access import Caller
from plures.access import CallerKind as Met
from plures.application import EDGE, Assembly
from plures.contract import OperationDescription, Stability
from plures.host.telling import warning
from plures.telemetry import Meter
from plures.usage import CallerKind, Tallies, UsageFile, Use

_LOG: Final = logging.getLogger("plures.calls")
_EVERY_S: Final = 2.0
_IDLE_ROUNDS: Final = 30
"""So many rounds without a call until the file is told that calls are counted still."""


class Usage:
    """The usage that one replica sees.

    Args:
        folder: Where it is kept; None where it is not.
    """

    def __init__(self, assembly: Assembly, folder: Path | None) -> None:
        self._assembly = assembly
        self._file = None if folder is None else UsageFile(folder)
        self._tallies = Tallies()
        self._names = [each.name for each in assembly.contracts]
        self._kept: Mapping[Use, int] = {}
        self._by_path = {o.path: (each, o) for each in assembly.contracts for o in each.operations.values()}
        self._is_broken = False
        self._keeping: asyncio.Task[None] | None = None
        self._is_over = asyncio.Event()

    def count(self, owner: str, operation: OperationDescription, meter: Meter) -> None:
        """Count what a client of an owner calls. Calls of tests and tools are not counted, nor deliveries of events."""
        known = self._by_path.get(operation.path)
        if not owner or known is None:
            return
        kind = CallerKind.EDGE if owner == EDGE else CallerKind.CAPABILITY
        # An adapter for an older version, most of all.
        caller = f"{owner} itself" if owner == operation.capability else owner
        use = Use(known[0].name, operation.wire_name, caller, kind)
        self._tallies.add(use, lambda: meter.begun)

    def arrived(self, caller: Caller, path: str) -> None:
        """Count a call that came over the wire. Processes of the application count their own, by the capabilities in them."""
        known = self._by_path.get(path)
        if known is None or caller.kind is Met.PROCESS:
            return
        contract, operation = known
        kind = CallerKind.TOOLS if caller.kind is Met.TOOLS else CallerKind.OUTSIDE
        is_first = self._tallies.arrived(Use(contract.name, operation.wire_name, caller.name, kind))
        if is_first and kind is CallerKind.OUTSIDE and contract.stability is Stability.DEPRECATED:
            _LOG.warning("%s", warning(self._assembly, caller.name, contract))

    def start(self) -> None:
        """Keep what is counted, from now on."""
        if self._file is not None:
            self._keeping = asyncio.create_task(self._keep(), name="usage")

    async def stop(self) -> None:
        """Keep what is left."""
        if self._keeping is not None:
            # It is not cancelled: a thread that keeps counts would end its work all the same, and they would be kept once more.
            self._is_over.set()
            await self._keeping
            self._keeping = None
            await self._note()

    async def _keep(self) -> None:
        idle = _IDLE_ROUNDS
        while not self._is_over.is_set():
            if idle >= _IDLE_ROUNDS or self._tallies.totals() != self._kept:
                await self._note()
                idle = 0
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_over.wait(), _EVERY_S)
            idle += 1

    async def _note(self) -> None:
        if self._file is None:
            return
        totals = self._tallies.totals()
        new = {use: many - self._kept.get(use, 0) for use, many in totals.items() if many > self._kept.get(use, 0)}
        try:
            await asyncio.to_thread(self._file.add, self._names, new, time())
        except (OSError, sqlite3.Error) as error:
            # What is not kept now is kept later, or is lost when the process ends.
            self._say_broken(self._file, error)
        else:
            self._kept, self._is_broken = totals, False

    def _say_broken(self, file: UsageFile, error: Exception) -> None:
        if not self._is_broken:
            self._is_broken = True
            what = "Who calls which contract is not kept in %s (%s), so that plures contract usage cannot tell"
            _LOG.warning(what, file.path, error)
