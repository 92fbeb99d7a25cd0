"""The form for a payment card. Number and security code are never sent back to the browser."""

import re
from typing import Final

from marketplace.payments.contract import Card

from .forms import Entered, Filled, Reader

_EXPIRY: Final = re.compile(r"(0?[1-9]|1[0-2])\s*[/-]\s*(?:20)?([0-9]{2})", re.ASCII)
_SHOWN_AGAIN: Final = ("holder", "expiry")


def read_card(entered: Entered) -> Filled[Card]:
    """The card that was typed in."""
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
