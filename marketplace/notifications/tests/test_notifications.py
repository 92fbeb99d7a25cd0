from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from marketplace.notifications.contract import Notification
from marketplace.notifications.service import NotificationsService, NotificationStore

NOON = datetime(2026, 11, 22, 12, 0, 0, 250_000, UTC)


@pytest.fixture
def notifications(store: NotificationStore) -> NotificationsService:
    ids, minutes = count(1), count()
    return NotificationsService(
        store, now=lambda: NOON + timedelta(minutes=next(minutes)), new_id=lambda: f"n{next(ids)}"
    )


async def test_a_message_is_kept_as_it_was_sent(notifications: NotificationsService) -> None:
    sent = await notifications.send("k1", "anna", "Hello", "Line one\nLine two ☕")
    assert sent == Notification("n1", "anna", "Hello", "Line one\nLine two ☕", NOON)
    assert await notifications.list_for("anna") == (sent,)


async def test_the_same_key_sends_once(notifications: NotificationsService) -> None:
    first = await notifications.send("k1", "anna", "Hello", "text")
    again = await notifications.send("k1", "anna", "Hello", "text")
    assert again == first
    assert await notifications.list_for("anna") == (first,)


async def test_the_newest_come_first_and_no_more_than_asked_for(notifications: NotificationsService) -> None:
    sent = [await notifications.send(f"k{n}", "anna", f"Number {n}", "") for n in range(5)]
    await notifications.send("other", "bert", "Not for Anna", "")
    assert await notifications.list_for("anna", limit=3) == (sent[4], sent[3], sent[2])
    assert await notifications.list_for("stranger") == ()
