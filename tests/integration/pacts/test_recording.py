"""A suite records what its fakes answer; runs again change nothing; what the real capability could not answer is found."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FILES = {
    "plures.toml": '[application]\nimport = "shop.app:app"\ntrials = "shop.trials:trials"\n',
    "shop/__init__.py": "",
    "shop/stock/__init__.py": "",
    "shop/stock/contract.py": '''
from collections.abc import AsyncIterator
from typing import Protocol
from plures import ContractError, Message, contract, query

class Tin(Message):
    id: str
    pieces: int
    place: str | None = None

class Unknown(ContractError, status="not_found"):
    """There is none."""
    id: str

@contract("shop.stock.v1", owner="you")
class Stock(Protocol):
    """Knows tins."""
    @query(deadline_s=10, errors=[Unknown])
    async def find(self, id: str) -> Tin: ...
    @query(deadline_s=10)
    def all(self) -> AsyncIterator[Tin]: ...
''',
    "shop/stock/service.py": """
from .contract import Stock, Tin, Unknown

class StockService(Stock):
    async def find(self, id):
        if id != "tea-1":
            raise Unknown(id=id)
        return Tin(id, 3, "left")
    async def all(self):
        yield Tin("tea-1", 3)
""",
    "shop/cart/__init__.py": "",
    "shop/cart/contract.py": '''
from typing import Protocol
from plures import contract, query

@contract("shop.cart.v1", owner="you")
class Cart(Protocol):
    """Counts."""
    @query(deadline_s=10)
    async def count(self, id: str) -> int: ...
''',
    "shop/cart/service.py": """
from shop.stock.contract import Stock, Unknown
from .contract import Cart

class CartService(Cart):
    def __init__(self, stock: Stock) -> None:
        self.stock = stock
    async def count(self, id):
        try:
            return (await self.stock.find(id)).pieces
        except Unknown:
            return len([tin async for tin in self.stock.all()])
""",
    "shop/app.py": """
from plures import Application, Capability
from shop.cart.contract import Cart
from shop.cart.service import CartService
from shop.stock.contract import Stock
from shop.stock.service import StockService

app = Application("shop", [Capability(Stock, StockService), Capability(Cart, CartService)])
""",
    "shop/trials.py": """
from plures.testing import Trial
from shop.stock.contract import Stock

async def tea(shop, name):
    return {name: "tea-1"}

trials = [Trial(Stock, states={"it is there": tea})]
""",
    "tests/test_cart.py": """
import asyncio, uuid
import pytest
from plures.testing import fake, given
from shop.cart.service import CartService
from shop.stock.contract import Stock, Tin, Unknown

@pytest.mark.parametrize("n", [1, 2, 3])
def test_count(n):
    stock = given("it is there", fake(Stock, find=lambda id: Tin(id, n, "left")), name="tea")
    assert asyncio.run(CartService(stock).count("tea")) == n

def test_none():
    stock = fake(Stock, find=Unknown(id="x"), all=(Tin("a", 1),) * 3)
    assert asyncio.run(CartService(stock).count(str(uuid.uuid4()))) == 3

def test_that_calls_the_fake_itself():
    assert asyncio.run(fake(Stock, find=Tin("a", 1)).find("a")).pieces == 1
""",
}
PACT = "contracts/pacts/cart-shop.stock.v1.json"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite that has been recorded once."""
    folder = tmp_path_factory.mktemp("shop")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert "plures: 3 expectations, 1 file of contracts/pacts changed" in records(folder)
    return folder


@pytest.fixture
def shop(fresh: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(fresh, tmp_path / "shop"))


def runs(shop: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(shop), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=shop, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


def records(shop: Path, *arguments: str) -> str:
    return runs(
        shop, "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "--plures-record", *arguments
    )


def recorded(shop: Path) -> list[tuple[str, list[str]]]:
    pact: dict[str, Any] = json.loads((shop / PACT).read_text())
    return [
        (each["description"].partition(" (")[0], each["comments"]["plures"]["tests"]) for each in pact["interactions"]
    ]


def test_recording_is_steady_merges_and_forgets(shop: Path) -> None:
    first = (shop / PACT).read_text()
    assert recorded(shop) == [
        ("All answers", ["tests/test_cart.py::test_none"]),
        ("Find fails with Unknown", ["tests/test_cart.py::test_none"]),
        ("Find answers", ["tests/test_cart.py::test_count"]),
    ]
    for arguments in (["-n", "2"], ["-k", "none or 2"]):
        assert "0 files of contracts/pacts changed" in records(shop, *arguments), arguments
        assert (shop / PACT).read_text() == first, arguments
    tests = shop / "tests" / "test_cart.py"
    tests.write_text(tests.read_text().replace("def test_none", "def none"))
    records(shop)
    assert recorded(shop) == [("Find answers", ["tests/test_cart.py::test_count"])]
    tests.unlink()
    assert "plures: 0 expectations, 1 file of contracts/pacts changed" in records(shop)
    assert not (shop / PACT).exists()


def test_a_fake_that_answers_what_the_capability_cannot_is_found(shop: Path) -> None:
    service = shop / "shop/stock/service.py"
    service.write_text(service.read_text().replace('3, "left")', "3)"))
    told = runs(shop, "plures", "contract", "test", "Stock", "--recorded", "--placement", "wire")
    assert "place is absent, and the expected answer has it" in told
    assert "cart (tests/test_cart.py::test_count), given it is there" in told
    assert 'request: {"id": "tea-1"}' in told


def test_a_change_that_the_rules_allow_says_whose_expectation_it_breaks(shop: Path) -> None:
    runs(shop, "plures", "contract", "lock")
    contract = shop / "shop/stock/contract.py"
    contract.write_text(contract.read_text().replace("    place: str | None = None\n", ""))
    told = runs(shop, "plures", "contract", "check")
    assert (
        "cart (tests/test_cart.py::test_count) expects an answer of Find that the contract does not allow: place is gone"
        in told
    )
    assert "expected by: cart (tests/test_cart.py::test_count" in told
    assert "1 expectation of consumers is broken" in told
