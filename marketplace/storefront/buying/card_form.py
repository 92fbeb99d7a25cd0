"""The form for a payment card. We never send number and security code back to the browser."""

import re
from dataclasses import dataclass
from typing import Final

from marketplace.payments.contract import Card
from marketplace.storefront.web import Entered, Filled, Reader

_EXPIRY: Final = re.compile(r"(0?[1-9]|1[0-2])\s*[/-]\s*(?:20)?([0-9]{2})", re.ASCII)
_SHOWN_AGAIN: Final = ("holder", "expiry")


@dataclass(frozen=True)
class TrialCard:
    """A card number that the test provider knows, and what it does with it. The page shows it as a hint."""

    number: str
    outcome: str


TRIAL_CARDS: Final = (
    TrialCard("4242 4242 4242 4242", "is accepted"),
    TrialCard("4000 0000 0000 0002", "is declined by the bank"),
    TrialCard("4000 0000 0000 9995", "has not enough money"),
    TrialCard("4000 0000 0000 0069", "has expired"),
    TrialCard("4000 0000 0000 0127", "has another security code"),
    TrialCard("4100 0000 0000 0019", "looks like fraud"),
)


def read_card(entered: Entered) -> Filled[Card]:
    """The card that the visitor typed in."""
    read = Reader(entered)
    holder = read.text("holder", "The name on the card", most=100)
    number = re.sub(r"[ -]", "", entered.get("number", ""))
    if not re.fullmatch(r"[0-9]{12,19}", number):
        read.wrong["number"] = "A card number has 12 to 19 digits."
    expiry = _EXPIRY.fullmatch(entered.get("expiry", ""))
    if expiry is None:
        read.wrong["expiry"] = "Write month and year as on the card: 08/29."
    cvc = entered.get("cvc", "")
    if not re.fullmatch(r"[0-9]{3,4}", cvc):
        read.wrong["cvc"] = "The security code has 3 or 4 digits."
    again = {name: entered.get(name, "") for name in _SHOWN_AGAIN}
    if read.wrong or expiry is None:
        return Filled(again, read.wrong)
    card = Card(number, int(expiry[1]), 2000 + int(expiry[2]), cvc, holder)
    return Filled(again, value=card)
