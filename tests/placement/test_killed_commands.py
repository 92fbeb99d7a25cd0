"""The process is killed around the commit of a command with a key; a new process gets the same command again."""

import signal
import sys
from asyncio import create_subprocess_exec, timeout
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from lab import app

from plures.testing import assemble
from tests.databases import KINDS, SQLITE

PATIENCE_S = 60


async def put(folder: Path, when: str, where: str, server: str = "-") -> tuple[int | None, str]:
    """The exit code and the output of a process that puts once."""
    command = [sys.executable, "-m", "lab.dying", str(folder), "key-1", when, where, server]
    process = await create_subprocess_exec(*command, cwd=Path(__file__).parent, stdout=PIPE)
    async with timeout(PATIENCE_S):
        said, _ = await process.communicate()
    return process.returncode, said.decode().strip()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("where", ["in process", "over the wire"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_the_effect_happens_once_and_the_answer_is_the_first(
    request: pytest.FixtureRequest, tmp_path: Path, when: str, where: str, kind: str
) -> None:
    server = "-"
    if kind != SQLITE:
        storage = await request.getfixturevalue("postgres").storage(assemble(app), tmp_path / "passwords" / "main")
        server = storage.servers["main"].url
    assert await put(tmp_path, when, where, server) == (-signal.SIGKILL, "")
    for _ in range(2):
        assert await put(tmp_path, "never", where, server) == (0, "1 1")
