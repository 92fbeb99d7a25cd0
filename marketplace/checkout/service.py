"""Checkout places orders. Each one ends placed, taken back, or visibly parked."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Final

from marketplace.catalog.contract import ProductUnknown
from marketplace.checkout.bill import Bill, draw_up
from marketplace.checkout.claims import Claim, reference_of
from marketplace.checkout.contract import (
    Agreement,
    CartChanged,
    Checkout,
    CheckoutIncomplete,
    Declined,
    OrderUnderWay,
    Placed,
    Summary,
    TotalChanged,
)
from marketplace.checkout.placing import Placing
from marketplace.inventory.contract import OutOfStock
from marketplace.orders.contract import Order
from marketplace.payments.contract import Card, CardDeclined
from marketplace.pricing.contract import Money
from marketplace.shipping.contract import CountryNotServed, ShippingMethod, ShippingQuote
from plures import CallError, ContractError, PluresError, SagaCompensated, SagaIdReused, SagaNotBegun, SagaParked

ADDING_UP: Final = "add up"

# So that the customer gets an answer before the deadline.
EMPTYING_S: Final = 1.5
OTHERS_S: Final = 2.0

_log: Final = logging.getLogger(__name__)


class CheckoutService(Placing, Checkout):
    async def preview(self, customer_id: str, method: ShippingMethod = ShippingMethod.STANDARD) -> Summary:
        try:
            bill = await self._unordered(customer_id)
            options = await self.parties.shipping.options(bill.address.country, bill.items, bill.subtotal)
        except CallError as failure:
            raise _incomplete(ADDING_UP, failure) from failure
        chosen = next((option for option in options if option.method is method), None)
        if chosen is None:
            raise CountryNotServed(country=bill.address.country)
        return bill.summary(chosen, options)

    async def place(
        self,
        customer_id: str,
        key: str,
        card: Card,
        method: ShippingMethod = ShippingMethod.STANDARD,
        agreed: Agreement | None = None,
    ) -> Placed | Declined:
        reference = reference_of(customer_id, key)
        if (before := await self._before(customer_id, reference, agreed)) is not None:
            return before
        try:
            bill, shipping = await self._add_up(customer_id, method)
            if agreed is not None:
                _check(agreed, bill, bill.total(shipping))
        except ContractError:
            # Meanwhile another call may have ordered the cart and emptied it, and the customer may have another one by now.
            if (before := await self._before(customer_id, reference, agreed)) is not None:
                return before
            raise
        return await self._order(reference, bill, shipping, card)

    async def _before(self, customer_id: str, reference: str, agreed: Agreement | None) -> Placed | Declined | None:
        """What calls before this one have made of its key, or of the cart that the customer agreed to order; None where nothing stands."""
        known = await self.claims.find(reference)
        if known is not None and known.order is not None:
            return await self._placed_before(known, known.order, ordered_before=not known.is_holder)
        if known is not None or await self.sagas.state(self.ordering, reference) is not None:
            return await self._outcome(reference)
        holder = None if agreed is None else await self.claims.holder(customer_id, agreed.cart_id)
        order = None if holder is None else await self._order_of(holder)
        return None if holder is None or order is None else await self._follow(holder, order, reference)

    async def _order(self, reference: str, bill: Bill, shipping: ShippingQuote, card: Card) -> Placed | Declined:
        """Have the cart ordered, unless another checkout orders it; wait for either."""
        claim = Claim(reference, bill.customer_id, bill.cart_id)

        async def begin() -> bool:
            try:
                begins = await self.sagas.start(self.ordering, reference, bill, shipping)
            except SagaIdReused:
                # Prices may have changed between two calls with the same key.
                return False
            if begins:
                self.cards[reference] = card
            return begins

        try:
            while True:
                holder = await self.claims.claim(claim, begin)
                if holder is None:
                    outcome = await self._outcome(reference)
                elif holder.reference == reference:
                    outcome = await self._before(bill.customer_id, reference, None)
                else:
                    order = await self._order_of(holder)
                    outcome = None if order is None else await self._follow(holder, order, reference)
                if outcome is not None:
                    return outcome
        finally:
            # Not that of a call with the same key, which may have begun a checkout anew.
            if self.cards.get(reference) is card:
                del self.cards[reference]

    async def _add_up(self, customer_id: str, method: ShippingMethod) -> tuple[Bill, ShippingQuote]:
        try:
            bill = await draw_up(self.parties, customer_id)
            shipping = await self.parties.shipping.quote(bill.address.country, bill.items, bill.subtotal, method)
        except CallError as failure:
            raise _incomplete(ADDING_UP, failure) from failure
        return bill, shipping

    async def _unordered(self, customer_id: str) -> Bill:
        """The bill for what the customer has not ordered yet, also where the cart of their last order is not empty yet."""
        bill = await draw_up(self.parties, customer_id)
        holder = await self.claims.holder(customer_id, bill.cart_id)
        if holder is None or holder.order is None:
            return bill
        await self.empty_cart(holder.cart_id, holder.order)
        return await draw_up(self.parties, customer_id)

    async def _outcome(self, reference: str) -> Placed | Declined | None:
        """What has become of a checkout, once it has ended; None where another call has forgotten it, since it touched nothing."""
        try:
            order = await self.sagas.result(self.ordering, reference)
        except SagaNotBegun:
            return None
        except CardDeclined as declined:
            return Declined(declined.reason)
        except (OutOfStock, ProductUnknown):
            # Nothing was touched, so the key is as good as new.
            await self.sagas.forget(self.ordering, reference)
            raise
        except (SagaCompensated, SagaParked) as ended:
            raise _incomplete(ended.step.rpartition(".")[2], ended) from ended
        return await self._placed(order, self.sagas.result(self.emptying, reference))

    async def _order_of(self, holder: Claim) -> Order | None:
        """The order of the checkout that has a cart; None where it was taken back meanwhile.

        Raises:
            OrderUnderWay: It has not ended.
        """
        if holder.order is not None:
            return holder.order
        try:
            async with asyncio.timeout(OTHERS_S):
                return await self.sagas.result(self.ordering, holder.reference)
        except (TimeoutError, SagaParked) as error:
            raise OrderUnderWay(cart_id=holder.cart_id) from error
        except (ContractError, SagaCompensated, SagaNotBegun):
            return None

    async def _follow(self, holder: Claim, order: Order, reference: str) -> Placed:
        """The answer to a checkout whose cart another one has ordered; the same key again has it too, when the cart is empty."""
        if holder.reference != reference:
            await self.claims.follow(Claim(reference, holder.customer_id, holder.cart_id, order, is_holder=False))
        return await self._placed_before(holder, order, ordered_before=holder.reference != reference)

    async def _placed_before(self, claim: Claim, order: Order, *, ordered_before: bool) -> Placed:
        """The answer to a customer whose order was placed by an earlier call, in a process that may have died since."""
        return await self._placed(order, self.empty_cart(claim.cart_id, order), ordered_before=ordered_before)

    async def _placed(self, order: Order, emptying: Awaitable[None], *, ordered_before: bool = False) -> Placed:
        """The answer to a customer; their cart is empty by then, if it answers in time."""
        try:
            async with asyncio.timeout(EMPTYING_S):
                await emptying
        except TimeoutError:
            _log.warning("Order %s is placed, but emptying its cart takes longer than %s s", order.id, EMPTYING_S)
        except PluresError as error:
            _log.warning("Order %s is placed, but its cart could not be emptied: %s", order.id, error)
        return Placed(order, ordered_before=ordered_before)


def _check(agreed: Agreement, bill: Bill, total: Money) -> None:
    # Another cart with the same in it may be what the customer means to have beside the first.
    if agreed.cart_id != bill.cart_id or agreed.items != bill.items:
        raise CartChanged(agreed=agreed.items, actual=bill.items)
    if agreed.total != total:
        raise TotalChanged(agreed=agreed.total, actual=total)


def _incomplete(step: str, failure: Exception) -> CheckoutIncomplete:
    _log.warning("A checkout ended at the step '%s': %s", step, failure)
    return CheckoutIncomplete(step=step)
