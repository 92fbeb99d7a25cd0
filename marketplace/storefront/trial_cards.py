"""The card numbers that the shop's test provider knows, shown as a hint where customers pay."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class TrialCard:
    """A card number to try, and what comes of it."""

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
