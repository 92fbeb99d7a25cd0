"""The page with the order button."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from marketplace.checkout.contract import Agreement, Summary
from marketplace.payments.contract import Card
from marketplace.shipping.contract import ShippingMethod
from marketplace.storefront.web import Filled

from .card_form import TRIAL_CARDS, TrialCard
from .problems import Problem


@dataclass(frozen=True)
class CheckoutView:
    """What the customer is about to order, and how to pay. However often the browser sends ``key``, it orders once."""

    summary: Summary
    key: str
    form: Filled[Card]
    problem: Problem | None = None
    trial_cards: tuple[TrialCard, ...] = TRIAL_CARDS

    @property
    def agreed(self) -> str:
        """What the customer agrees to, as the page sends it back."""
        return msgspec.json.encode(self.summary.agreement).decode()

    @property
    def wrong(self) -> Mapping[str, str]:
        """What is wrong with the card, by field."""
        return {**self.form.wrong, **self.problem.blames} if self.problem else self.form.wrong


def read_agreement(text: str) -> Agreement | None:
    """What the customer agreed to; None when it makes no sense."""
    try:
        return msgspec.json.decode(text, type=Agreement)
    # The second where it is nested deeper than anything is.
    except (msgspec.MsgspecError, RecursionError):
        return None


def read_method(text: str) -> ShippingMethod:
    """The shipping method in a form or an address; standard when it makes no sense."""
    return ShippingMethod(text) if text in {method.value for method in ShippingMethod} else ShippingMethod.STANDARD
