"""Stand-ins in memory for the capabilities that know customers. They keep their contracts."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from marketplace.cart.contract import Basket, CartFull
from marketplace.catalog.contract import Item, ProductUnknown
from marketplace.notifications.contract import Notification
from marketplace.orders.contract import Change, Order, OrderDraft, OrderState, OrderUnknown
from marketplace.profile.contract import Address, AddressUnknown, Customer
from marketplace.recommendations.contract import Recommendation
from marketplace.reviews.contract import AlreadyReviewed, NewReview, NotABuyer, Rating, Review, ReviewPage

from .fake_assortment import FakeCatalog

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOST = 99


class FakeCart:
    def __init__(self, catalog: FakeCatalog) -> None:
        self._catalog = catalog
        self._items: dict[str, dict[str, int]] = {}
        self._closed: dict[str, int] = {}

    @property
    def customers(self) -> tuple[str, ...]:
        return tuple(self._items)

    async def get(self, customer_id: str) -> Basket:
        items = self._items.get(customer_id, {})
        cart_id = f"cart {self._closed.get(customer_id, 0)} of {customer_id}"
        return Basket(customer_id, tuple(Item(one, quantity) for one, quantity in items.items()), cart_id)

    async def add(self, customer_id: str, product_id: str, quantity: int = 1) -> Basket:
        has = self._items.get(customer_id, {}).get(product_id, 0)
        return await self.set_quantity(customer_id, product_id, has + quantity)

    async def set_quantity(self, customer_id: str, product_id: str, quantity: int) -> Basket:
        if not await self._catalog.get_many((product_id,)):
            raise ProductUnknown(product_id=product_id)
        if quantity > MOST:
            raise CartFull(product_id=product_id, most=MOST)
        self._items.setdefault(customer_id, {})[product_id] = quantity
        return await self.get(customer_id)

    async def remove(self, customer_id: str, product_id: str) -> Basket:
        self._items.get(customer_id, {}).pop(product_id, None)
        return await self.get(customer_id)

    async def close(self, customer_id: str, cart_id: str, ordered: tuple[Item, ...]) -> Basket:
        basket = await self.get(customer_id)
        if basket.cart_id == cart_id:
            await self.clear(customer_id)
            pieces = {item.product_id: item.quantity for item in ordered}
            left = {item.product_id: item.quantity - pieces.get(item.product_id, 0) for item in basket.items}
            self._items[customer_id] = {one: quantity for one, quantity in left.items() if quantity > 0}
        return await self.get(customer_id)

    async def clear(self, customer_id: str) -> None:
        self._items.pop(customer_id, None)
        self._closed[customer_id] = self._closed.get(customer_id, 0) + 1


class FakeOrders:
    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}

    async def create(self, key: str, draft: OrderDraft) -> Order:
        history = (Change(OrderState.CREATED, NOW), Change(OrderState.PAID, NOW))
        return self.orders.setdefault(key, Order(f"2026-{len(self.orders) + 1:05}", draft, OrderState.PAID, history))

    async def fail(self, key: str, note: str = "") -> None:
        raise NotImplementedError

    async def mark(self, order_id: str, state: OrderState, note: str = "") -> Order:
        key, order = next((key, order) for key, order in self.orders.items() if order.id == order_id)
        changed = Order(order.id, order.draft, state, (*order.history, Change(state, NOW, note)))
        self.orders[key] = changed
        return changed

    async def get(self, customer_id: str, order_id: str) -> Order:
        for order in await self.list_for(customer_id):
            if order.id == order_id:
                return order
        raise OrderUnknown(order_id=order_id)

    async def list_for(self, customer_id: str, offset: int = 0, limit: int = 20) -> tuple[Order, ...]:
        own = [order for order in self.orders.values() if order.draft.customer_id == customer_id]
        return tuple(reversed(own))[offset : offset + limit]

    def of_key(self, key: str) -> Order | None:
        return self.orders.get(key)


class FakeProfile:
    def __init__(self) -> None:
        self._customers: dict[str, Customer] = {}

    async def get(self, customer_id: str) -> Customer:
        return self._customers.get(customer_id, Customer(customer_id))

    async def address(self, customer_id: str) -> Address:
        address = (await self.get(customer_id)).address
        if address is None:
            raise AddressUnknown(customer_id=customer_id)
        return address

    async def update(self, customer_id: str, name: str, email: str) -> Customer:
        known = await self.get(customer_id)
        self._customers[customer_id] = Customer(customer_id, name, email, known.address)
        return self._customers[customer_id]

    async def set_address(self, customer_id: str, address: Address) -> Customer:
        known = await self.get(customer_id)
        self._customers[customer_id] = Customer(customer_id, known.name, known.email, address)
        return self._customers[customer_id]


@dataclass
class FakeReviews:
    """``buyers`` are pairs of customer and product."""

    reviews: list[tuple[str, Review]] = field(default_factory=list[tuple[str, Review]])
    buyers: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    async def summary(self, product_ids: tuple[str, ...]) -> tuple[Rating, ...]:
        return tuple(self._rating(product_id) for product_id in product_ids)

    def _rating(self, product_id: str) -> Rating:
        given = [review.rating for _, review in self.reviews if review.product_id == product_id]
        stars = tuple(given.count(number) for number in range(1, 6))
        return Rating(product_id, sum(given) / len(given) if given else 0.0, len(given), stars)

    async def list_for(self, product_id: str, offset: int = 0, limit: int = 10) -> ReviewPage:
        found = [review for _, review in reversed(self.reviews) if review.product_id == product_id]
        return ReviewPage(len(found), tuple(found[offset : offset + limit]))

    async def may_review(self, customer_id: str, product_id: str) -> bool:
        return (customer_id, product_id) in self.buyers and not self._has_reviewed(customer_id, product_id)

    def _has_reviewed(self, customer_id: str, product_id: str) -> bool:
        return any(one == customer_id and review.product_id == product_id for one, review in self.reviews)

    async def add(self, customer_id: str, product_id: str, review: NewReview) -> Review:
        if (customer_id, product_id) not in self.buyers:
            raise NotABuyer(product_id=product_id)
        if self._has_reviewed(customer_id, product_id):
            raise AlreadyReviewed(product_id=product_id)
        id_ = f"r{len(self.reviews) + 1}"
        written = Review(id_, product_id, review.author, review.rating, review.title, review.text, NOW)
        self.reviews.append((customer_id, written))
        return written

    async def allow(self, customer_id: str, product_ids: tuple[str, ...]) -> None:
        self.buyers.update((customer_id, product_id) for product_id in product_ids)


class FakeRecommendations:
    def __init__(self, beside: dict[str, tuple[str, ...]]) -> None:
        self._beside = beside

    async def for_product(self, product_id: str, limit: int = 6) -> tuple[Recommendation, ...]:
        return tuple(Recommendation(one, 1) for one in self._beside.get(product_id, ())[:limit])


class FakeNotifications:
    def __init__(self) -> None:
        self.sent: dict[str, Notification] = {}

    async def send(self, key: str, customer_id: str, subject: str, text: str) -> Notification:
        return self.sent.setdefault(key, Notification(key, customer_id, subject, text, NOW))

    async def list_for(self, customer_id: str, limit: int = 20) -> tuple[Notification, ...]:
        own = [message for message in self.sent.values() if message.customer_id == customer_id]
        return tuple(reversed(own))[:limit]
