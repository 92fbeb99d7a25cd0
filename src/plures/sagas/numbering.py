"""The numbers of the steps of a saga: the same each time it runs, also where it takes steps side by side.

Tasks that a saga begins meet in an order that nothing notes. So the steps of each task are counted for themselves.
"""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

_at: Final[ContextVar["_At | None"]] = ContextVar("plures_saga_at", default=None)


@dataclass
class _Branch:
    """What one task of a saga does.

    Attributes:
        path: Comes before the numbers of its steps.
        steps: So many it has made.
        forks: How many tasks that it began have made a step, by the number of its own steps before each began.
    """

    task: asyncio.Task[Any] | None
    path: str = ""
    steps: int = 0
    forks: dict[int, int] = field(default_factory=dict[int, int])


class _At(msgspec.Struct, frozen=True):
    """How far a task has come. A task that it begins inherits that."""

    branch: _Branch
    steps: int


def begin() -> None:
    """The running task is a saga, from its beginning."""
    _at.set(_At(_Branch(asyncio.current_task()), 0))


def next_number() -> str:
    """The number of a step that the running task makes."""
    at = _at.get() or _At(_Branch(None), 0)
    task, branch = asyncio.current_task(), at.branch
    if branch.task is not task:
        fork = branch.forks[at.steps] = branch.forks.get(at.steps, 0) + 1
        branch = _Branch(task, f"{branch.path}{at.steps}/{fork}/")
    branch.steps += 1
    _at.set(_At(branch, branch.steps))
    return f"{branch.path}{branch.steps}"


def made_by_now(number: str) -> str:
    """The number of the last step that the running task has made, where it has made the given one itself; else nothing."""
    at = _at.get()
    if at is None or at.branch.task is not asyncio.current_task() or _path(number) != at.branch.path:
        return ""
    return f"{at.branch.path}{at.branch.steps}"


def is_made_by(last: str, number: str) -> bool:
    """Whether a step was made by the same task, and no later than the last one that counts."""
    path = _path(number)
    return bool(last) and _path(last) == path and int(number[len(path) :]) <= int(last[len(path) :])


def by_number(number: str) -> tuple[int, ...]:
    """Sorts numbers: those of a task between the steps before and after which it began."""
    return tuple(map(int, number.split("/")))


def _path(number: str) -> str:
    """Of the task that made it."""
    return number[: number.rfind("/") + 1]
