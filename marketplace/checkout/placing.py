"""The steps that turn a bill into a paid order. `undo` takes them back."""

from collections.abc import Awaitable
from enum import IntEnum
from typing import Final, TypeVar

from marketplace.checkout.bill import Bill
from marketplace.checkout.parties import Parties
from marketplace.fraud.contract import PaymentAttempt, Verdict
from marketplace.orders.contract import Order, OrderState
from marketplace.payments.contract import Card, CardDeclined, DeclineReason
from marketplace.shipping.contract import ShippingQuote
from plures import CallError, ContractError, Outcome

T = TypeVar("T")

# After a crash we release no stock; inventory takes it back after this time.
HOLD_S: Final = 900


class Step(IntEnum):
    """The steps in their order."""

    ADD_UP = 0
    RESERVE = 1
    AUTHORIZE = 2
    SCORE = 3
    CREATE = 4
    COMMIT = 5
    CAPTURE = 6
    CONFIRM = 7
    RECORD = 8

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.name.lower().replace("_", " ")


class Placing:
    """One order on its way.

    Attributes:
        step: Where it is, or where it ended.
        reached: The last step that may have had an effect.
    """

    def __init__(self, parties: Parties, reference: str) -> None:
        self._parties = parties
        self._reference = reference
        self.step = Step.ADD_UP
        self.reached = Step.ADD_UP

    async def run(self, bill: Bill, shipping: ShippingQuote, card: Card) -> Order:
        """Take all steps up to the paid order. Every command carries the reference as its idempotency key.

        Raises:
            CardDeclined: The bank or our own fraud scoring declined the card.
            ContractError, CallError: A step failed; `step` says which one, and `reached` how far to take back.
        """
        to, key = self._parties, self._reference
        await self.take(Step.RESERVE, to.inventory.reserve(key, bill.items, HOLD_S))
        payment = await self.take(Step.AUTHORIZE, to.payments.authorize(key, bill.total(shipping), card))
        attempt = PaymentAttempt(
            bill.customer_id, payment.amount, payment.card_fingerprint, bill.address.country, bill.pieces
        )
        risk = await self.take(Step.SCORE, to.fraud.score(key, attempt))
        if risk.verdict is Verdict.REJECT:
            raise CardDeclined(reason=DeclineReason.SUSPECTED_FRAUD)
        order = await self.take(Step.CREATE, to.orders.create(key, bill.draft(shipping, payment.card_ending)))
        await self.take(Step.COMMIT, to.inventory.commit(key))
        await self.take(Step.CAPTURE, to.payments.capture(key))
        return await self.take(Step.CONFIRM, to.orders.mark(order.id, OrderState.PAID))

    async def take(self, step: Step, call: Awaitable[T]) -> T:
        """Take one step, and note how far we are. Unless we know better, a step that failed had its effect."""
        before = self.reached
        self.step = self.reached = step
        try:
            return await call
        except (ContractError, CallError) as failure:
            if isinstance(failure, ContractError) or failure.outcome is Outcome.NOT_SENT:
                self.reached = before
            raise
