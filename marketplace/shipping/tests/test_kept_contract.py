"""Shipping keeps its contract, in each of its languages: requests that follow from the contract, and some that it does not allow."""

import pytest

from marketplace.shipping.contract import Shipping
from plures.testing import Running, check_contract

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_whatever_the_contract_allows_is_answered_and_nothing_else(running: Running) -> None:
    (url,) = running.processes.endpoints["shipping"]
    await check_contract(url, Shipping, token=running.processes.token)
