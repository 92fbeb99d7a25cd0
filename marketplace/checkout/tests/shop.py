"""A whole shop in memory around one checkout. A test can make each of its calls fail."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from marketplace.cart.memory import MemoryCarts
from marketplace.cart.service import CartService
from marketplace.catalog.contract import Item
from marketplace.checkout.attempt import reference_of
from marketplace.checkout.contract import Declined, Placed
from marketplace.checkout.memory import MemoryAttempts
from marketplace.checkout.parties import Parties
from marketplace.checkout.service import CheckoutService
from marketplace.checkout.settling import INTERRUPTED_AFTER
from marketplace.checkout.tests.faults import Faults, Faulty
from marketplace.checkout.tests.parties import CountedStock, FixedPrices, SmallCatalog
from marketplace.fraud.memory import MemoryPaymentAttempts
from marketplace.fraud.service import FraudService
from marketplace.orders.contract import OrderState
from marketplace.orders.memory import MemoryOrders
from marketplace.orders.service import OrdersService
from marketplace.payments.contract import Card, PaymentState, PaymentUnknown
from marketplace.payments.memory import MemoryPayments
from marketplace.payments.service import PaymentsService
from marketplace.profile.contract import Address
from marketplace.profile.memory import MemoryProfiles
from marketplace.profile.service import ProfileService
from marketplace.shipping.service import ShippingService
from plures import Lifecycle

PIECES = 10
HOME = Address("Anna Ahl", "Lange Straße 1", "10115", "Berlin", "DE")
GOOD = Card("4242424242424242", 12, 2030, "123", "Anna Ahl")
POOR = Card("4000000000009995", 12, 2030, "123", "Anna Ahl")
BOUGHT = (Item("tea", 2), Item("cup", 1))
SUBTOTAL = 2 * 590 + 1_250


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, 0, 0, UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Shop:
    """Real services over stores in memory, and a checkout that reaches them through faults."""

    faults: Faults = field(default_factory=Faults)
    clock: Clock = field(default_factory=Clock)
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    attempts: Any = field(default_factory=MemoryAttempts)
    catalog: SmallCatalog = field(default_factory=SmallCatalog)
    pricing: FixedPrices = field(default_factory=FixedPrices)
    inventory: CountedStock = field(default_factory=lambda: CountedStock(PIECES))

    def __post_init__(self) -> None:
        numbers = count(1)

        def new_id() -> str:
            return f"id{next(numbers)}"

        self.cart = CartService(self.catalog, MemoryCarts(), new_id=new_id)
        self.profile = ProfileService(MemoryProfiles())
        self.payments = PaymentsService(MemoryPayments(), now=self.clock)
        self.orders = OrdersService(MemoryOrders(), now=self.clock, new_id=new_id)
        self.fraud = FraudService(MemoryPaymentAttempts(), now=self.clock)
        self.shipping = ShippingService()
        self.checkout = self.new_checkout()

    def new_checkout(self) -> CheckoutService:
        """A checkout as after a restart: it knows what the store has and nothing else."""
        attempts: Any = self._faulty("attempts")
        return CheckoutService(self.parties(), attempts, self.lifecycle, now=self.clock)

    def parties(self) -> Parties:
        """All parties, behind faults."""
        parties: dict[str, Any] = {name: self._faulty(name) for name in Parties.__dataclass_fields__}
        return Parties(**parties)

    def _faulty(self, name: str) -> Faulty:
        return Faulty(name, getattr(self, name), self.faults)

    async def fill(self, customer_id: str = "anna") -> None:
        """Put something in the cart of a customer, and set their address."""
        await self.profile.set_address(customer_id, HOME)
        for item in BOUGHT:
            await self.cart.set_quantity(customer_id, item.product_id, item.quantity)

    async def place(self, key: str = "page-1", card: Card = GOOD, customer_id: str = "anna") -> Placed | Declined:
        return await self.checkout.place(customer_id, key, card)

    async def recover(self) -> None:
        """Let everything work again, and let the checkout settle what it left over."""
        self.faults.heal()
        self.clock.now += INTERRUPTED_AFTER + timedelta(seconds=1)
        await self.finish()
        await self.checkout.settling.leftovers()

    async def finish(self) -> None:
        """Wait for all work that outlives its call, as a replica does before it stops."""
        await asyncio.gather(*self.lifecycle.detached, return_exceptions=True)

    async def payment_state(self, key: str = "page-1", customer_id: str = "anna") -> PaymentState | None:
        try:
            return (await self.payments.get(reference_of(customer_id, key))).state
        except PaymentUnknown:
            return None

    async def assert_sold_once(self) -> None:
        """There is one paid order, its money is captured, its pieces are gone, and nothing else happened."""
        assert [order.state for order in await self.orders.list_for("anna")] == [OrderState.PAID]
        assert await self.payment_state() is PaymentState.CAPTURED
        assert self.inventory.available == {"tea": PIECES - 2, "cup": PIECES - 1, "pot": PIECES}
        assert list(self.inventory.sold.values()) == [BOUGHT]
        assert self.inventory.reserved == {}

    async def assert_nothing_happened(self) -> None:
        """No money is held, no piece is missing, and no order counts."""
        orders = await self.orders.list_for("anna")
        assert all(order.state is OrderState.FAILED for order in orders)
        assert await self.payment_state() in (None, PaymentState.VOIDED, PaymentState.REFUNDED)
        assert self.inventory.available == dict.fromkeys(("tea", "cup", "pot"), PIECES)
        assert self.inventory.reserved == self.inventory.sold == {}
        assert (await self.cart.get("anna")).items == BOUGHT
        assert self.attempts.published == []

    async def assert_settled(self) -> None:
        """Nothing waits to be taken back."""
        assert await self.checkout.unsettled() == ()
