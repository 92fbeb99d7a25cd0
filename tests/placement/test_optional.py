"""A service goes without what it can do without, in every placement alike."""

import logging

import pytest
from lab import Cautious

from plures.testing import Running

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("quiet")]


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")


async def test_an_answer_is_an_answer(shop: Running) -> None:
    assert await shop.client(Cautious).ask("hello") == "hello"
    assert await shop.client(Cautious).ask_or("hello") == "hello"


@pytest.mark.parametrize("how", ["bug", "undeclared", "cancelled itself", "no unicode"])
async def test_what_fails_inside_is_absent(shop: Running, how: str) -> None:
    assert await shop.client(Cautious).ask(how) is None
    assert await shop.client(Cautious).ask_or(how) == "fallback"


async def test_a_declared_error_is_an_answer(shop: Running) -> None:
    assert await shop.client(Cautious).ask("gone") == "raised Gone"


async def test_a_limit_of_the_call_is_no_absence(shop: Running) -> None:
    assert await shop.client(Cautious).ask("much") == "raised LimitExceeded"


async def test_what_is_late_is_absent(shop: Running) -> None:
    assert await shop.client(Cautious).wait(20) == "without"


async def test_an_optional_call_leaves_half_of_the_time(shop: Running) -> None:
    assert await shop.client(Cautious).wait_and_go_on(20) == "without, then nothing"
