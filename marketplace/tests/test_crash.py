"""The process dies between the payment and the end of the checkout; a new process gets the same cart from another page."""

import sys
from asyncio import create_subprocess_exec, timeout
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from marketplace.app import app
from plures.testing import assemble
from tests.databases import KINDS, SQLITE

from .crashing import CRASHED

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


@pytest.fixture(params=KINDS)
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database whose passwords are in the folder; `-` for embedded ones."""
    if request.param == SQLITE:
        return "-"
    storage = await request.getfixturevalue("postgres").storage(assemble(app), tmp_path / "passwords" / "main")
    url: str = storage.servers["main"].url
    return url


async def order(
    folder: Path, server: str, key: str, operation: str = "-", where: str = "in process"
) -> tuple[int | None, str]:
    """The exit code and the answer of a process that orders the cart."""
    command = [sys.executable, "-m", "marketplace.tests.crashing", str(folder), key, operation, where, server]
    process = await create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE)
    async with timeout(PATIENCE_S):
        said, _ = await process.communicate()
    return process.returncode, said.decode().strip()


@pytest.mark.parametrize("where", ["in process", "over the wire"])
@pytest.mark.parametrize("operation", ["Cart.close-before", "Cart.close"])
async def test_a_paid_cart_is_not_ordered_again_after_the_restart(
    tmp_path: Path, server: str, operation: str, where: str
) -> None:
    crashed, _ = await order(tmp_path, server, "page-1", operation, where)
    assert crashed == CRASHED
    assert await order(tmp_path, server, "page-2", where=where) == (0, "Placed, 1 paid, 0 in the cart")


async def test_a_cart_whose_payment_was_interrupted_is_paid_by_the_next_process(tmp_path: Path, server: str) -> None:
    crashed, _ = await order(tmp_path, server, "page-1", "Payments.capture")
    assert crashed == CRASHED
    async with timeout(PATIENCE_S):
        # On a server, the next process waits until the dead one has not shown that it is alive for some seconds.
        while (answer := await order(tmp_path, server, "page-2")) == (0, "OrderUnderWay, 0 paid, 1 in the cart"):
            pass
    assert answer == (0, "Placed, 1 paid, 0 in the cart")
