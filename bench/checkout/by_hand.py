"""A checkout that makes the same calls in the same order without a saga.

It keeps what the marketplace kept when its checkout was written by hand: that an attempt has begun, that its order is placed, and that its cart is
empty. What it lacks is what a process that comes after a crash would do with that: to go on, or to take back.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from marketplace.checkout.bill import Bill, draw_up
from marketplace.checkout.claims import Claim, reference_of
from marketplace.checkout.contract import Agreement, Checkout, Declined, Placed, Summary
from marketplace.checkout.parties import Parties
from marketplace.checkout.store import MIGRATIONS, DatabaseClaims
from marketplace.fraud.contract import PaymentAttempt, Verdict
from marketplace.orders.contract import Order, OrderState
from marketplace.payments.contract import Card, CardDeclined, DeclineReason
from marketplace.shipping.contract import ShippingMethod, ShippingQuote
from plures import Application, Capability

_HOLD_S: Final = 900
_FOLLOWED_UP: Final = "UPDATE claims SET customer_id = :customer_id WHERE reference = :reference"


class CheckoutByHand(Checkout):
    """Shows what an order costs, and places it."""

    def __init__(self, parties: Parties, claims: DatabaseClaims) -> None:
        self._to = parties
        self._claims = claims

    async def preview(self, customer_id: str, method: ShippingMethod = ShippingMethod.STANDARD) -> Summary:
        bill = await draw_up(self._to, customer_id)
        options = await self._to.shipping.options(bill.address.country, bill.items, bill.subtotal)
        return bill.summary(next(option for option in options if option.method is method), options)

    async def place(
        self,
        customer_id: str,
        key: str,
        card: Card,
        method: ShippingMethod = ShippingMethod.STANDARD,
        agreed: Agreement | None = None,  # noqa: ARG002 - all agree
    ) -> Placed | Declined:
        reference = reference_of(customer_id, key)
        known = await self._claims.find(reference)
        if known is not None and known.order is not None:
            return Placed(known.order)
        bill = await draw_up(self._to, customer_id)
        shipping = await self._to.shipping.quote(bill.address.country, bill.items, bill.subtotal, method)
        claim = Claim(reference, customer_id, bill.cart_id)
        await self._claims.claim(claim, _began)
        undos: list[Callable[[], Awaitable[object]]] = [lambda: self._claims.give_back(reference)]
        try:
            order = await self._taken(reference, bill, shipping, card, undos)
            await self._claims.place(reference, order, _nothing)
        except BaseException:
            for undo in reversed(undos):
                await undo()
            raise
        await self._to.cart.close(customer_id, bill.cart_id, bill.items)
        async with self._claims.database.write() as connection:
            await connection.execute(_FOLLOWED_UP, {"reference": reference, "customer_id": customer_id})
        return Placed(order)

    async def _taken(
        self,
        key: str,
        bill: Bill,
        shipping: ShippingQuote,
        card: Card,
        undos: list[Callable[[], Awaitable[object]]],
    ) -> Order:
        to = self._to
        undos.append(lambda: to.inventory.release(key))
        await to.inventory.reserve(key, bill.items, _HOLD_S)
        undos.append(lambda: to.payments.void(key))
        payment = await to.payments.authorize(key, bill.total(shipping), card)
        attempt = PaymentAttempt(
            bill.customer_id, payment.amount, payment.card_fingerprint, bill.address.country, bill.pieces
        )
        if (await to.fraud.score(key, attempt)).verdict is Verdict.REJECT:
            raise CardDeclined(reason=DeclineReason.SUSPECTED_FRAUD)
        undos.append(lambda: to.orders.fail(key, "taken back"))
        order = await to.orders.create(key, bill.draft(shipping, payment.card_ending))
        await to.inventory.commit(key)
        await to.payments.capture(key)
        return await to.orders.mark(order.id, OrderState.PAID)


async def _nothing() -> None: ...


async def _began() -> bool:
    return True


def _make(parties: Parties, claims: DatabaseClaims) -> CheckoutByHand:
    return CheckoutByHand(parties, claims)


checkout: Final = Capability(Checkout, _make, migrations=MIGRATIONS)


def ordering_by_hand(application: Application) -> Application:
    """The same application with this checkout: sagas need a host of Plures."""
    capabilities = [checkout if each.contract is Checkout else each for each in application.capabilities]
    return Application(application.name, capabilities, edge=application.edge)
