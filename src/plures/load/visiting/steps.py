"""Measures the steps of one journey. A step takes from the moment at which it should begin until its answer was read."""

import asyncio
from collections.abc import Awaitable
from time import perf_counter
from typing import Final, TypeVar

from plures.errors import PluresError
from plures.load.counting import Counts, Slow

T = TypeVar("T")

UNANSWERED: Final = "unanswered at the end"


class StepFailed(Exception):
    """A step failed, and is counted; the journey ends."""


class CheckFailed(Exception):
    """What was answered is not what the journey expects. Raised by `Visitor.check`."""


class Steps:
    """The steps of one visitor.

    Args:
        due: When the first one should begin, by `perf_counter`.
        is_counted: Whether they count.
    """

    def __init__(self, counts: Counts, journey: str, due: float, trace: str, *, is_counted: bool = True) -> None:
        self._counts = counts
        self._journey = journey
        self._due: float | None = due
        self._trace = trace
        self._is_counted = is_counted
        self.last = ""

    def due_at(self, moment: float) -> None:
        """The next step should begin at this moment, by `perf_counter`."""
        self._due = moment

    async def measured(self, name: str, asking: Awaitable[T]) -> T:
        """Wait for a step, and count it.

        Raises:
            StepFailed: It failed.
            PluresError: It is a call, and that is its error.
        """
        began = perf_counter() if self._due is None else self._due
        self._due, self.last = None, name
        if not self._is_counted:
            return await asking
        step = self._counts.step(self._journey, name)
        step.sent += 1
        try:
            answer = await asking
        except asyncio.CancelledError:
            self._counts.went_wrong(step, UNANSWERED, self._counts.now_s)
            raise
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            reason = _reason(error)
            self._counts.went_wrong(step, reason, self._counts.now_s)
            # A journey may handle errors that a contract declares.
            if isinstance(error, PluresError):
                raise
            raise StepFailed(reason) from error
        now = perf_counter()
        slow = Slow(now - began, self._journey, name, self._trace)
        self._counts.succeeded(step, slow, now - self._counts.began)
        return answer


def _reason(error: BaseException) -> str:
    if isinstance(error, StepFailed):
        return str(error)
    if isinstance(error, PluresError):
        return f"{type(error).__name__}"
    return f"{type(error).__name__}: {error}"
