"""A whole shop in memory around one checkout. A test can make each of its calls fail."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, get_type_hints

from marketplace.cart.memory import MemoryCarts
from marketplace.cart.service import CartService
from marketplace.catalog.contract import Item
from marketplace.checkout.claims import reference_of
from marketplace.checkout.contract import Declined, Placed
from marketplace.checkout.memory import MemoryClaims
from marketplace.checkout.parties import Parties
from marketplace.checkout.service import CheckoutService
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
from plures import SagaState
from plures.testing import MemorySagas, fake

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
    claims: Any = field(default_factory=MemoryClaims)
    sagas: MemorySagas = field(default_factory=lambda: MemorySagas("checkout"))
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
        """A checkout in another process over the same data."""
        claims: Any = Faulty("claims", self.claims, self.faults)
        return CheckoutService(self.parties(), claims, self.sagas)

    def parties(self) -> Parties:
        """All parties, behind faults."""
        contracts = get_type_hints(Parties)
        return Parties(**{name: self._faulty(name, contract) for name, contract in contracts.items()})

    def _faulty(self, name: str, contract: Any) -> Any:
        faulty = Faulty(name, getattr(self, name), self.faults)
        operations = [one for one in dir(contract) if not one.startswith("_") and hasattr(getattr(self, name), one)]
        return fake(contract, **{operation: getattr(faulty, operation) for operation in operations})

    async def restart(self) -> None:
        """As after a crash: the checkout knows what the store has and nothing else."""
        self.checkout = self.new_checkout()
        await self.sagas.restart(self.checkout)

    async def fill(self, customer_id: str = "anna") -> None:
        """Put something in the cart of a customer, and set their address."""
        await self.profile.set_address(customer_id, HOME)
        for item in BOUGHT:
            await self.cart.set_quantity(customer_id, item.product_id, item.quantity)

    async def place(self, key: str = "page-1", card: Card = GOOD, customer_id: str = "anna") -> Placed | Declined:
        return await self.checkout.place(customer_id, key, card)

    async def recover(self) -> None:
        """Let everything work again, and let the sagas come to their ends."""
        self.faults.heal()
        await self.restart()
        await self.rest()

    async def crash_at(self, operation: str, when: str) -> None:
        """Let a checkout come to a call and no further, and its process die there, before the call or after it."""
        reached = asyncio.Event()

        async def die(*_: Any) -> None:
            reached.set()
            await asyncio.Event().wait()

        self.faults.stop_at(operation, when, die)
        asking = asyncio.create_task(self.place())
        await asyncio.wait_for(reached.wait(), timeout=5)
        await self.sagas.stop()
        asking.cancel()
        await asyncio.wait([asking])

    def expire(self) -> None:
        """Let the time pass in which a checkout goes on."""
        for name, one in self.sagas.instances.items():
            self.sagas.instances[name] = replace(one, deadline_at=1)

    async def stop(self) -> None:
        await self.sagas.stop()

    async def rest(self) -> None:
        """Wait until no saga is under way."""
        async with asyncio.timeout(20):
            while any(  # noqa: ASYNC110 - the end of a saga tells no one
                one.state in (SagaState.RUNNING, SagaState.COMPENSATING) for one in self.sagas.instances.values()
            ):
                await asyncio.sleep(0.002)

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
        assert self.claims.published == []

    async def assert_settled(self) -> None:
        """Every saga has ended, and none waits for a person."""
        await self.rest()
        states = {state for one in self.sagas.instances.values() if (state := one.state)}
        assert states <= {SagaState.COMPLETED, SagaState.COMPENSATED}
