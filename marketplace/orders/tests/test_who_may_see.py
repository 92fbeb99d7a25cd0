"""Orders are for the customer who placed them, and for our staff; who that is says the request context."""

from datetime import UTC, datetime
from itertools import count

import pytest

from marketplace.orders.contract import OrdersPrivate, OrderUnknown
from marketplace.orders.memory import MemoryOrders
from marketplace.orders.service import OrdersService
from marketplace.profile.contract import Shopper
from plures import acting_for

from .test_orders import draft


@pytest.fixture
async def orders() -> OrdersService:
    ids = count(1)
    made = OrdersService(MemoryOrders(), now=lambda: datetime(2026, 11, 22, tzinfo=UTC), new_id=lambda: f"o{next(ids)}")
    await made.create("k1", draft("anna"))
    return made


@pytest.mark.parametrize("who", [Shopper("anna"), Shopper("", is_staff=True)])
async def test_the_customer_and_staff_see_an_order(orders: OrdersService, who: Shopper) -> None:
    with acting_for(who):
        assert (await orders.get("someone", "o1")).id == "o1"
        assert [order.id for order in await orders.list_for("anna")] == ["o1"]


@pytest.mark.parametrize("who", [Shopper("bert"), Shopper("")])
async def test_others_see_none_whomever_they_name(orders: OrdersService, who: Shopper) -> None:
    with acting_for(who):
        with pytest.raises(OrderUnknown):
            await orders.get("anna", "o1")
        with pytest.raises(OrdersPrivate):
            await orders.list_for("anna")


def test_an_empty_id_is_no_customer() -> None:
    assert not Shopper("").may_see_orders_of("")
