"""Messages in memory: for tests, and to measure everything but storage."""

from itertools import islice

from marketplace.notifications.contract import Notification


class MemoryNotifications:
    def __init__(self) -> None:
        self._by_key: dict[str, Notification] = {}
        self._by_customer: dict[str, list[Notification]] = {}

    async def keep(self, key: str, notification: Notification) -> Notification:
        kept = self._by_key.setdefault(key, notification)
        if kept is notification:
            self._by_customer.setdefault(notification.customer_id, []).append(notification)
        return kept

    async def list_for(self, customer_id: str, limit: int) -> tuple[Notification, ...]:
        return tuple(islice(reversed(self._by_customer.get(customer_id, ())), limit))
