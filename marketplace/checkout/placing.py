"""The saga that turns a bill into a paid order, and the one that empties its cart afterwards.

All commands here are idempotent. Those that take something back close keys that were never used, so they are also right for a step that may have
run, and for one whose request is still on its way.
"""

from dataclasses import dataclass
from typing import Final

from marketplace.catalog.contract import Item, ProductUnknown
from marketplace.checkout.bill import Bill
from marketplace.checkout.claims import Claims
from marketplace.checkout.contract import INTERRUPTED, CheckoutIncomplete
from marketplace.checkout.parties import Parties
from marketplace.fraud.contract import PaymentAttempt, Verdict
from marketplace.inventory.contract import OutOfStock
from marketplace.orders.contract import Order, OrderState
from marketplace.payments.contract import Card, CardDeclined, DeclineReason, Payment, PaymentState, PaymentStateConflict
from marketplace.pricing.contract import Money
from marketplace.shipping.contract import ShippingQuote
from plures import Saga, Sagas, saga

# Inventory takes it back by itself after this time.
HOLD_S: Final = 900

# No customer waits for longer, so what a crash interrupted for longer is taken back.
PLACED_WITHIN_S: Final = 60

FAILED_NOTE: Final = "Taken back because the checkout ended early"


@dataclass(frozen=True, slots=True)
class Ordered:
    """What is left to do once an order is placed."""

    cart_id: str
    order: Order


class Placing:
    """Has the sagas of the checkout.

    Attributes:
        cards: The card of each checkout under way, by reference. It is never written down.
    """

    def __init__(self, parties: Parties, claims: Claims, sagas: Sagas) -> None:
        self.parties = parties
        self.claims = claims
        self.sagas = sagas
        self.cards: dict[str, Card] = {}

    # A customer who waits learns at once that a step failed, and may try again.
    @saga(
        deadline_s=PLACED_WITHIN_S,
        criticality="critical",
        attempts=1,
        errors=[OutOfStock, ProductUnknown, CardDeclined, CheckoutIncomplete],
    )
    async def ordering(self, saga: Saga, bill: Bill, shipping: ShippingQuote) -> Order:
        """Take all steps up to the paid order."""
        to, key = self.parties, saga.id
        saga.undo(self.claims.give_back, key)
        # What is made before the first of them is awaited is noted together.
        reserved = saga.step(to.inventory.reserve, key, bill.items, HOLD_S).undone_by(to.inventory.release, key)
        authorized = saga.step(self.authorize, key, bill.total(shipping)).undone_by(self.give_money_back, key)
        await reserved
        payment = await authorized
        attempt = PaymentAttempt(
            bill.customer_id, payment.amount, payment.card_fingerprint, bill.address.country, bill.pieces
        )
        risk = await saga.step(to.fraud.score, key, attempt)
        if risk.verdict is Verdict.REJECT:
            raise CardDeclined(reason=DeclineReason.SUSPECTED_FRAUD)
        draft = bill.draft(shipping, payment.card_ending)
        created = saga.step(to.orders.create, key, draft).undone_by(to.orders.fail, key, FAILED_NOTE)
        committed, captured = saga.step(to.inventory.commit, key), saga.step(to.payments.capture, key)
        order = await created
        await committed
        await captured
        return await saga.step(self.record, key, bill.cart_id, order.id)

    @saga()
    async def emptying(self, saga: Saga, ordered: Ordered) -> None:
        """Take out of the cart what was ordered."""
        await saga.step(self.empty_cart, ordered.cart_id, ordered.order)

    async def authorize(self, key: str, total: Money) -> Payment:
        """Set the money aside, while the card is known: after a restart it is not."""
        card = self.cards.get(key)
        if card is None:
            raise CheckoutIncomplete(step=INTERRUPTED)
        return await self.parties.payments.authorize(key, total, card)

    async def give_money_back(self, key: str) -> None:
        try:
            await self.parties.payments.void(key)
        except PaymentStateConflict as conflict:
            if conflict.state is PaymentState.CAPTURED:
                await self.parties.payments.refund(key)
            elif conflict.state is not PaymentState.REFUNDED:
                raise

    async def record(self, key: str, cart_id: str, order_id: str) -> Order:
        """Keep the paid order: from now on it stands."""
        paid = await self.parties.orders.mark(order_id, OrderState.PAID)

        async def begin() -> None:
            await self.sagas.start(self.emptying, key, Ordered(cart_id, paid))

        await self.claims.place(key, paid, begin)
        return paid

    async def empty_cart(self, cart_id: str, order: Order) -> None:
        items = tuple(Item(line.product_id, line.quantity) for line in order.draft.lines)
        await self.parties.cart.close(order.draft.customer_id, cart_id, items)
