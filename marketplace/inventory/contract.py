"""Stock: how many pieces there are, and which of them are reserved."""

from datetime import datetime
from typing import Annotated, Protocol

from marketplace.catalog.contract import Item, ProductIds, ProductUnknown
from plures import ContractError, Message, Meta, command, contract, query

Key = Annotated[str, Meta(min_length=1, max_length=100)]


class Stock(Message):
    """Pieces that customers can buy right now: in stock and not reserved."""

    product_id: str
    available: int


class Reservation(Message):
    """Pieces that are set aside under ``key`` until ``expires_at`` (UTC)."""

    key: str
    items: tuple[Item, ...]
    expires_at: datetime


class OutOfStock(ContractError, status="failed_precondition"):
    """Fewer pieces are left than were asked for."""

    product_id: str
    available: int


class ReservationUnknown(ContractError, status="not_found"):
    """There has never been a reservation under this key."""

    key: str


class ReservationExpired(ContractError, status="failed_precondition"):
    """The reservation has expired or was released; its pieces may be gone."""

    key: str


class ReservationDiffers(ContractError, status="already_exists"):
    """This key already stands for a reservation of other items."""

    key: str


@contract("marketplace.inventory.v1", owner="fulfilment")
class Inventory(Protocol):
    """Keeps stock and reserves it. It promises no piece twice."""

    @query(deadline_s=0.5)
    async def availability(self, product_ids: ProductIds) -> tuple[Stock, ...]:
        """The stock in the order of the ids, without unknown products."""
        ...

    @command(
        idempotent=True,
        deadline_s=1,
        errors=[OutOfStock, ProductUnknown, ReservationDiffers, ReservationExpired],
    )
    async def reserve(
        self,
        key: Key,
        items: Annotated[tuple[Item, ...], Meta(min_length=1, max_length=100)],
        hold_s: Annotated[int, Meta(ge=1, le=3600)] = 900,
    ) -> Reservation:
        """Set all items aside, or none. The same key again answers with the same reservation."""
        ...

    @command(idempotent=True, deadline_s=1, errors=[ReservationUnknown, ReservationExpired])
    async def commit(self, key: Key) -> None:
        """Turn a reservation into a sale; it no longer expires."""
        ...

    @command(idempotent=True, deadline_s=1)
    async def release(self, key: Key) -> None:
        """Put the pieces back, reserved or sold. It closes an unknown key, so that a late ``reserve`` cannot use it."""
        ...
