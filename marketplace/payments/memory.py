"""Payments in memory: for tests and for measuring everything but storage."""

import secrets
from dataclasses import replace

from marketplace.payments.contract import PaymentState
from marketplace.payments.entry import Entry


class MemoryPayments:
    """Keeps payments for as long as the process lives."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._secret = secrets.token_bytes(32)

    async def secret(self) -> bytes:
        return self._secret

    async def keep(self, entry: Entry) -> Entry:
        return self._entries.setdefault(entry.key, entry)

    async def change(self, key: str, expected: PaymentState, state: PaymentState) -> Entry | None:
        entry = self._entries.get(key)
        if entry is None or entry.reason is not None or entry.state is not expected:
            return None
        moved = replace(entry, state=state)
        self._entries[key] = moved
        return moved

    async def get(self, key: str) -> Entry | None:
        return self._entries.get(key)
