"""The contract by which operators look at sagas, and say what becomes of them. Each process of an application serves it."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Protocol

from plures.contract import ContractError, Message, Meta, command, contract, query

Limit = Annotated[int, Meta(ge=1, le=1000)]


class SagaState(Enum):
    """What becomes of a saga."""

    RUNNING = "running"
    COMPENSATING = "compensating"
    PARKED = "parked"
    COMPLETED = "completed"
    COMPENSATED = "compensated"


class SagaCount(Message):
    """How many sagas of one version have not ended; `oldest_at` is when the oldest of them began.

    `replicas` says how many are alive that have its code. `still_since` is when that one of those at work took its last step which has taken none for longest.
    """

    saga: str
    version: int
    running: int
    compensating: int
    parked: int
    oldest_at: datetime
    replicas: int = 0
    still_since: datetime | None = None


class SagaSummary(Message):
    """One saga. `step` is the last that it began, which has failed so many `attempts` in a row; `was` is its state before it was parked.

    `due_at` is when it goes on, where it waits. `is_final` says that it has passed its point of no return. So many `replicas` are alive that have
    its code.
    """

    saga: str
    id: str
    version: int
    state: SagaState
    was: SagaState
    step: str
    attempts: int
    error: str
    is_final: bool
    started_at: datetime
    changed_at: datetime
    due_at: datetime | None = None
    deadline_at: datetime | None = None
    replicas: int = 0


class SagaStep(Message):
    """A step that has ended, or the taking back of one. `answer` is its JSON; of one that failed, that of the error.

    The number of a step in a task that the saga has begun has several parts: `3/2/1` is the first of the second such task after step 3.
    """

    number: str
    name: str
    is_undo: bool
    has_failed: bool
    answer: str
    ended_at: datetime


class SagaDetails(Message):
    """One saga with what it was begun with, as JSON, its answer or declared error, where it turned back, and its steps.

    `context` is the JSON of the request context in which it began: only where it was asked for.
    """

    saga: SagaSummary
    request_id: str
    body: str
    answer: str
    failed_at: str
    steps: tuple[SagaStep, ...]
    has_context: bool = False
    context: str = ""


class SagaFilter(Message):
    """Which sagas are meant; what is None does not matter."""

    saga: str | None = None
    id: str | None = None
    version: int | None = None
    step: str | None = None
    states: tuple[SagaState, ...] = ()


class SagasChanged(Message):
    """How many sagas an operator has changed, and how many of them had passed their point of no return."""

    changed: int
    final: int = 0


class NoSagasHere(ContractError, status="not_found"):
    """This process does not run the sagas of the capability."""

    capability: str


class NoSuchSaga(ContractError, status="not_found"):
    """There is no saga with this id, or it was deleted after its time."""

    saga: str
    id: str


@contract("plures.sagas.v1", owner="plures")
class SagaAdmin(Protocol):
    """Shows what becomes of sagas, and lets operators decide it. `capability` is the one that begins them."""

    @query(deadline_s=5, errors=[NoSagasHere])
    async def counts(self, capability: str) -> tuple[SagaCount, ...]:
        """The versions of sagas of which some have not ended."""
        ...

    @query(deadline_s=5, errors=[NoSagasHere])
    async def names(self, capability: str) -> tuple[str, ...]:
        """The sagas of which some are kept, also where their code is gone."""
        ...

    @query(deadline_s=5, errors=[NoSagasHere])
    async def sagas(self, capability: str, which: SagaFilter, limit: Limit = 100) -> tuple[SagaSummary, ...]:
        """Sagas, those that changed last come first; without states, those that have not ended."""
        ...

    @query(deadline_s=5, errors=[NoSagasHere, NoSuchSaga])
    async def show(
        self,
        capability: str,
        saga: str,
        id: str,  # noqa: A002 - it is what it is
        *,
        with_context: bool = False,
    ) -> SagaDetails:
        """One saga with its steps."""
        ...

    @command(idempotent=True, deadline_s=30, errors=[NoSagasHere])
    async def resume(self, capability: str, which: SagaFilter) -> SagasChanged:
        """Let parked sagas go on where they were; without states, these alone. Those that wait for another attempt make it now."""
        ...

    @command(idempotent=True, deadline_s=30, errors=[NoSagasHere])
    async def compensate(self, capability: str, which: SagaFilter) -> SagasChanged:
        """Have sagas taken back; without states, the parked ones."""
        ...

    @command(idempotent=True, deadline_s=30, errors=[NoSagasHere])
    async def close(self, capability: str, which: SagaFilter) -> SagasChanged:
        """End parked sagas as taken back, without another call: a person has done what was left."""
        ...
