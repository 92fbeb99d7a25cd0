"""The rules by which the test provider declines cards. They keep no data and have no clock."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from marketplace.payments.contract import Card, DeclineReason

# Real providers publish such numbers for tests. They pass the checksum, and no card has them.
DECLINED_NUMBERS: Final[Mapping[str, DeclineReason]] = {
    "4000000000000002": DeclineReason.DECLINED_BY_BANK,
    "4000000000009995": DeclineReason.INSUFFICIENT_FUNDS,
    "4000000000000069": DeclineReason.CARD_EXPIRED,
    "4000000000000127": DeclineReason.WRONG_CVC,
    "4100000000000019": DeclineReason.SUSPECTED_FRAUD,
    "4000000000000119": DeclineReason.PROCESSING_ERROR,
}

# From a digit to the digit sum of its double.
_DOUBLED: Final = str.maketrans("0123456789", "0246813579")
_AMERICAN_EXPRESS: Final = ("34", "37")


def decline_reason(card: Card, today: date) -> DeclineReason | None:
    """Why the provider declines the card, or None. It accepts each number with a right checksum that is not listed above."""
    if not passes_checksum(card.number):
        return DeclineReason.WRONG_NUMBER
    # A card is good until its month ends.
    if (card.expiry_year, card.expiry_month) < (today.year, today.month):
        return DeclineReason.CARD_EXPIRED
    if len(card.cvc) != (4 if card.number.startswith(_AMERICAN_EXPRESS) else 3):
        return DeclineReason.WRONG_CVC
    return DECLINED_NUMBERS.get(card.number)


def passes_checksum(number: str) -> bool:
    """Whether the last digit fits the others (Luhn's algorithm, ISO/IEC 7812-1)."""
    digits = number[-1::-2] + number[-2::-2].translate(_DOUBLED)
    return sum(map(int, digits)) % 10 == 0
