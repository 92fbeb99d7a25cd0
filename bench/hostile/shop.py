"""The marketplace as a process of its own, an honest customer of it, and its books."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from bench.hostile.pages import Visitor
from bench.processes import ROOT
from marketplace.inventory import opening_stock
from marketplace.storefront.tests.shopper import CARD, Shopper
from plures.deploy import find_runs

_START_S = 120.0
_HOSTILE = "hostile%"
_TRIES, _COMES_BACK_S = 5, 0.5


@dataclass(frozen=True)
class RunningShop:
    """A shop that runs, with all that it has said in a file.

    Attributes:
        token: What callers of its control listener show; empty where none is asked for.
    """

    pid: int
    public_port: int
    control_port: int
    data: Path
    log: Path
    token: str = ""

    @property
    def authorization(self) -> bytes | None:
        """The header with the token."""
        return f"Bearer {self.token}".encode() if self.token else None

    @property
    def memory_mib(self) -> float:
        """Its resident memory."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+([0-9]+)", status)[0]) / 1024

    @property
    def tracebacks(self) -> Sequence[str]:
        """The last lines of all tracebacks in its log."""
        found = re.findall(r"\n    Traceback .*\n((?:    .*\n)+)", self.log.read_text(errors="replace"))
        return [[line for line in each.splitlines() if re.match("    [A-Za-z]", line)][-1].strip() for each in found]

    @property
    def standstills(self) -> Sequence[str]:
        """The lines of its log about an event loop that something held."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if "the event loop" in line]

    async def visitor(self) -> Visitor:
        """A new visitor, with something in the cart."""
        shopper = Shopper(f"http://127.0.0.1:{self.public_port}")
        async with shopper.client:
            await shopper.buy("abacus")
            cookie = "; ".join(f"{name}={value}" for name, value in shopper.client.cookies.items())
            return Visitor(cookie.encode(), shopper.hidden("token").encode())

    async def order(self) -> int:
        """Buy and pay as an honest customer does, who comes back where there is too much to do; how often they came back.

        Raises:
            AssertionError: The shop did not sell.
        """
        for tries in range(_TRIES):
            if (refused := await self._order()) is None:
                return tries
            await asyncio.sleep(_COMES_BACK_S)
        raise AssertionError(refused)

    async def _order(self) -> str | None:
        """Buy and pay; the page that came instead of an order."""
        shopper = Shopper(f"http://127.0.0.1:{self.public_port}")
        async with shopper.client:
            await shopper.buy("teapot")
            await shopper.go_to_checkout()
            await shopper.post_form("/checkout", **CARD)
        is_placed = "Your order has been placed and paid." in shopper.page
        return None if is_placed else f"{shopper.url}: {shopper.status} {shopper.page[:300]}"


@contextmanager
def running_shop() -> Generator[RunningShop]:
    """Run the marketplace with `plures run`, in one process, on free ports; stop it on leaving."""
    with TemporaryDirectory() as folder:
        data, log = Path(folder) / "data", Path(folder) / "log"
        command = [sys.executable, "-m", "plures", "run", "--port", "0", "--control-port", "0", "--data", str(data)]
        environment = {**os.environ, "MARKETPLACE_DATA": str(data)}
        with log.open("w") as said:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said)
        try:
            yield _found(process, data, log)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _found(process: "subprocess.Popen[bytes]", data: Path, log: Path) -> RunningShop:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        for run in find_runs(data).running:
            ports = [urlsplit(url or "").port or 0 for url in (run.public, run.control[0])]
            return RunningShop(process.pid, ports[0], ports[1], data, log, getattr(run, "token", ""))
        time.sleep(0.05)
    message = f"the shop did not start: {log.read_text()}"
    raise RuntimeError(message)


def books(data: Path) -> Sequence[str]:
    """What is not even in the books of a shop: each order is paid once, each piece is somewhere. Empty where all is even."""
    orders = _rows(data, "orders", "SELECT key, state, draft FROM orders")
    payments = _rows(data, "payments", "SELECT key, amount, state FROM payments WHERE key NOT LIKE ?", _HOSTILE)
    taken = {key: amount for key, amount, state in payments if state == "captured"}
    due = {key: json.loads(draft)["total"]["amount"] for key, state, draft in orders if state == "paid"}
    wrong = [
        f"{key} costs {due.get(key)} and paid {taken.get(key)}"
        for key in {*due, *taken}
        if due.get(key) != taken.get(key)
    ]
    wrong += [f"money is held under {key}" for key, _, state in payments if state == "authorized"]
    missing = opening_stock.load()
    for product_id, available in _rows(data, "inventory", "SELECT product_id, available FROM stock"):
        missing[product_id] -= available
    for state, items in _rows(data, "inventory", "SELECT state, items FROM reservations"):
        if state in ("held", "sold"):
            for product_id, quantity in json.loads(items):
                missing[product_id] -= quantity
    return wrong + [f"{pieces} pieces of {product_id} are missing" for product_id, pieces in missing.items() if pieces]


def _rows(data: Path, capability: str, query: str, *values: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{data / capability}.sqlite3?mode=ro", uri=True)) as database:
        return database.execute(query, values).fetchall()
