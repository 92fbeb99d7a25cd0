"""The ways in which a call can fail, and a stand-in that makes calls fail."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

from plures import ContractError, Outcome, Unavailable


class Fault(Enum):
    """What happens to a call."""

    NOT_SENT = "not sent"
    LOST_REQUEST = "may have run, did not"
    LOST_ANSWER = "may have run, did"
    LATE = "may have run, runs later"
    BUG_BEFORE = "raised something undeclared before it did anything"
    BUG_AFTER = "raised something undeclared when all was done"
    CANCELLED_BEFORE = "cancelled before it ran"
    CANCELLED_AFTER = "cancelled when it had run"


RUNS_FIRST = frozenset({Fault.LOST_ANSWER, Fault.BUG_AFTER, Fault.CANCELLED_AFTER})
# A tuple: tests are made of it, and all workers must make them in one order.
CANCELS = (Fault.CANCELLED_BEFORE, Fault.CANCELLED_AFTER)
Chooser = Callable[[str], Fault | None]


class Faults:
    """Decides for each call what goes wrong, and keeps the calls that are late.

    `before` and `after` are awaited before and after each call, with its name.
    """

    def __init__(self) -> None:
        self.choose: Chooser = lambda _: None
        self.before: Callable[[str], Awaitable[None]] = _give_others_a_turn
        self.after: Callable[[str], Awaitable[None]] = _give_others_a_turn
        self.calls: list[str] = []
        self._late: list[Callable[[], Awaitable[object]]] = []

    def at(self, operation: str, fault: Fault, *, call: int = 1) -> None:
        """Let one call of an operation fail: the first one, the second one, …"""
        passed = 0

        def choose(called: str) -> Fault | None:
            nonlocal passed
            passed += called == operation
            return fault if called == operation and passed == call else None

        before = self.choose
        self.choose = lambda called: choose(called) or before(called)

    def always(self, operation: str, fault: Fault) -> None:
        """Let every call of an operation fail."""
        before = self.choose
        self.choose = lambda called: fault if called == operation else before(called)

    def stop_at(self, operation: str, when: str, stop: Callable[[], Awaitable[None]]) -> None:
        """Await something before or after each call of an operation."""

        async def maybe(called: str) -> None:
            if called == operation:
                await stop()

        setattr(self, when, maybe)

    def heal(self) -> None:
        """From now on everything works."""
        self.choose = lambda _: None
        self.before = self.after = _give_others_a_turn

    async def deliver_late(self) -> None:
        """Run the late calls. Their callers have gone, so nothing happens with answers and refusals."""
        late, self._late = self._late, []
        for call in late:
            try:
                await call()
            except ContractError:
                continue

    async def pass_on(self, operation: str, call: Callable[[], Awaitable[Any]]) -> Any:
        """Make a call, or let it fail as `choose` decides."""
        self.calls.append(operation)
        await self.before(operation)
        fault = self.choose(operation)
        if fault is None:
            answer = await call()
            await self.after(operation)
            return answer
        if fault in RUNS_FIRST:
            await call()
        if fault is Fault.LATE:
            self._late.append(call)
        raise await _failure(operation, fault)


async def _failure(operation: str, fault: Fault) -> Exception:
    if fault in CANCELS:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        # The cancellation arrives here.
        await asyncio.sleep(0)
    if fault in (Fault.BUG_BEFORE, Fault.BUG_AFTER):
        return RuntimeError(operation)
    outcome = Outcome.NOT_SENT if fault is Fault.NOT_SENT else Outcome.MAY_HAVE_RUN
    return Unavailable(operation, fault.value, outcome=outcome)


async def _give_others_a_turn(_: str) -> None:
    """Most calls wait for something, so other tasks get a turn before them."""
    await asyncio.sleep(0)


class Faulty:
    """Stands in front of a service or a store and lets its calls fail."""

    def __init__(self, name: str, real: object, faults: Faults) -> None:
        self._name = name
        self._real = real
        self._faults = faults

    def __getattr__(self, operation: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._real, operation)

        async def call(*args: Any, **kwargs: Any) -> Any:
            return await self._faults.pass_on(f"{self._name}.{operation}", lambda: method(*args, **kwargs))

        call.__name__ = operation
        return call
