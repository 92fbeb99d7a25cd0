"""What payments remembers about a key, and the seam to the store."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from marketplace.payments.contract import DeclineReason, Payment, PaymentState
from marketplace.pricing.contract import Money


@dataclass(frozen=True, slots=True)
class PaymentEntry:
    """One key and what became of it. It holds the end and the fingerprint of the card, but not its number.

    Attributes:
        reason: Why the card was declined; then the state means nothing.
    """

    key: str
    amount: Money
    state: PaymentState
    card_ending: str
    card_fingerprint: str
    created_at: datetime
    reason: DeclineReason | None = None

    def is_for(self, amount: Money, card_fingerprint: str) -> bool:
        """Whether it is a payment of this amount with this card."""
        return self.amount == amount and self.card_fingerprint == card_fingerprint

    def as_payment(self) -> Payment:
        """What other capabilities may know of it."""
        return Payment(self.key, self.amount, self.state, self.card_ending, self.card_fingerprint)


def closed(key: str, at: datetime) -> PaymentEntry:
    """A key that was given up before its use."""
    return PaymentEntry(key, Money(0), PaymentState.VOIDED, "", "", at)


class PaymentStore(Protocol):
    """Every operation is atomic."""

    async def secret(self) -> bytes:
        """Random bytes, always the same ones. With them, an attacker cannot guess the card of a fingerprint."""
        ...

    async def keep(self, entry: PaymentEntry) -> PaymentEntry:
        """Keep an entry, unless its key has one already; answers with the one that it keeps."""
        ...

    async def change(self, key: str, expected: PaymentState, state: PaymentState) -> PaymentEntry | None:
        """Move a payment on and answer with it; or None if it is unknown, declined or in another state."""
        ...

    async def get(self, key: str) -> PaymentEntry | None: ...
