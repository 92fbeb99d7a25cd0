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
    Checkout,
    CheckoutIncomplete,
    Declined,
    Placed,
    Summary,
    TotalChanged,
    Unsettled,
)
from marketplace.checkout.followups import follow_up
from marketplace.checkout.parties import Parties
from marketplace.checkout.placing import Placing, Step
from marketplace.checkout.settling import Settling
from marketplace.checkout.turns import Turns
from marketplace.inventory.contract import OutOfStock
from marketplace.orders.contract import Order
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
            bill = await draw_up(self._parties, customer_id)
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
        agreed_total: Money | None = None,
    ) -> Placed | Declined:
        reference = reference_of(customer_id, key)
        async with self._turns.take(reference):
            earlier = await self._attempts.find(reference)
            if earlier is not None:
                return _answer_again(earlier)
            bill, shipping = await self._add_up(customer_id, method)
            total = bill.total(shipping)
            if agreed_total is not None and agreed_total != total:
                raise TotalChanged(agreed=agreed_total, actual=total)
            attempt = Attempt(reference, customer_id, key, total, self._now())
            order = await self._order(attempt, bill, shipping, card)
            if isinstance(order, Declined):
                return order
            await follow_up(self._parties, reference, order)
            return Placed(order)

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

    async def _order(self, attempt: Attempt, bill: Bill, shipping: ShippingQuote, card: Card) -> Order | Declined:
        placing = Placing(self._parties, attempt.reference)
        try:
            await self._attempts.save(attempt)
            order = await placing.run(bill, shipping, card)
            await placing.take(Step.RECORD, self._attempts.save(replace(attempt, result=Result.PLACED, order=order)))
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
                return standing
            raise _incomplete(placing.step, failure) from failure
        return order


def _answer_again(attempt: Attempt) -> Placed | Declined:
    """The outcome of an earlier attempt with the same key."""
    if attempt.result is Result.PLACED and attempt.order is not None:
        return Placed(attempt.order)
    if attempt.result is Result.DECLINED:
        return Declined(DeclineReason(attempt.detail))
    raise CheckoutIncomplete(step=attempt.detail or "interrupted")


def _incomplete(step: Step, failure: Exception) -> CheckoutIncomplete:
    _log.warning("A checkout ended at the step '%s': %s", step.title, failure)
    return CheckoutIncomplete(step=step.title)
