import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from marketplace.payments.contract import (
    Card,
    CardDeclined,
    DeclineReason,
    Payment,
    PaymentDiffers,
    PaymentState,
    PaymentStateConflict,
    PaymentUnknown,
)
from marketplace.payments.entry import PaymentStore
from marketplace.payments.service import PaymentsService
from marketplace.payments.store import MIGRATIONS, DatabasePayments
from marketplace.pricing.contract import Money
from plures.testing import open_database
from tests.databases import Databases

NOON = datetime(2026, 11, 22, 12, 0, 0, 0, UTC)
GOOD = Card("4242424242424242", 12, 2030, "123", "Anna Ahl")
OTHER = Card("5555555555554444", 12, 2030, "123", "Anna Ahl")
POOR = Card("4000000000009995", 12, 2030, "123", "Anna Ahl")
PRICE = Money(1_180)


@pytest.fixture
def payments(store: PaymentStore) -> PaymentsService:
    return PaymentsService(store, now=lambda: NOON)


def written_to(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def state_of(payments: PaymentsService, key: str) -> PaymentState:
    return (await payments.get(key)).state


async def test_money_is_set_aside_then_taken(payments: PaymentsService) -> None:
    authorized = await payments.authorize("k1", PRICE, GOOD)
    assert authorized == Payment("k1", PRICE, PaymentState.AUTHORIZED, "4242", authorized.card_fingerprint)
    captured = await payments.capture("k1")
    assert captured == Payment("k1", PRICE, PaymentState.CAPTURED, "4242", authorized.card_fingerprint)
    assert await payments.get("k1") == captured


async def test_every_command_can_be_repeated(payments: PaymentsService) -> None:
    assert await payments.authorize("k1", PRICE, GOOD) == await payments.authorize("k1", PRICE, GOOD)
    captured = await payments.capture("k1")
    assert await payments.capture("k1") == captured
    assert await payments.authorize("k1", PRICE, GOOD) == captured
    assert await payments.refund("k1") == await payments.refund("k1")
    await payments.authorize("k2", PRICE, GOOD)
    await payments.void("k2")
    await payments.void("k2")
    assert await state_of(payments, "k1") is PaymentState.REFUNDED
    assert await state_of(payments, "k2") is PaymentState.VOIDED


async def test_the_same_key_for_another_payment_is_refused(payments: PaymentsService) -> None:
    await payments.authorize("k1", PRICE, GOOD)
    for amount, card in ((Money(1), GOOD), (PRICE, OTHER), (Money(1_180, "USD"), GOOD)):
        with pytest.raises(PaymentDiffers):
            await payments.authorize("k1", amount, card)


async def test_a_decline_is_a_decline_again_and_sets_nothing_aside(payments: PaymentsService) -> None:
    for _ in range(2):
        with pytest.raises(CardDeclined) as declined:
            await payments.authorize("k1", PRICE, POOR)
        assert declined.value.reason is DeclineReason.INSUFFICIENT_FUNDS
    with pytest.raises(PaymentUnknown):
        await payments.get("k1")
    with pytest.raises(PaymentUnknown):
        await payments.capture("k1")
    # There is nothing to give up, so nothing happens.
    await payments.void("k1")


async def test_a_voided_payment_cannot_be_taken_or_used_again(payments: PaymentsService) -> None:
    await payments.authorize("k1", PRICE, GOOD)
    await payments.void("k1")
    with pytest.raises(PaymentStateConflict) as conflict:
        await payments.capture("k1")
    assert conflict.value == PaymentStateConflict(key="k1", state=PaymentState.VOIDED)
    with pytest.raises(PaymentStateConflict):
        await payments.authorize("k1", PRICE, GOOD)


async def test_a_key_given_up_before_it_was_used_cannot_be_used(payments: PaymentsService) -> None:
    await payments.void("k1")
    await payments.void("k1")
    with pytest.raises(PaymentStateConflict):
        await payments.authorize("k1", PRICE, GOOD)
    with pytest.raises(PaymentStateConflict):
        await payments.capture("k1")


async def test_captured_money_goes_back_by_refund_only(payments: PaymentsService) -> None:
    await payments.authorize("k1", PRICE, GOOD)
    with pytest.raises(PaymentStateConflict):
        await payments.refund("k1")
    await payments.capture("k1")
    with pytest.raises(PaymentStateConflict) as conflict:
        await payments.void("k1")
    assert conflict.value.state is PaymentState.CAPTURED
    assert (await payments.refund("k1")).state is PaymentState.REFUNDED
    with pytest.raises(PaymentStateConflict):
        await payments.capture("k1")


async def test_nothing_can_be_done_with_a_key_never_seen(payments: PaymentsService) -> None:
    for call in (payments.capture, payments.refund, payments.get):
        with pytest.raises(PaymentUnknown):
            await call("k1")


async def test_captured_or_voided_but_never_both(payments: PaymentsService) -> None:
    for n in range(10):
        await payments.authorize(f"k{n}", PRICE, GOOD)
        captured, voided = await asyncio.gather(
            payments.capture(f"k{n}"), payments.void(f"k{n}"), return_exceptions=True
        )
        assert isinstance(captured, PaymentStateConflict) != isinstance(voided, PaymentStateConflict)


async def test_fingerprints_tell_cards_apart_without_revealing_them(payments: PaymentsService) -> None:
    prints = [(await payments.authorize(f"k{n}", PRICE, c)).card_fingerprint for n, c in enumerate((GOOD, OTHER, GOOD))]
    assert prints[0] == prints[2] != prints[1]
    assert not any(card.number in print_ for card in (GOOD, OTHER) for print_ in prints)


async def test_no_file_ever_holds_the_number_of_a_card(tmp_path: Path) -> None:
    database = await open_database(tmp_path, "payments", MIGRATIONS)
    payments = PaymentsService(DatabasePayments(database), now=lambda: NOON)
    await payments.authorize("k1", PRICE, GOOD)
    with pytest.raises(CardDeclined):
        await payments.authorize("k2", PRICE, POOR)
    while_open = written_to(tmp_path)
    await database.close()
    written = while_open + written_to(tmp_path)
    assert b"4242" in written
    for card in (GOOD, POOR):
        assert card.number.encode() not in written
        assert card.number[:6].encode() not in written


async def test_a_card_has_the_same_fingerprint_after_a_restart(databases: Databases) -> None:
    prints: list[str] = []
    for key in ("k1", "k2"):
        database = await databases.open("payments", MIGRATIONS)
        payments = PaymentsService(DatabasePayments(database), now=lambda: NOON)
        prints.append((await payments.authorize(key, PRICE, GOOD)).card_fingerprint)
        await database.close()
    assert prints[0] == prints[1]
