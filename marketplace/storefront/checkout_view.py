"""The checkout as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from marketplace.checkout.contract import Summary
from marketplace.payments.contract import Card
from marketplace.pricing.contract import Money
from marketplace.profile.contract import Address
from marketplace.shipping.contract import ShippingMethod, ShippingQuote

from .checkout_problems import Problem
from .countries import Country
from .forms import Filled
from .money import in_words
from .trial_cards import TRIAL_CARDS, TrialCard

METHOD_NAMES: Final = {ShippingMethod.STANDARD: "Standard", ShippingMethod.EXPRESS: "Express"}


@dataclass(frozen=True)
class AddressView:
    """The step that asks where to send the order."""

    form: Filled[Address]
    countries: tuple[Country, ...]


@dataclass(frozen=True)
class CheckoutView:
    """The step that asks how to send and to pay. ``key`` makes sure that this page orders once, however often it is sent."""

    summary: Summary
    key: str
    form: Filled[Card]
    problem: Problem | None = None
    trial_cards: tuple[TrialCard, ...] = TRIAL_CARDS

    @property
    def wrong(self) -> Mapping[str, str]:
        """What is wrong with the card, by field."""
        return {**self.form.wrong, **self.problem.blames} if self.problem else self.form.wrong


def method_name(quote: ShippingQuote) -> str:
    return METHOD_NAMES.get(quote.method, quote.method.value)


def days(quote: ShippingQuote) -> str:
    """``1 working day``, ``2 to 4 working days``."""
    if quote.days_min == quote.days_max:
        return f"{quote.days_min} working day{'s' if quote.days_min != 1 else ''}"
    return f"{quote.days_min} to {quote.days_max} working days"


def shipping_price(price: Money) -> str:
    return in_words(price) if price.amount else "free"


def read_method(text: str) -> ShippingMethod:
    """The shipping method in a form or an address; standard when it makes no sense."""
    return ShippingMethod(text) if text in {method.value for method in ShippingMethod} else ShippingMethod.STANDARD
