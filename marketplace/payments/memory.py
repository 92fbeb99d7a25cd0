"""Payments in memory: for tests, and to measure everything but storage."""

import secrets
from dataclasses import replace

from marketplace.payments.contract import PaymentState
from marketplace.payments.entry import PaymentEntry


class MemoryPayments:
    def __init__(self) -> None:
        self._entries: dict[str, PaymentEntry] = {}
        self._secret = secrets.token_bytes(32)

    async def secret(self) -> bytes:
        return self._secret

    async def keep(self, entry: PaymentEntry) -> PaymentEntry:
        return self._entries.setdefault(entry.key, entry)

    async def change(self, key: str, expected: PaymentState, state: PaymentState) -> PaymentEntry | None:
        entry = self._entries.get(key)
        if entry is None or entry.reason is not None or entry.state is not expected:
            return None
        moved = replace(entry, state=state)
        self._entries[key] = moved
        return moved

    async def get(self, key: str) -> PaymentEntry | None:
        return self._entries.get(key)
