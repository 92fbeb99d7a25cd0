"""A payment provider for tests. It moves no money; all else is as with a real one."""

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b

from marketplace.payments.cards import decline_reason
from marketplace.payments.contract import (
    Card,
    CardDeclined,
    Payment,
    PaymentDiffers,
    Payments,
    PaymentState,
    PaymentStateConflict,
    PaymentUnknown,
)
from marketplace.payments.entry import PaymentEntry, PaymentStore, closed
from marketplace.pricing.contract import Money


class PaymentsService(Payments):
    def __init__(self, store: PaymentStore, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._secret = b""

    async def authorize(self, key: str, amount: Money, card: Card) -> Payment:
        now = self._now()
        fingerprint = await self._fingerprint(card)
        reason = decline_reason(card, now.date())
        entry = await self._store.keep(
            PaymentEntry(key, amount, PaymentState.AUTHORIZED, card.number[-4:], fingerprint, now, reason)
        )
        if entry.state in (PaymentState.VOIDED, PaymentState.REFUNDED):
            raise PaymentStateConflict(key=key, state=entry.state)
        if not entry.is_for(amount, fingerprint):
            raise PaymentDiffers(key=key)
        if entry.reason is not None:
            raise CardDeclined(reason=entry.reason)
        return entry.as_payment()

    async def capture(self, key: str) -> Payment:
        return await self._move(key, PaymentState.AUTHORIZED, PaymentState.CAPTURED)

    async def void(self, key: str) -> None:
        entry = await self._store.keep(closed(key, self._now()))
        if entry.reason is None:
            await self._move(key, PaymentState.AUTHORIZED, PaymentState.VOIDED)

    async def refund(self, key: str) -> Payment:
        return await self._move(key, PaymentState.CAPTURED, PaymentState.REFUNDED)

    async def get(self, key: str) -> Payment:
        return (await self._authorized(key)).as_payment()

    async def _move(self, key: str, expected: PaymentState, state: PaymentState) -> Payment:
        moved = await self._store.change(key, expected, state)
        if moved is not None:
            return moved.as_payment()
        entry = await self._authorized(key)
        if entry.state is not state:
            raise PaymentStateConflict(key=key, state=entry.state)
        return entry.as_payment()

    async def _authorized(self, key: str) -> PaymentEntry:
        entry = await self._store.get(key)
        if entry is None or entry.reason is not None:
            raise PaymentUnknown(key=key)
        return entry

    async def _fingerprint(self, card: Card) -> str:
        self._secret = self._secret or await self._store.secret()
        return blake2b(card.number.encode(), key=self._secret, digest_size=12).hexdigest()
