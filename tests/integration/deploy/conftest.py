"""A journal of what replicas say, and an HTTP client."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from .programs import Program, command_line, start
from .support import PATIENCE_S, Journal


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(timeout=PATIENCE_S, limits=limits, trust_env=False) as client:
        yield client


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Callable[..., object]]:
    """Starts the greeting application in a topology; it ends with the test."""
    programs: list[Program] = []

    async def start_one(*arguments: str, before: Callable[[], object] | None = None) -> Program:
        programs.append(await start(command_line(tmp_path, *arguments), before))
        return programs[-1]

    yield start_one
    for it in programs:
        if it.process.returncode is None:
            it.process.kill()
        await it.status()
