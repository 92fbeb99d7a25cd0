from datetime import date

import pytest

from marketplace.payments.cards import DECLINED_NUMBERS, decline_reason, passes_checksum
from marketplace.payments.contract import Card, DeclineReason

TODAY = date(2026, 11, 22)


def card(number: str = "4242424242424242", month: int = 12, year: int = 2030, cvc: str = "123") -> Card:
    return Card(number, month, year, cvc, "Anna Ahl")


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        (card(), None),
        (card("5555555555554444"), None),
        (card("378282246310005", cvc="1234"), None),
        (card("4000000000000002"), DeclineReason.DECLINED_BY_BANK),
        (card("4000000000009995"), DeclineReason.INSUFFICIENT_FUNDS),
        (card("4000000000000069"), DeclineReason.CARD_EXPIRED),
        (card("4000000000000127"), DeclineReason.WRONG_CVC),
        (card("4100000000000019"), DeclineReason.SUSPECTED_FRAUD),
        (card("4000000000000119"), DeclineReason.PROCESSING_ERROR),
        (card("4242424242424241"), DeclineReason.WRONG_NUMBER),
        (card("4224242424242424"), DeclineReason.WRONG_NUMBER),
        (card(month=11, year=2026), None),
        (card(month=10, year=2026), DeclineReason.CARD_EXPIRED),
        (card(month=12, year=2025), DeclineReason.CARD_EXPIRED),
        (card(cvc="1234"), DeclineReason.WRONG_CVC),
        (card("378282246310005", cvc="123"), DeclineReason.WRONG_CVC),
        (card("4000000000000002", year=2020), DeclineReason.CARD_EXPIRED),
    ],
)
def test_cards(tried: Card, expected: DeclineReason | None) -> None:
    assert decline_reason(tried, TODAY) is expected


def test_every_test_number_passes_the_checksum() -> None:
    assert all(passes_checksum(number) for number in DECLINED_NUMBERS)


@pytest.mark.parametrize("position", range(16))
def test_any_single_wrong_digit_fails_the_checksum(position: int) -> None:
    number = "4242424242424242"
    for digit in "0123456789":
        changed = number[:position] + digit + number[position + 1 :]
        assert passes_checksum(changed) is (changed == number)
