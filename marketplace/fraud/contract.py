"""Says how likely an attempt to pay is fraud."""

from enum import Enum
from typing import Annotated, Protocol

from marketplace.pricing.contract import Money
from plures import Message, Meta, command, contract


class Verdict(Enum):
    """What to do with an attempt. We accept one for review, and a person looks at it later."""

    ACCEPT = "accept"
    REVIEW = "review"
    REJECT = "reject"


class PaymentAttempt(Message):
    """One attempt to pay for an order; ``country`` is the destination of the parcel, in two letters."""

    customer_id: str
    amount: Money
    card_fingerprint: str
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    pieces: Annotated[int, Meta(ge=1)]


class Risk(Message):
    """The ``score`` goes from 0 (surely honest) to 1 (surely fraud); ``signals`` name what raised it."""

    score: Annotated[float, Meta(ge=0, le=1)]
    verdict: Verdict
    signals: tuple[str, ...] = ()


@contract("marketplace.fraud.v1", owner="payments")
class Fraud(Protocol):
    """Scores attempts to pay."""

    @command(idempotent=True, deadline_s=1)
    async def score(self, key: Annotated[str, Meta(min_length=1, max_length=100)], attempt: PaymentAttempt) -> Risk:
        """Judge an attempt and remember it, because many attempts in a short time raise the risk. A key counts once."""
        ...
