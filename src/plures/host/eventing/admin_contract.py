"""The contract by which operators look at events and mend what failed. Each process of an application serves it."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Protocol

from plures.contract import ContractError, Message, Meta, command, contract, query

Limit = Annotated[int, Meta(ge=1, le=1000)]


class DeliveryState(Enum):
    """How a delivery stands that has not succeeded at once."""

    RETRYING = "retrying"
    PARKED = "parked"
    WAITING = "waiting"


class SubscriptionCount(Message):
    """How a subscription fares. `backlog` events wait to be tried first; `oldest_at` is when the oldest of them was published."""

    subscription: str
    type: str
    backlog: int
    retrying: int
    waiting: int
    parked: int
    oldest_at: datetime | None = None


class PublishedEvent(Message):
    """An event in the outbox; `body` is its JSON, None where that cannot be read.

    `context` is the JSON of the request context in which it was published: only where it was asked for.
    """

    sequence: int
    id: str
    type: str
    key: str
    published_at: datetime
    request_id: str
    body: str | None = None
    has_context: bool = False
    context: str = ""


class Standing(Message):
    """How one event stands with one subscription: delivered, pending, or the state of its failure."""

    subscription: str
    state: str


class EventDetails(Message):
    """One event, and how it stands with each subscription."""

    event: PublishedEvent
    standings: tuple[Standing, ...]


class FailedDelivery(Message):
    """A delivery that failed, or waits behind one. `due_at` is when it is tried again."""

    subscription: str
    sequence: int
    key: str
    state: DeliveryState
    attempts: int
    error: str
    id: str
    type: str
    due_at: datetime | None = None
    published_at: datetime | None = None


class Which(Message):
    """Which failed deliveries are meant; what is None does not matter."""

    subscription: str | None = None
    sequence: int | None = None
    type: str | None = None
    key: str | None = None
    states: tuple[DeliveryState, ...] = ()


class NotPublishedHere(ContractError, status="not_found"):
    """This process does not keep the events of the capability."""

    capability: str


class EventNotKept(ContractError, status="not_found"):
    """There is no such event, or it was deleted after its time."""

    event: str


class NoSuchSubscription(ContractError, status="not_found"):
    """The capability keeps events for no such subscription."""

    subscription: str
    known: tuple[str, ...]


@contract("plures.events.v1", owner="plures")
class EventAdmin(Protocol):
    """Shows what is published, and mends what failed. `publisher` is the capability whose events are meant."""

    @query(deadline_s=5, errors=[NotPublishedHere])
    async def counts(self, publisher: str) -> tuple[SubscriptionCount, ...]:
        """Each subscription with its backlog and its failures."""
        ...

    @query(deadline_s=5, errors=[NotPublishedHere])
    async def events(
        self,
        publisher: str,
        of_type: str | None = None,
        key: str | None = None,
        after: int = 0,
        limit: Limit = 100,
    ) -> tuple[PublishedEvent, ...]:
        """Events that are still kept, the oldest first, behind the sequence `after`."""
        ...

    @query(deadline_s=5, errors=[NotPublishedHere, EventNotKept])
    async def show(self, publisher: str, event: str, *, with_context: bool = False) -> EventDetails:
        """One event, by its sequence or its id."""
        ...

    @query(deadline_s=5, errors=[NotPublishedHere])
    async def failed(
        self, publisher: str, which: Which, after: int = 0, limit: Limit = 100
    ) -> tuple[FailedDelivery, ...]:
        """Deliveries that failed; without states, in all of them."""
        ...

    @command(idempotent=True, deadline_s=30, errors=[NotPublishedHere])
    async def resubmit(self, publisher: str, which: Which) -> int:
        """Try deliveries again, as if they had never failed; without states, the parked ones. How many."""
        ...

    @command(idempotent=True, deadline_s=30, errors=[NotPublishedHere])
    async def discard(self, publisher: str, which: Which) -> int:
        """Give deliveries up; those that wait behind them follow. Without states, the parked ones. How many."""
        ...

    @command(idempotent=True, deadline_s=30, errors=[NotPublishedHere, NoSuchSubscription])
    async def forget(self, publisher: str, subscription: str) -> None:
        """Keep no more events for a subscription that the code does not have any more."""
        ...
