"""How pages write and read values, without a page and without a call."""

import pytest

from marketplace.pricing.contract import Money, in_words
from marketplace.profile.contract import COUNTRY_NAMES
from marketplace.storefront.browsing.facets import band_name
from marketplace.storefront.browsing.pager import pager
from marketplace.storefront.buying.address_form import choices
from marketplace.storefront.buying.card_form import read_card
from marketplace.storefront.web.patience import Remembered
from plures import Outcome, Unavailable

from .shopper import CARD


def test_every_country_of_the_standard_has_a_name() -> None:
    assert len(COUNTRY_NAMES) == 249
    assert len(set(COUNTRY_NAMES.values())) == 249
    assert all(len(code) == 2 and code.isupper() for code in COUNTRY_NAMES)


def test_countries_stand_where_people_look_for_them() -> None:
    names = [country.name for country in choices(("ZW", "AX", "AL", "TR", "TM", "TV", "CI", "CR", "HR"))]
    assert names == [
        "Åland Islands",
        "Albania",
        "Costa Rica",
        "Côte d'Ivoire",
        "Croatia",
        "Türkiye",
        "Turkmenistan",
        "Tuvalu",
        "Zimbabwe",
    ]


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(0), "€0.00"),
        (Money(5), "€0.05"),
        (Money(118_050), "€1,180.50"),
        (Money(-990), "-€9.90"),
        (Money(1200, "CHF"), "CHF 12.00"),
    ],
)
def test_money_in_words(money: Money, words: str) -> None:
    assert in_words(money) == words


@pytest.mark.parametrize(
    ("price_min", "price_max", "name"),
    [(0, 999, "under €10"), (1000, 2499, "€10 to €25"), (10_000, None, "€100 and more")],
)
def test_price_bands_as_people_say_them(price_min: int, price_max: int | None, name: str) -> None:
    assert band_name(price_min, price_max) == name


@pytest.mark.parametrize(
    ("page", "pages", "numbers"),
    [
        (1, 1, []),
        (1, 2, [1, 2]),
        (1, 9, [1, 2, None, 9]),
        (5, 9, [1, None, 4, 5, 6, None, 9]),
        (3, 5, [1, 2, 3, 4, 5]),
        (9, 9, [1, None, 8, 9]),
    ],
)
def test_page_numbers(page: int, pages: int, numbers: list[int | None]) -> None:
    links = pager(page, pages, str).links
    assert [link.number for link in links] == numbers
    assert [link.number for link in links if link.current] == ([page] if numbers else [])


@pytest.mark.parametrize("expiry", ["08/29", "8/29", "08/2029", "08 / 29", "8-29"])
def test_card_dates_as_people_type_them(expiry: str) -> None:
    card = read_card({**CARD, "expiry": expiry}).value
    assert card is not None
    assert (card.number, card.expiry_month, card.expiry_year) == ("4242424242424242", 8, 2029)


@pytest.mark.parametrize("expiry", ["", "0/29", "13/29", "0829", "08/9", "٠٨/٢٩"])
def test_card_dates_that_make_no_sense(expiry: str) -> None:
    assert "expiry" in read_card({**CARD, "expiry": expiry}).wrong


async def test_an_answer_is_remembered_and_outlives_a_failure() -> None:
    now = 0.0
    answers: list[str | None] = ["first", None, "second"]

    async def fetch() -> str:
        answer = answers.pop(0)
        if answer is None:
            raise Unavailable("x.v1.X/Y", "down", outcome=Outcome.NOT_SENT)
        return answer

    remembered = Remembered(fetch, for_s=60, clock=lambda: now)
    assert [await remembered.get(), await remembered.get()] == ["first", "first"]
    now = 61
    assert await remembered.get() == "first"
    now = 122
    assert await remembered.get() == "second"
