"""Real processes that publish and deliver, killed and stopped at random: each event of a committed transaction takes effect once, in order."""

import asyncio
import json
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from plures.data import Server
from tests.postgres import postgres

__all__ = ["postgres"]

ROUNDS = 30
PROGRAM = Path(__file__).with_name("publisher.py")


@asynccontextmanager
async def publisher(
    where: dict[str, str], inbox: Path, name: str, ends: str = ""
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A replica; with `ends` it publishes nothing, and ends when all is delivered."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", str(PROGRAM), json.dumps(where), str(inbox), name, ends),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == b"up\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture(params=["sqlite", "postgresql"])
async def where(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    if request.param == "sqlite":
        return {"folder": str(tmp_path)}
    place: Server = await request.getfixturevalue("postgres").schema()
    return {"url": place.url, "schema": place.schema}


async def test_no_event_is_lost_and_none_takes_effect_twice_or_out_of_order(
    where: dict[str, str], tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    at_random = random.Random(7)
    for number in range(ROUNDS):
        async with publisher(where, inbox, f"r{number}") as process:
            await asyncio.sleep(at_random.uniform(0, 0.4))
            if number % 5 == 4 and "url" in where:
                await overtake(process, where, inbox, f"o{number}")
            process.kill()
    async with publisher(where, inbox, "last", "ends") as process:
        async with asyncio.timeout(60):
            committed = json.loads(await process.stdout.read())
        assert await process.wait() == 0
    lines = [line.split() for line in inbox.read_text().splitlines()]
    got = list(dict(lines).items())
    assert len(committed) > ROUNDS
    assert sorted(one for one, _ in got) == sorted(committed)
    for key in {key for _, key in got}:
        places = [committed[one] for one, its in got if its == key]
        assert places == sorted(places)


async def overtake(process: asyncio.subprocess.Process, where: dict[str, str], inbox: Path, name: str) -> None:
    """Stop a relay, let another take its lease over and deliver, then let it go on with what it had in hand."""
    process.send_signal(signal.SIGSTOP)
    async with publisher(where, inbox, name):
        await asyncio.sleep(0.8)
        process.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.3)
