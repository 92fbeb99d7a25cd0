"""What payments remembers about a key, and where."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from marketplace.payments.contract import DeclineReason, Payment, PaymentState
from marketplace.pricing.contract import Money


@dataclass(frozen=True, slots=True)
class Entry:
    """One key and what became of it. The number of the card is not kept, only its end and its fingerprint.

    Attributes:
        reason: Why the card was declined; the state means nothing then.
    """

    key: str
    amount: Money
    state: PaymentState
    card_ending: str
    card_fingerprint: str
    created_at: datetime
    reason: DeclineReason | None = None

    def is_for(self, amount: Money, card_fingerprint: str) -> bool:
        """Whether it is about this amount on this card."""
        return self.amount == amount and self.card_fingerprint == card_fingerprint

    def as_payment(self) -> Payment:
        """What others may know of it."""
        return Payment(self.key, self.amount, self.state, self.card_ending, self.card_fingerprint)


def closed(key: str, at: datetime) -> Entry:
    """A key given up before it was used."""
    return Entry(key, Money(0), PaymentState.VOIDED, "", "", at)


class PaymentStore(Protocol):
    """Where entries are kept. Every operation is atomic."""

    async def secret(self) -> bytes:
        """Random bytes, always the same, that make fingerprints of cards impossible to guess."""
        ...

    async def keep(self, entry: Entry) -> Entry:
        """Keep an entry, unless its key has one already; the one that is kept."""
        ...

    async def change(self, key: str, expected: PaymentState, state: PaymentState) -> Entry | None:
        """Move a payment on and answer with it; None when it is not in the expected state, declined or unknown."""
        ...

    async def get(self, key: str) -> Entry | None: ...
