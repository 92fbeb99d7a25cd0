"""`plures run` with existing services: one process, processes of their own, and beside an application."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ORDERS = """
import os
import httpx
from pathlib import Path

stock = httpx.AsyncClient(base_url="http://stock:8000")

async def app(scope, receive, send):
    if scope["type"] == "http":
        answer = await stock.get("/left")
        body = f"{os.environ['WHO']} {os.getpid()} {answer.text}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
"""
STOCK = """
import os
from pathlib import Path

async def app(scope, receive, send):
    if scope["type"] == "http":
        body = f"{os.environ['WHO']} {os.getpid()} {Path('kept.txt').exists()}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
"""
SERVICES = """
[services.stock]
app = "app.main:app"
addresses = ["http://stock:8000"]
environment = {{ WHO = "stock" }}
accept = ["rescue.relative_path"]

[services.orders]
app = "app.main:app"
public = "127.0.0.1:{port}"
environment = {{ WHO = "orders" }}

[topology.monolith]
main = {{ services = ["*"] }}

[topology.apart]
stock = {{ services = ["stock"] }}
main = {{ services = ["*"] }}
"""
BESIDE = """
[application]
import = "shop:app"
addresses = ["http://stock:8000"]

[listen]
public = "127.0.0.1:0"
control = "127.0.0.1:0"

[services.orders]
app = "app.main:app"
public = "127.0.0.1:{port}"
environment = {{ WHO = "orders" }}
"""
SHOP = """
from plures import Application

async def edge(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"the edge"})

app = Application("shop", [], edge=edge)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, source in (("orders", ORDERS), ("stock", STOCK)):
        (tmp_path / name / "app").mkdir(parents=True)
        (tmp_path / name / "app" / "main.py").write_text(source)
    (tmp_path / "stock" / "kept.txt").touch()
    return tmp_path


@contextmanager
def run(folder: Path, toml: str, *options: str) -> Generator[str]:
    """What `orders` answers from outside while `plures run` runs."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    (folder / "plures.toml").write_text(toml.format(port=port))
    log = folder / "run.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "plures", "run", *options]
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env={**os.environ})
    try:
        limit = time.monotonic() + 60
        while True:
            try:
                answer = httpx.get(f"http://127.0.0.1:{port}/")
                answer.raise_for_status()
                break
            except httpx.HTTPError:
                assert time.monotonic() < limit, log.read_text()
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
        yield answer.text
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


def test_one_process(folder: Path) -> None:
    with run(folder, SERVICES) as answer:
        orders, pid, stock, other_pid, _ = answer.split()
        assert (orders, stock) == ("orders", "stock")
        assert pid == other_pid


def test_processes_of_their_own(folder: Path) -> None:
    with run(folder, SERVICES, "--topology", "apart") as answer:
        orders, pid, stock, other_pid, finds_its_file = answer.split()
        assert (orders, stock) == ("orders", "stock")
        assert pid != other_pid
        assert finds_its_file == "True", "alone it runs in its own folder"


def test_beside_an_application(folder: Path) -> None:
    (folder / "shop.py").write_text(SHOP)
    with run(folder, BESIDE) as answer:
        assert answer.endswith(" the edge")
