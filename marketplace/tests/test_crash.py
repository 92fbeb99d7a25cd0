"""The process dies between the payment and the end of the checkout; a new process gets the same cart from another page."""

import sys
from asyncio import create_subprocess_exec, timeout
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from .crashing import CRASHED

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


async def order(folder: Path, key: str, operation: str = "-", where: str = "in process") -> tuple[int | None, str]:
    """The exit code and the answer of a process that orders the cart."""
    command = [sys.executable, "-m", "marketplace.tests.crashing", str(folder), key, operation, where]
    process = await create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE)
    async with timeout(PATIENCE_S):
        said, _ = await process.communicate()
    return process.returncode, said.decode().strip()


@pytest.mark.parametrize("where", ["in process", "over the wire"])
@pytest.mark.parametrize("operation", ["Cart.close-before", "Cart.close"])
async def test_a_paid_cart_is_not_ordered_again_after_the_restart(tmp_path: Path, operation: str, where: str) -> None:
    crashed, _ = await order(tmp_path, "page-1", operation, where)
    assert crashed == CRASHED
    assert await order(tmp_path, "page-2", where=where) == (0, "Placed, 1 paid, 0 in the cart")


async def test_a_cart_whose_payment_was_interrupted_waits_until_it_is_taken_back(tmp_path: Path) -> None:
    crashed, _ = await order(tmp_path, "page-1", "Payments.capture")
    assert crashed == CRASHED
    assert await order(tmp_path, "page-2") == (0, "OrderUnderWay, 0 paid, 1 in the cart")
