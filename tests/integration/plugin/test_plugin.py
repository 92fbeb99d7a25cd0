"""The plugin of pytest, on a suite that asks its web application itself and knows nothing of Plures."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FILES = {
    "plures.toml": '[application]\nimport = "shop.app:app"\n[capabilities.stock.settings]\nlabel = "tea"\n',
    "shop/__init__.py": "",
    "shop/contract.py": """
from typing import Protocol
from plures import command, contract, query

@contract("shop.stock.v1", owner="you")
class Stock(Protocol):
    @command()
    def add(self, name: str) -> str: ...
    @query()
    async def count(self) -> int: ...
""",
    "shop/service.py": """
from plures import Settings

class StockSettings(Settings):
    label: str

class StockService:
    def __init__(self, settings: StockSettings) -> None:
        self.label, self.names = settings.label, []
    def add(self, name: str) -> str:
        self.names.append(name)
        return f"{self.label}: {name}"
    async def count(self) -> int:
        return len(self.names)
""",
    "shop/app.py": """
from plures import Application, Capability
from .contract import Stock
from .service import StockService

app = Application("shop", [Capability(Stock, StockService)], edge="shop.web:web", clients=[Stock])
""",
    "shop/web.py": """
from typing import Annotated
import plures
from fastapi import Depends, FastAPI
from .contract import Stock

web = FastAPI()

def stock() -> Stock:
    return plures.client(Stock)

@web.post("/add/{name}")
def add(name: str, stock: Annotated[Stock, Depends(stock)]) -> str:
    return stock.add(name)

@web.get("/count")
async def count() -> int:
    return await plures.client(Stock).count()
""",
    "test_web.py": """
from fastapi.testclient import TestClient
from shop.web import web

client = TestClient(web)

def test_handlers_of_both_kinds_call():
    before = client.get("/count").json()
    assert client.post("/add/milk").json() == "tea: milk"
    assert client.get("/count").json() == before + 1
""",
}


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suite")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def run_suite(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "pytest_plures", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("placement", ["checked", "processes"])
def test_a_suite_with_a_test_client_keeps_running(suite: Path, placement: str) -> None:
    finished = run_suite(suite, "--plures", placement)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "1 passed" in finished.stdout


def test_what_keeps_the_application_from_running_is_said_without_a_traceback(suite: Path) -> None:
    wrong = run_suite(suite, "--plures", "nowhere")
    assert (
        "--plures nowhere: there is no such placement. Choose one of process, checked, wire, processes, off."
        in wrong.stderr
    )
    missing = run_suite(suite, "--plures", "checked", "-o", "plures_file=gone.toml")
    assert missing.returncode == pytest.ExitCode.USAGE_ERROR
    assert "gone.toml" in missing.stdout
    assert "Traceback" not in missing.stdout + missing.stderr
