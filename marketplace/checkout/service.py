"""Checkout places orders. Each one ends done, taken back, or visibly waiting to be taken back."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from marketplace.catalog.contract import ProductUnknown
from marketplace.checkout.attempt import Attempt, AttemptStore, Result, reference_of
from marketplace.checkout.bill import Bill, draw_up
from marketplace.checkout.contract import (
    INTERRUPTED,
    Agreement,
    CartChanged,
    Checkout,
    CheckoutIncomplete,
    Declined,
    OrderUnderWay,
    Placed,
    Summary,
    TotalChanged,
    Unsettled,
)
from marketplace.checkout.followups import empty_cart, finish
from marketplace.checkout.parties import Parties
from marketplace.checkout.placing import Placing, Step
from marketplace.checkout.settling import Settling
from marketplace.checkout.turns import Turns
from marketplace.inventory.contract import OutOfStock
from marketplace.payments.contract import Card, CardDeclined, DeclineReason
from marketplace.pricing.contract import Money
from marketplace.shipping.contract import CountryNotServed, ShippingMethod, ShippingQuote
from plures import CallError, Lifecycle

_log: Final = logging.getLogger(__name__)


class CheckoutService(Checkout):
    def __init__(
        self, parties: Parties, attempts: AttemptStore, lifecycle: Lifecycle, *, now: Callable[[], datetime]
    ) -> None:
        self._parties = parties
        self._attempts = attempts
        self._now = now
        self._turns = Turns()
        self.settling = Settling(parties, attempts, self._turns, lifecycle, now=now)

    async def preview(self, customer_id: str, method: ShippingMethod = ShippingMethod.STANDARD) -> Summary:
        try:
            bill = await self._unordered(customer_id)
            options = await self._parties.shipping.options(bill.address.country, bill.items, bill.subtotal)
        except CallError as failure:
            raise _incomplete(Step.ADD_UP, failure) from failure
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
        async with self._turns.take(customer_id):
            earlier = await self._attempts.find(reference)
            if earlier is not None:
                return await self._answer_again(earlier)
            if agreed is not None:
                # Another page may have ordered this cart, and the customer may have another one by now.
                holder = await self._attempts.holder(customer_id, agreed.cart_id)
                if holder is not None:
                    return await self._answer_of(holder, reference)
            bill, shipping = await self._add_up(customer_id, method)
            total = bill.total(shipping)
            if agreed is not None:
                _check(agreed, bill, total)
            attempt = Attempt(reference, customer_id, key, total, self._now(), cart_id=bill.cart_id)
            ended = await self._order(attempt, bill, shipping, card)
            if isinstance(ended, Declined):
                return ended
            if ended.order is not None and ended.reference != reference:
                # So the same key again has the same outcome when the cart is empty.
                await self._attempts.save(attempt.ordered_before_by(ended))
            return await self._answer_of(ended, reference)

    async def unsettled(self, limit: int = 100) -> tuple[Unsettled, ...]:
        return tuple(
            Unsettled(
                customer_id=attempt.customer_id,
                key=attempt.key,
                reference=attempt.reference,
                total=attempt.total,
                started_at=attempt.started_at,
                problem=attempt.problem or "interrupted; will be taken back soon",
            )
            for attempt in await self.settling.unsettled(limit)
        )

    async def _add_up(self, customer_id: str, method: ShippingMethod) -> tuple[Bill, ShippingQuote]:
        try:
            bill = await draw_up(self._parties, customer_id)
            shipping = await self._parties.shipping.quote(bill.address.country, bill.items, bill.subtotal, method)
        except CallError as failure:
            raise _incomplete(Step.ADD_UP, failure) from failure
        return bill, shipping

    async def _unordered(self, customer_id: str) -> Bill:
        """The bill for what the customer has not ordered yet, also when a crash kept us from emptying their cart."""
        bill = await draw_up(self._parties, customer_id)
        holder = await self._attempts.holder(customer_id, bill.cart_id)
        if holder is None or holder.order is None:
            return bill
        await empty_cart(self._parties, holder.cart_id, holder.order)
        return await draw_up(self._parties, customer_id)

    async def _order(self, attempt: Attempt, bill: Bill, shipping: ShippingQuote, card: Card) -> Attempt | Declined:
        """The attempt that holds the cart in the end: this one, now placed, or another one that was faster."""
        placing = Placing(self._parties, attempt.reference)
        try:
            if (holder := await self._attempts.claim(attempt)) is not None:
                return holder
            placed = replace(attempt, result=Result.PLACED, order=await placing.run(bill, shipping, card))
            await placing.take(Step.RECORD, self._attempts.place(placed))
        except CardDeclined as declined:
            ended = replace(attempt, result=Result.DECLINED, detail=declined.reason.value)
            await self.settling.settle(ended, placing.reached)
            return Declined(declined.reason)
        except (Exception, asyncio.CancelledError) as failure:
            ended = replace(attempt, result=Result.FAILED, detail=placing.step.title)
            standing = await self.settling.settle(ended, placing.reached)
            if isinstance(failure, asyncio.CancelledError | OutOfStock | ProductUnknown):
                raise
            if standing is not None:
                return replace(attempt, result=Result.PLACED, order=standing)
            raise _incomplete(placing.step, failure) from failure
        return placed

    async def _answer_again(self, attempt: Attempt) -> Placed | Declined:
        """The outcome of an earlier attempt with the same key."""
        if attempt.result is Result.PLACED:
            return await self._answer_of(attempt, attempt.reference)
        if attempt.result is Result.DECLINED:
            return Declined(DeclineReason(attempt.detail))
        raise CheckoutIncomplete(step=attempt.detail or INTERRUPTED)

    async def _answer_of(self, holder: Attempt, reference: str) -> Placed:
        """What an attempt of this reference gets when that one holds its cart."""
        if holder.order is None:
            raise OrderUnderWay(cart_id=holder.cart_id)
        await finish(self._parties, self._attempts, holder, holder.order)
        return Placed(holder.order, ordered_before=holder.was_ordered_before or holder.reference != reference)


def _check(agreed: Agreement, bill: Bill, total: Money) -> None:
    if agreed.items != bill.items:
        raise CartChanged(agreed=agreed.items, actual=bill.items)
    if agreed.total != total:
        raise TotalChanged(agreed=agreed.total, actual=total)


def _incomplete(step: Step, failure: Exception) -> CheckoutIncomplete:
    _log.warning("A checkout ended at the step '%s': %s", step.title, failure)
    return CheckoutIncomplete(step=step.title)
