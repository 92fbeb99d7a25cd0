"""`make run DATABASE=postgres`: the shop on a PostgreSQL server that starts and ends with it."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from marketplace.on_postgresql import keeper
from marketplace.on_postgresql.__main__ import programs
from tests.access import shown_to
from tests.postgres import Postgres

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


@pytest.fixture
def folder(postgres: Postgres) -> Iterator[Path]:
    """The user that the server runs as when this is root may enter it: the fixture's server has opened the way to the programs."""
    made = Path(tempfile.mkdtemp(prefix="shop-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - it happens in other processes
            await asyncio.sleep(0.05)


def server_in(folder: Path) -> int | None:
    """The process of the server that has its data there, as long as it runs."""
    file = folder / "postgresql" / "server" / "postmaster.pid"
    try:
        pid = int(file.read_text().splitlines()[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return pid


class Shop:
    """The shop in processes of its own."""

    def __init__(self, process: Process, folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.url = ""
        self.control = ""
        self.said: list[str] = []

    async def call(self, operation: str, **message: object) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False) as http:
            return await http.post(
                f"{self.control}/{operation}", json=message, headers=shown_to(self.folder / "postgresql")
            )

    async def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE_S):
            rest, _ = await asyncio.gather(self.process.stderr.read(), self.process.wait())
        self.said += rest.decode().splitlines()
        return self.process.returncode


async def opened(folder: Path) -> Shop:
    command = [sys.executable, "-m", "marketplace.on_postgresql", "--port", "0", "--control-port", "0"]
    environment = os.environ | {"MARKETPLACE_DATA": str(folder)}
    shop = Shop(await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stderr=PIPE), folder)
    async with asyncio.timeout(PATIENCE_S):
        while not shop.control:
            line = (await shop.process.stderr.readline()).decode()
            assert line, shop.said
            shop.said.append(line.strip())
            if found := re.search(r"the application: (\S+)", line):
                shop.url = found[1]
            if found := re.search(r"calls of shop\.2: (\S+)", line):
                shop.control = found[1]
    return shop


async def test_the_shop_opens_twice_on_the_same_data_and_leaves_no_server(folder: Path) -> None:
    shop = await opened(folder)
    async with httpx.AsyncClient(trust_env=False) as browser:
        page = await browser.get(shop.url)
    assert (page.status_code, "text/html" in page.headers["content-type"]) == (httpx.codes.OK, True)
    added = await shop.call("marketplace.cart.v1.Cart/Add", customerId="anna", productId="teapot")
    assert added.status_code == httpx.codes.OK, added.text
    assert server_in(folder)
    assert await shop.end(signal.SIGINT) == 0
    await until(lambda: server_in(folder) is None)
    assert not [line for line in shop.said if "error" in line.lower() or "warning" in line.lower()]
    assert not list((folder / "postgresql").glob("*.sqlite3"))

    shop = await opened(folder)
    found = await shop.call("marketplace.cart.v1.Cart/Get", customerId="anna")
    assert [item["productId"] for item in found.json()["items"]] == ["teapot"]
    assert await shop.end(signal.SIGKILL) == -signal.SIGKILL
    await until(lambda: server_in(folder) is None)
    secrets = [file.read_text().strip() for file in (folder / "postgresql").rglob("passwords/main/*")]
    secrets.append((folder / "postgresql" / "administrator").read_text())
    assert len(secrets) > 10
    assert not [line for line in shop.said for secret in secrets if secret in line]


class Kept:
    """A server with a keeper, and the pipe that it lives by."""

    def __init__(self, folder: Path) -> None:
        (folder / "postgresql").mkdir(exist_ok=True)
        reading, self.pipe = os.pipe()
        self.keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", keeper.__file__, str(reading), str(programs()), str(folder / "postgresql")],
            pass_fds=[reading],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        os.close(reading)
        self.socket = self.keeper.stdout.read().strip()

    def ended(self) -> str:
        """What it said on standard error."""
        os.close(self.pipe)
        said: str = self.keeper.communicate(timeout=PATIENCE_S)[1]
        return said


def test_a_server_whose_keeper_was_killed_is_replaced_by_the_next(folder: Path) -> None:
    first = Kept(folder)
    left_behind = server_in(folder)
    first.keeper.kill()
    first.ended()
    assert left_behind
    assert server_in(folder) == left_behind
    second = Kept(folder)
    assert server_in(folder) not in (None, left_behind)
    assert Path(second.socket).is_dir()
    assert second.ended() == ""
    assert server_in(folder) is None
    assert not Path(second.socket).exists()
    shutil.rmtree(first.socket)


def test_a_second_shop_on_the_same_data_is_refused(folder: Path) -> None:
    first = Kept(folder)
    second = Kept(folder)
    assert second.socket == ""
    assert "The shop runs already" in second.ended()
    assert server_in(folder)
    assert first.ended() == ""


def test_a_server_that_cannot_start_says_where_to_look(folder: Path) -> None:
    Kept(folder).ended()
    (folder / "postgresql" / "server" / "postgresql.conf").write_text("no such setting = 1\n")
    said = Kept(folder).ended()
    log = folder / "postgresql" / "server.log"
    assert said == f"PostgreSQL did not start; {log} says why.\n"
    assert "no such setting" in log.read_text() or "syntax error" in log.read_text()


def test_another_database_is_refused() -> None:
    command = ["make", "run", "DATABASE=oracle", f"PYTHON={sys.executable}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 2
    assert 'The shop opens on sqlite or on postgres, not on "oracle"' in done.stdout
