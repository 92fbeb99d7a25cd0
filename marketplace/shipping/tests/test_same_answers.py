"""Go answers what Python answers: to what the contract allows, and to what it does not allow."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import pytest_asyncio

from marketplace.catalog.contract import MOST_PIECES, Item
from marketplace.pricing.contract import Money
from marketplace.shipping.contract import CountryNotServed, Shipping, ShippingMethod
from marketplace.shipping.tariff import RATES, ZONES
from plures import DeadlineExceeded
from plures.testing import Running

from .conftest import in_go, in_python, placed

pytestmark = [pytest.mark.go, pytest.mark.asyncio(loop_scope="module")]

SERVICE = "marketplace.shipping.v1.Shipping"
CALLS = 750
AT_ONCE = 25
PATIENCE_S = 60
FREE_FROM = [rate.free_from for rate in RATES.values() if rate.free_from is not None]
GOOD: dict[str, Any] = {
    "country": "DE", "items": [{"productId": "tea", "quantity": 1}], "subtotal": {"amount": "1000", "currency": "EUR"},
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Running, Running]]:
    """Shipping in Python, and in Go."""
    async with (
        placed(in_python(), tmp_path_factory.mktemp("python")) as python,
        placed(in_go(), tmp_path_factory.mktemp("go")) as go,
    ):
        yield python, go


async def answer(shipping: Shipping, seed: int) -> object:
    """What the call that follows from a seed brings, however often a busy machine takes longer than the contract allows."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with suppress(DeadlineExceeded):
                return await answer_in_time(shipping, seed)


async def answer_in_time(shipping: Shipping, seed: int) -> object:
    """An answer, or a declared error."""
    draw = random.Random(seed)
    country = draw.choice([*ZONES, "AQ", "BR", "ZZ"])
    amount = draw.choice(
        [0, -1, 2**63 - 1, -(2**63), *FREE_FROM, *(limit - 1 for limit in FREE_FROM), draw.randrange(20_000)]
    )
    subtotal = Money(amount, draw.choice(["EUR", "EUR", "USD"]))
    items = tuple(
        Item(draw.choice(["", "tea", "Tee für Ä", "\U0001f375", f"p-{draw.random()}"]), draw.randint(1, MOST_PIECES))
        for _ in range(draw.choice([1, 1, 2, 5, 100]))
    )
    try:
        if draw.random() < 0.3:
            return await shipping.options(country, items, subtotal)
        return await shipping.quote(country, items, subtotal, draw.choice(list(ShippingMethod)))
    except CountryNotServed as refused:
        return refused


async def test_every_answer_and_every_declared_error_is_the_same(both: tuple[Running, Running]) -> None:
    python, go = (running.client(Shipping) for running in both)
    assert await go.countries() == await python.countries()
    seen: set[str] = set()
    for first in range(0, CALLS, AT_ONCE):
        seeds = range(first, first + AT_ONCE)
        theirs = await asyncio.gather(*(answer(go, seed) for seed in seeds))
        ours = await asyncio.gather(*(answer(python, seed) for seed in seeds))
        assert theirs == ours
        seen |= {type(each).__name__ for each in ours}
    assert seen == {"ShippingQuote", "tuple", "CountryNotServed"}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


BODIES: dict[str, Any] = {
    "as it should be": GOOD,
    "zeros left out": {**GOOD, "subtotal": {}},
    "no method said": {**GOOD, "method": None},
    "an unknown field": {**GOOD, "colour": "red"},
    "names as in the proto file": {**GOOD, "items": [{"product_id": "tea", "quantity": "1"}]},
    "no country": without("country"),
    "no items": without("items"),
    "no subtotal": without("subtotal"),
    "a country in small letters": {**GOOD, "country": "de"},
    "a country of three letters": {**GOOD, "country": "DEU"},
    "a line end after the country": {**GOOD, "country": "DE\n"},
    "a country before a line end": {**GOOD, "country": "DE\nDE"},
    "a currency of two letters": {**GOOD, "subtotal": {"amount": 1, "currency": "EU"}},
    "an empty currency": {**GOOD, "subtotal": {"amount": 1, "currency": ""}},
    "nothing of a product": {**GOOD, "items": [{"productId": "tea", "quantity": 0}]},
    "less than nothing": {**GOOD, "items": [{"productId": "tea", "quantity": -1}]},
    "no quantity": {**GOOD, "items": [{"productId": "tea"}]},
    "the most pieces": {**GOOD, "items": [{"productId": "tea", "quantity": 99}]},
    "too many pieces": {**GOOD, "items": [{"productId": "tea", "quantity": 100}]},
    "half a piece": {**GOOD, "items": [{"productId": "tea", "quantity": 1.5}]},
    "a quantity of words": {**GOOD, "items": [{"productId": "tea", "quantity": "many"}]},
    "no items in the list": {**GOOD, "items": []},
    "too many items": {**GOOD, "items": [{"productId": "tea", "quantity": 1}] * 101},
    "one bad item of two": {**GOOD, "items": [*GOOD["items"], {"productId": "tea", "quantity": 100}]},
    "more than 64 bits": {**GOOD, "subtotal": {"amount": str(2**63)}},
    "an unknown method": {**GOOD, "method": "PIGEON"},
    "the method of no name": {**GOOD, "method": "SHIPPING_METHOD_UNSPECIFIED"},
    "a number for a country": {**GOOD, "country": 49},
    "a list": [],
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_what_the_contract_does_not_allow_is_refused_alike(both: tuple[Running, Running], body: object) -> None:
    python, go = [await posted(running, json.dumps(body)) for running in both]
    assert go == python


async def test_json_that_is_none_and_what_is_too_large_is_refused_alike(both: tuple[Running, Running]) -> None:
    for content in ("", "{", "\ufeff{}", '{"country": "' + "x" * (1 << 20) + '"}'):
        python, go = [await posted(running, content) for running in both]
        assert go == python, content[:20]


async def posted(running: Running, content: str) -> tuple[object, ...]:
    """Status, code and outcome of a call; the answer itself, where there is one."""
    assert running.processes.access is not None
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {running.processes.access.tokens['shipping']}",
    }
    (url,) = running.processes.endpoints["shipping"]
    # What makes a client of httpx slow, certificates that are not needed.
    async with httpx.AsyncClient(base_url=url, trust_env=False, verify=False) as client:
        answered = await client.post(f"/{SERVICE}/Quote", content=content, headers=headers)
    body = answered.json()
    if answered.status_code == 200:
        return 200, int(body["price"]["amount"]), body["price"]["currency"]
    return answered.status_code, body["code"], answered.headers.get("plures-outcome")
