"""The messages that we send to customers."""

from datetime import datetime
from typing import Annotated, Protocol

from plures import Message, Meta, command, contract, query


class Notification(Message):
    """One message to one customer."""

    id: str
    customer_id: str
    subject: str
    text: str
    sent_at: datetime


@contract("marketplace.notifications.v1", owner="accounts")
class Notifications(Protocol):
    """Sends messages to customers and remembers them."""

    @command(idempotent=True, deadline_s=1)
    async def send(
        self,
        key: Annotated[str, Meta(min_length=1, max_length=100)],
        customer_id: str,
        subject: Annotated[str, Meta(min_length=1, max_length=200)],
        text: Annotated[str, Meta(max_length=10_000)],
    ) -> Notification:
        """Send a message. The same key again sends nothing, and answers with the first message."""
        ...

    @query(deadline_s=0.5)
    async def list_for(
        self, customer_id: str, limit: Annotated[int, Meta(ge=1, le=100)] = 20
    ) -> tuple[Notification, ...]:
        """The newest first."""
        ...
