"""Takes money from cards in two steps: authorize, then capture."""

from enum import Enum
from typing import Annotated, Protocol

from marketplace.pricing.contract import Money
from plures import ContractError, Message, Meta, command, contract, query

Key = Annotated[str, Meta(min_length=1, max_length=100)]


class Card(Message):
    """A payment card as its owner types it in, but with the blanks out of its number."""

    number: Annotated[str, Meta(pattern="^[0-9]{12,19}$")]
    expiry_month: Annotated[int, Meta(ge=1, le=12)]
    expiry_year: Annotated[int, Meta(ge=2000, le=2099)]
    cvc: Annotated[str, Meta(pattern="^[0-9]{3,4}$")]
    holder: Annotated[str, Meta(min_length=1, max_length=100)]


class PaymentState(Enum):
    """How far a payment is. Voided and refunded are final."""

    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"


class DeclineReason(Enum):
    """Why no money was taken."""

    DECLINED_BY_BANK = "declined_by_bank"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    CARD_EXPIRED = "card_expired"
    WRONG_NUMBER = "wrong_number"
    WRONG_CVC = "wrong_cvc"
    SUSPECTED_FRAUD = "suspected_fraud"
    PROCESSING_ERROR = "processing_error"


class Payment(Message):
    """One payment. Its key is the one that authorized it.

    ``card_ending`` is the last four digits. ``card_fingerprint`` is always the same for a card and does not reveal it.
    """

    key: str
    amount: Money
    state: PaymentState
    card_ending: str
    card_fingerprint: str


class CardDeclined(ContractError, status="failed_precondition"):
    """The card was declined; no money was taken."""

    reason: DeclineReason


class PaymentUnknown(ContractError, status="not_found"):
    """There has never been a payment under this key."""

    key: str


class PaymentDiffers(ContractError, status="already_exists"):
    """This key already stands for a payment of another amount or with another card."""

    key: str


class PaymentStateConflict(ContractError, status="failed_precondition"):
    """The payment is in a state that does not allow this."""

    key: str
    state: PaymentState


@contract("marketplace.payments.v1", owner="payments")
class Payments(Protocol):
    """Takes money. In every command the key names the payment, so each command is safe to repeat."""

    @command(idempotent=True, deadline_s=2, errors=[CardDeclined, PaymentDiffers, PaymentStateConflict])
    async def authorize(self, key: Key, amount: Money, card: Card) -> Payment:
        """Set money aside on the card. The same key again answers with the same payment, or the same decline."""
        ...

    @command(idempotent=True, deadline_s=2, errors=[PaymentUnknown, PaymentStateConflict])
    async def capture(self, key: Key) -> Payment:
        """Take the money that is set aside."""
        ...

    @command(idempotent=True, deadline_s=2, errors=[PaymentStateConflict])
    async def void(self, key: Key) -> None:
        """Give up the money that is set aside. It closes an unknown key, so that a late ``authorize`` cannot use it."""
        ...

    @command(idempotent=True, deadline_s=2, errors=[PaymentUnknown, PaymentStateConflict])
    async def refund(self, key: Key) -> Payment:
        """Give all captured money back."""
        ...

    @query(deadline_s=0.5, errors=[PaymentUnknown])
    async def get(self, key: Key) -> Payment: ...
