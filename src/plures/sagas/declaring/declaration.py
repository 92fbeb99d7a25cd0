"""`@saga`: what a service says of a method that is one."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Concatenate, Final, ParamSpec, TypeVar

import msgspec

from plures.contract import ContractError, Criticality, CriticalityName, criticality_of

from .handle import Saga

SAGA: Final = "__plures_saga__"
MOST_ATTEMPTS: Final = 10

S = TypeVar("S")
P = ParamSpec("P")
T = TypeVar("T")
Method = Callable[Concatenate[S, Saga, P], Awaitable[T]]


class SagaDeclaration(msgspec.Struct, frozen=True):
    """What `@saga` was given; an empty name is that of the method."""

    version: int
    name: str
    deadline_s: float | None
    attempts: int
    errors: tuple[type[ContractError], ...]
    criticality: Criticality = Criticality.NORMAL


def saga(
    *,
    version: int = 1,
    name: str = "",
    deadline_s: float | None = None,
    attempts: int = MOST_ATTEMPTS,
    errors: Sequence[type[ContractError]] = (),
    criticality: CriticalityName = "normal",
) -> Callable[[Method[S, P, T]], Method[S, P, T]]:
    """Declare a method of a service as a saga: `async def ordering(self, saga: Saga, wish: Wish) -> Order`.

    It is run again from its beginning after a crash, with the results of the steps that it had taken. So all that it does
    beside its steps must come out the same each time.

    Args:
        version: One more each time that the steps change while sagas may be under way. Keep the old method until those have ended.
        name: That of the method, where this is left out.
        deadline_s: Seconds that it may take to its end, or to its point of no return; then it is taken back. None for no limit.
        attempts: How often a step is tried before the saga learns that it failed: in a second or two for a few, in two hours for 10.
            It is 10 for what takes steps back, and for all steps after the point of no return.
        errors: The declared errors that it and its own steps may end with; callers of `run` get them.
        criticality: How much the calls of its steps matter to a replica that is overloaded. What takes steps back is always critical,
            and so is what comes after the point of no return.
    """

    def attach(method: Method[S, P, T]) -> Method[S, P, T]:
        setattr(
            method,
            SAGA,
            SagaDeclaration(version, name, deadline_s, attempts, tuple(errors), criticality_of(criticality)),
        )
        return method

    return attach
