"""What its processes say to each other."""

from typing import Annotated, Protocol

from plures import Message, Meta, command, contract, query

_Share = Annotated[float, Meta(ge=0)]


class Item(Message):
    """One of ten of an answer, which has about 1 kB as JSON: that of a page of some goods."""

    id: str
    name: str
    price_cents: int
    rating: float
    in_stock: bool


class Driven(Message):
    """What was measured while calls were made.

    Attributes:
        waited_us: What each round of calls took, in microseconds.
        cpu_s: Processor time of the caller's process meanwhile.
        lasted_s: How long all of it took.
    """

    waited_us: tuple[float, ...]
    cpu_s: float
    lasted_s: float


@contract("plures.calibration.answerer.v1", owner="plures")
class Answerer(Protocol):
    """Answers, and does nothing else."""

    @query(deadline_s=10)
    async def items(self, ids: tuple[str, ...]) -> tuple[Item, ...]:
        """Ten items."""
        ...

    @query(deadline_s=10)
    async def used(self) -> float:
        """Processor time of this process so far, in seconds."""
        ...


@contract("plures.calibration.neighbour.v1", owner="plures")
class Neighbour(Protocol):
    """The same, in the process of its caller."""

    @query(deadline_s=10)
    async def items(self, ids: tuple[str, ...]) -> tuple[Item, ...]:
        """Ten items."""
        ...


@contract("plures.calibration.driver.v1", owner="plures")
class Driver(Protocol):
    """Calls them, at the pace that it is told."""

    @command(deadline_s=60)
    async def drive(self, *, remote: bool, rounds: int, pause_s: _Share, beside: Annotated[int, Meta(ge=1)]) -> Driven:
        """Make some rounds of calls, so many side by side in each, with a pause before each round."""
        ...

    @query(deadline_s=10)
    async def used(self) -> float:
        """Processor time of this process so far, in seconds."""
        ...

    @query(deadline_s=10)
    async def memory(self) -> int:
        """Resident memory of this process, in bytes; 0 where the system does not say."""
        ...
