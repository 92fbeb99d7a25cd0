"""The process is killed around the commit of a command with a key; a new process gets the same command again."""

import signal
import sys
from asyncio import create_subprocess_exec, timeout
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

PATIENCE_S = 60


async def put(folder: Path, when: str, where: str) -> tuple[int | None, str]:
    """The exit code and the output of a process that puts once."""
    command = [sys.executable, "-m", "lab.dying", str(folder), "key-1", when, where]
    process = await create_subprocess_exec(*command, cwd=Path(__file__).parent, stdout=PIPE)
    async with timeout(PATIENCE_S):
        said, _ = await process.communicate()
    return process.returncode, said.decode().strip()


@pytest.mark.parametrize("where", ["in process", "over the wire"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_the_effect_happens_once_and_the_answer_is_the_first(tmp_path: Path, when: str, where: str) -> None:
    assert await put(tmp_path, when, where) == (-signal.SIGKILL, "")
    for _ in range(2):
        assert await put(tmp_path, "never", where) == (0, "1 1")
