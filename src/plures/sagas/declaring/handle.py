"""`Saga`: what a saga's function takes its steps with."""

from collections.abc import Awaitable, Callable, Generator
from contextvars import ContextVar
from typing import Any, Final, Generic, ParamSpec, Protocol, TypeVar, overload

import msgspec

from plures.runtime import awaitable

T = TypeVar("T")
P = ParamSpec("P")
U = ParamSpec("U")

Work = Callable[[], Awaitable[Any]]


in_step: Final[ContextVar[bool]] = ContextVar("plures_saga_step", default=False)
"""Whether the running code is a step."""


class Part(msgspec.Struct, frozen=True):
    """A call that a step makes, or that takes it back."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def call(self) -> Awaitable[Any]:
        call: Callable[..., Awaitable[Any]] = awaitable(self.function)
        return call(*self.args, **self.kwargs)

    async def call_inside(self) -> Any:
        """Call a method of the service, in which no other step may be taken."""
        token = in_step.set(True)
        try:
            return await self.call()
        finally:
            in_step.reset(token)


class Steps(Protocol):
    """What is behind a saga."""

    def make(self, step: "Step[Any]") -> str: ...

    def say_undo(self) -> None: ...

    async def take(self, number: str, step: "Step[Any]") -> Any: ...

    async def sleep(self, seconds: float) -> None: ...

    def undo(self, part: Part) -> None: ...

    def point_of_no_return(self) -> None: ...


class Step(Generic[T]):
    """One step, taken when it is awaited.

    Attributes:
        part: What it calls.
        undo: What takes it back.
    """

    def __init__(self, steps: Steps, part: Part) -> None:
        self._steps = steps
        self.part = part
        self.undo: Part | None = None
        self._number = steps.make(self)

    def undone_by(self, work: Callable[U, object], /, *args: U.args, **kwargs: U.kwargs) -> "Step[T]":
        """Say what takes it back: an operation that may be repeated, or a method of the service itself.

        It is called when the saga fails later on, in reverse order of the steps, until it succeeds. It is called too where the step may have
        run or not, so it must be right for both.
        """
        self.undo = Part(work, args, kwargs)
        self._steps.say_undo()
        return self

    def __await__(self) -> Generator[Any, Any, T]:
        return self._steps.take(self._number, self).__await__()


class Saga:
    """A saga under way.

    Attributes:
        id: What it was begun with; it is the key for commands that its steps call.
    """

    def __init__(self, id: str, steps: Steps) -> None:  # noqa: A002 - it is what it is
        self.id = id
        self._steps = steps

    def key(self, name: str) -> str:
        """Another key, for an operation that the saga calls more than once."""
        return f"{self.id}:{name}"

    @overload
    def step(self, work: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> Step[T]: ...
    @overload
    def step(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Step[T]: ...
    def step(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Step[Any]:
        """Take one step: call an operation of another capability, or a method of the service itself. To be awaited, also where the operation is a plain `def`.

        What it answers is kept before a step begins that is made after it, and then it is not called again. A method of the service commits its last `write()` together with that. A call
        that fails is tried again, with the same arguments; what it raises in the end is kept as well. A command of others
        must be idempotent, and should have a key: pass `saga.id`.

        Raises:
            StepUnfit: It could not be repeated after a crash, or what it answers cannot be kept.
            ContractError: That of the operation, or one that the saga declares.
            CallError: The attempts are used up, or the deadline of the saga has passed.
        """
        return Step(self._steps, Part(work, args, kwargs))

    async def sleep(self, seconds: float) -> None:
        """Wait, also for days: the saga leaves the memory, and goes on in time, by the second, also after a restart."""
        await self._steps.sleep(seconds)

    def undo(self, work: Callable[U, object], /, *args: U.args, **kwargs: U.kwargs) -> None:
        """Say what takes back something that no step of this saga has done, such as what was written in the `write()` that began it."""
        self._steps.undo(Part(work, args, kwargs))

    def point_of_no_return(self) -> None:
        """From here on nothing is taken back, and no deadline holds: steps that fail are tried again, and parked in the end."""
        self._steps.point_of_no_return()
