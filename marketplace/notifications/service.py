"""Notifications: messages to customers. A test marketplace mails none; customers read them in the shop."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from marketplace.checkout.contract import OrderPlaced
from marketplace.notifications.confirmation import confirmation
from marketplace.notifications.contract import Notification, Notifications
from plures import subscribe


class NotificationStore(Protocol):
    async def keep(self, key: str, notification: Notification) -> Notification:
        """Keep a message, unless there is one under this key already; answers with the one that it keeps."""
        ...

    async def list_for(self, customer_id: str, limit: int) -> tuple[Notification, ...]:
        """The newest first."""
        ...


class NotificationsService(Notifications):
    def __init__(self, store: NotificationStore, *, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._store = store
        self._now = now
        self._new_id = new_id

    async def send(self, key: str, customer_id: str, subject: str, text: str) -> Notification:
        return await self._store.keep(key, Notification(self._new_id(), customer_id, subject, text, self._now()))

    @subscribe()
    async def confirm(self, event: OrderPlaced) -> None:
        """Tell a customer what they ordered."""
        subject, text = confirmation(event.order)
        await self.send(f"order {event.order.id}", event.customer_id, subject, text)

    async def list_for(self, customer_id: str, limit: int = 20) -> tuple[Notification, ...]:
        return await self._store.list_for(customer_id, limit)
